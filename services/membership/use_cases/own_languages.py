"""A person's own choice of language is theirs for ever: no report of another system changes it."""

from collections.abc import Sequence

from shared.contracts.membership import PersonUpdated
from shared.contracts.notifications import PreferencesChanged
from shared.database.pool import Connection
from shared.messaging import outbox
from shared.messaging.inbox import newest

from .. import storage


async def keep_own_languages(conn: Connection, events: Sequence[PreferencesChanged]) -> None:
    """Keep the languages that people have chosen, and say of whom that is news."""
    chosen = {event.person_id: event for event in newest(events, lambda event: event.person_id)}
    before = await storage.hold_languages(conn, chosen)
    people = await storage.keep_own_languages(conn, list(chosen.values()))
    news = [person for person in people if person.language != before[person.id]]
    await outbox.add(
        conn,
        *(
            PersonUpdated(
                correlation_id=chosen[person.id].correlation_id, person=person.to_contract(), version=person.version
            )
            for person in news
        ),
    )
