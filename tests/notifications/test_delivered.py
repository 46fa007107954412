"""Two thousand readers with every name that a fuzzer can think of: what arrives reads as it was meant."""

from collections.abc import Mapping
from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from random import Random
from typing import Any
from uuid import UUID

import pytest
from dkim.canonicalization import Relaxed
from icalendar import Calendar

from services.notifications import emails
from services.notifications.domain import Draft, Email
from services.notifications.links import Unsubscribe
from services.notifications.use_cases.queueing import queue
from services.notifications.wording import one_line
from shared.links import AnswerLink
from tests.notifications.conftest import LINKS, Service
from tests.notifications.far_server import FarServer
from tests.notifications.keys import SIGNER, verifies
from tests.notifications.samples import KINDS, LANGUAGES, LETTERHEAD, sample

READERS = 2_000
MEETINGS = 4
NASTY = (
    "Anna Sørensen",
    "a\r\nBcc: alle@by.example",
    "\rX-Evil: 1\n\n<b>body</b>",
    "line\u2028separator\u2029and\x85next\x0bup\x0cpage",
    "=?utf-8?q?Bcc?= =?utf-8?b?w6Y=?=",
    "{{ params.name }} {% raw %}",
    "100 % %b %s %(text.name)b %%",
    "</style></title><script>alert(1)</script>",
    "BEGIN:VALARM\r\nEND:VALARM\r\nBEGIN:VEVENT",
    "\U0001f3aa" * 300,
    "\u202egnp.exe\u2066 override",
    "'quoted' \"twice\" \\ ; , : < > & =3D =20 = =",
    ".\r\n.\r\nQUIT",
    "From here  to\tthere   ",
    "F" * 80 + "." * 80,
    "--=_=outer\r\n--=_=outer--",
    "x" * 2_000,
    "é" * 76,
    " ",
)
ALPHABET = " .,;:<>&=%\"'\\@F-_abcæøåÆØÅ\t\r\n\u2028\u200d\u202e\U0001f3aaẞ漢"

IN_ADDRESSES = ("", "+x=y", "%b", "{{x}}", "o'", "a/b&c")


def nasty(random: Random) -> str:
    """Return something that nobody is called, and somebody might be."""
    if random.random() < 0.5:
        return random.choice(NASTY)
    return "".join(random.choices(ALPHABET, k=random.choice((1, 5, 20, 73, 74, 75, 76, 77, 200))))


def meant_for(number: int, random: Random, facts: list[dict[str, Any]]) -> Email:
    """Return an e-mail to a reader of their own; of each kind and language a few say something nasty."""
    email = sample(KINDS[number % len(KINDS)], LANGUAGES[number // len(KINDS) % len(LANGUAGES)])
    known = facts[number % MEETINGS]
    return replace(
        email,
        person_id=email.person_id and UUID(int=number + 1),
        meeting_id=email.meeting_id and UUID(int=10_000 + number % MEETINGS),
        address=f"p{number}{random.choice(IN_ADDRESSES)}{number}@by-{number % 60}.example",
        facts={**email.facts, **{key: value for key, value in known.items() if key in email.facts}},
        params={**email.params, "name": nasty(random)},
    )


def draft(email: Email, number: int) -> Draft:
    """Return the e-mail as it is queued."""
    return Draft(
        kind=email.kind,
        topic=email.topic,
        language=email.language,
        person_id=email.person_id,
        object_id=email.meeting_id or UUID(int=20_000 + number % MEETINGS),
        meeting_id=email.meeting_id,
        address=email.address,
        facts=email.facts,
        params=email.params,
        revision=1,
        priority=2,
        correlation_id="fuzz",
        method=email.method,
        sequence=email.sequence,
        edition=number,
    )


@pytest.fixture
def random() -> Random:
    return Random(20261124)


async def test_what_arrives_reads_as_it_was_meant(service: Service, server: FarServer, random: Random) -> None:
    facts = [{key: nasty(random) for key in ("title", "place", "link", "reason", "town")} for _ in range(MEETINGS)]
    meant = {email.address: email for email in (meant_for(number, random, facts) for number in range(READERS))}
    drafts = [draft(email, number) for number, email in enumerate(meant.values())]
    service.signer = SIGNER
    async with service.database.transaction() as conn:
        await queue(conn, drafts, LETTERHEAD.mail_domain, service.now)

    await service.deliver(server, within=90)

    message_ids = {each.address: each.message_id(LETTERHEAD.mail_domain) for each in drafts}
    assert sorted(address for address, _ in server.accepted) == sorted(meant)
    for address, octets in server.accepted:
        email = replace(meant[address], message_id=message_ids[address], date=service.now)
        assert_is_fit_for_the_wire(octets)
        assert_reads_as_meant(message_from_bytes(octets, policy=policy.default), email)
        assert verifies(octets)


def assert_is_fit_for_the_wire(octets: bytes) -> None:
    """Seven bits, CRLF, short lines, none of which a server on the way has a reason to touch."""
    lines = octets.split(b"\r\n")
    body = octets.partition(b"\r\n\r\n")[2]
    assert octets.isascii()
    assert not any(b"\r" in line or b"\n" in line or b"\0" in line for line in lines)
    assert max(map(len, lines)) <= 998
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert not any(line.startswith((b".", b"From ")) for line in lines)
    assert Relaxed.canonicalize_body(body) == body


def assert_reads_as_meant(read: EmailMessage, email: Email) -> None:
    """Compare what an independent parser finds with the words as the templates write them for this one reader."""
    own = own_of(email)
    content = emails.compose(email, LETTERHEAD, own)
    bodies = {part.get_content_type(): part for part in read.walk() if not part.is_multipart()}

    assert [part.defects for part in read.walk() if part.defects] == []
    assert reader_in(read) == (own["name"], email.address)
    assert read["Subject"] == content.subject
    assert (read["Message-ID"], parsedate_to_datetime(read["Date"])) == (email.message_id, email.date)
    assert read["In-Reply-To"] == read["References"] == email.params.get("in_reply_to")
    assert read["List-Unsubscribe"] == (own["unsubscribe_url"] and f"<{own['unsubscribe_url']}>")
    assert text_of(bodies["text/plain"]) == content.text
    assert text_of(bodies["text/html"]) == content.html
    assert ("text/calendar" in bodies) == (email.method is not None)
    if email.method is not None:
        inline, attached = bodies["text/calendar"], bodies["application/ics"]
        assert inline.get_payload(decode=True) == attached.get_payload(decode=True)
        assert_calendar_asks(Calendar.from_ical(text_of(inline)), email)


def assert_calendar_asks(calendar: Any, email: Email) -> None:
    (event,) = calendar.walk("VEVENT")
    attendee = event["ATTENDEE"]
    assert [part.name for part in calendar.walk()] == ["VCALENDAR", "VTIMEZONE", "DAYLIGHT", "STANDARD", "VEVENT"]
    assert (calendar["METHOD"], event["SEQUENCE"]) == (email.method, email.sequence)
    assert (event["UID"], str(event["SUMMARY"])) == (email.facts["uid"], one_line(email.facts["title"]))
    assert attendee == f"mailto:{email.address}"
    # A parameter knows no escapes and no double quotes, and icalendar takes some backslashes for escapes.
    name = one_line(email.params["name"]).replace('"', "'")
    assert attendee.params.get("CN", "").replace("\\", "") == name.replace("\\", "")


def own_of(email: Email) -> Mapping[str, str | None]:
    """Return the name and the links of a reader, made from what the links say."""
    own: dict[str, str | None] = dict.fromkeys(("answer_url", "subscription_url", "unsubscribe_url", "preferences_url"))
    if email.person_id:
        own |= {
            "subscription_url": LINKS.subscription_url(email.person_id),
            "unsubscribe_url": LINKS.unsubscribe_url(Unsubscribe(email.person_id, email.mutes)),
            "preferences_url": LINKS.preferences_url(email.person_id),
        }
        if email.meeting_id and (email.method == "REQUEST" or email.kind in ("reminder", "offer")):
            own["answer_url"] = LINKS.answer_url(AnswerLink(email.meeting_id, email.person_id))
    return {"name": one_line(email.params["name"]), **own}


def reader_in(read: EmailMessage) -> tuple[str, str]:
    """Return name and address; policy.default would put blanks between encoded words, against RFC 2047."""
    (written,) = (value for name, value in read.raw_items() if name == "To")
    name, address = parseaddr(written.replace("\r\n", ""))
    return str(make_header(decode_header(name))), address


def text_of(part: EmailMessage) -> str:
    return str(part.get_content()).replace("\r\n", "\n")
