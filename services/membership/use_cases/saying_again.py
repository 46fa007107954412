"""What is so is said once more, for a hearer that has begun to keep more of it than it did."""

from uuid import uuid4

from shared.contracts.membership import MemberUpdated
from shared.database.pool import Connection
from shared.messaging import outbox

from .. import storage


async def say_members_again(conn: Connection) -> int:
    """Say each active member as it is, with the version that it has, and return how many there are."""
    organisations = await storage.said_organisations(conn)
    correlation_id = str(uuid4())
    await outbox.add(
        conn,
        *(
            MemberUpdated(correlation_id=correlation_id, organisation=each.to_contract(), version=each.version)
            for each in organisations
        ),
    )
    return len(organisations)
