"""From the foot of a mail to every service: somebody chooses their language, and no report changes it any more."""

import re

import httpx

from tests.end_to_end.network import Network
from tests.support.builders import contact, contact_updated, joined
from tests.support.eventually import eventually

ADDRESS = "anna@choosing.example"
SERVICES = ("membership", "meetings", "notifications")


async def test_a_choice_at_the_foot_of_a_mail_reaches_every_service_and_stays(network: Network) -> None:
    anna = contact("choosing-anna", name="Anna Valg", email=ADDRESS, language="da")
    before = len(network.answers)
    await network.publish([joined("choosing", anna)])
    first, *_ = await eventually(lambda: network.mails("@choosing.example"), within=30)
    [(person_id,)] = await network.rows("membership", "SELECT id FROM people WHERE email = $1", ADDRESS)

    async def is_english() -> bool:
        """Tell whether each service knows that Anna wants English."""
        query = "SELECT language FROM people WHERE id = $1"
        return [await network.rows(service, query, person_id) for service in SERVICES] == [[("en",)]] * 3

    link = re.search(r"http\S+/preferences/\S+", first.text)
    assert link
    async with httpx.AsyncClient(trust_env=False) as browser:
        form = {"topic": ["invitations", "reminders"], "language": "en"}
        saved = await browser.post(link[0], data=form, follow_redirects=True)
    await eventually(is_english, within=30)
    await network.publish([contact_updated(anna, "choosing").at(60)])
    await network.settled(before + 2)

    assert "That is saved." in saved.text
    assert await is_english()
