"""From the link in an invitation to the secretariat's list and to what the next e-mail says of its reader."""

import email
import email.policy
import re
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import httpx

from shared.clock import COPENHAGEN, utc_now
from tests.end_to_end.network import Network
from tests.support.builders import contact, joined


def texts_to(network: Network, address: str) -> list[str]:
    """Return the text parts of the e-mails to an address, in the order in which they came."""
    folder = network.stack.surroundings.smtp.folder
    assert folder
    found = []
    for path in sorted(folder.glob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.SMTP)
        assert isinstance(message, EmailMessage)
        if address in message["To"]:
            part = message.get_body(("plain",))
            assert part
            found.append(part.get_content())
    return found


def partstats(network: Network, uid: str) -> dict[str, str]:
    """Return what the last e-mail to each reader says of their coming to a meeting."""
    found = {}
    for mail in network.mails("@answers.example"):
        if mail.uid == uid:
            stated = re.search(r"PARTSTAT=([A-Z-]+)", mail.calendar.replace("\r\n ", "").replace("\n ", ""))
            found[mail.address] = stated[1] if stated else ""
    return found


async def test_who_answers_in_the_inbox_is_not_asked_again(network: Network) -> None:
    day = (utc_now() + timedelta(days=20)).date()
    series: dict[str, Any] = {
        "title": "Ekstra møde",
        "recurrence": {"kind": "single", "day": day.isoformat()},
        "starts_at": "10:00",
        "minutes": 60,
        "mode": "physical",
        "place": "Rådhuset",
        "on_holiday": "ignore",
        "horizon_days": 60,
    }
    people = [contact(name, email=f"{name}@answers.example") for name in ("anna", "bo")]
    before = len(network.answers)
    created = await network.ask("meetings", "POST", "/series", series)
    (meeting,) = created["meetings"]
    await network.publish([joined("answers", *people)])
    await network.settled(before + 1)

    (link,) = [
        link
        for text in texts_to(network, "anna@answers.example")
        if "Ekstra møde" in text
        for link in re.findall(r"http\S+/answer/\S+", text)
    ]
    async with httpx.AsyncClient(trust_env=False) as browser:
        looked = {(await browser.request(method, link)).status_code for method in ("GET", "HEAD") for _ in range(3)}
        unanswered = await network.ask("meetings", "GET", f"/meetings/{meeting['id']}/answers")
        answered = await browser.post(link, data={"answer": "accepted"}, follow_redirects=True)
    given = await network.ask("meetings", "GET", f"/meetings/{meeting['id']}/answers")
    later = datetime.fromisoformat(meeting["starts_at"]).astimezone(COPENHAGEN) + timedelta(days=1)
    await network.settled()
    await network.ask("meetings", "POST", f"/meetings/{meeting['id']}/move", {"starts_at": later.isoformat()})
    await network.settled()

    assert looked == {200}
    assert unanswered["answers"] == []
    assert "du kommer, og der er en plads til dig" in answered.text
    assert [(each["answer"], each["place_state"]) for each in given["answers"]] == [("accepted", "confirmed")]
    assert partstats(network, meeting["uid"]) == {
        "anna@answers.example": "ACCEPTED",
        "bo@answers.example": "NEEDS-ACTION",
    }
