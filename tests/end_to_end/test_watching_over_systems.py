"""A system that sends more than its limit: its owner reads of it, and the operator sees it until it is over."""

import httpx

from shared.database.pool import opened
from tests.end_to_end.network import Network
from tests.support.builders import SYSTEM, joined
from tests.support.eventually import eventually

OWNER = "drift@out-of-step.example"


async def set_limit(network: Network, most_per_hour: int | None) -> None:
    """Set a limit for `register`, and its owner, as the operator does."""
    url = network.stack.surroundings.role_url("membership_owner")
    async with opened(url) as register, register.connection() as conn:
        await conn.execute(
            "UPDATE systems SET owner_email = $2, owner_language = 'en', most_per_hour = $3 WHERE name = $1",
            SYSTEM,
            OWNER,
            most_per_hour,
        )


async def is_concern(network: Network) -> bool:
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        figures = (await client.get(network.stack.parts["membership", "web"].url + "/metrics")).text
    return 'concern{subject="flooding systems"} 1.0' in figures


async def test_an_owner_is_mailed_once_that_a_system_sends_more_than_its_limit(network: Network) -> None:
    await set_limit(network, 1)
    try:
        await network.publish([joined("out-of-step.example"), joined("out-of-step.example-2")])

        [mail] = await eventually(lambda: network.mails("@out-of-step.example"), within=30)
        assert mail.subject == f"{SYSTEM} sends more than its limit"
        assert await is_concern(network)
    finally:
        await set_limit(network, None)

    async def is_over() -> bool:
        return not await is_concern(network)

    await eventually(is_over, within=30)
    assert len(network.mails("@out-of-step.example")) == 1
