"""Every kind of e-mail, in both languages, is read back as it was meant."""

import html
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from services.notifications.domain import Kind, Language
from services.notifications.wording import one_line
from tests.notifications.samples import (
    ANSWER,
    CALENDAR_KINDS,
    KINDS,
    LANGUAGES,
    LETTERHEAD,
    MEETING_KINDS,
    PREFERENCES,
    SUBSCRIPTION,
    SYSTEM_KINDS,
    UNSUBSCRIBE,
    addressed,
    content,
    octets,
    sample,
)

every_kind = pytest.mark.parametrize("kind", KINDS)
every_kind_for_people = pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in SYSTEM_KINDS])
every_system_kind = pytest.mark.parametrize("kind", SYSTEM_KINDS)
every_meeting_kind = pytest.mark.parametrize("kind", MEETING_KINDS)
every_calendar_kind = pytest.mark.parametrize("kind", CALENDAR_KINDS)
every_language = pytest.mark.parametrize("language", LANGUAGES)

NASTY = st.text() | st.sampled_from(
    [
        "Bcc: alle@by.example",
        "a\r\nBcc: alle@by.example",
        "=?utf-8?q?Bcc?=",
        "{{ name }} {% raw %}",
        "%b %s",
        "</style><script>alert(1)</script>",
        "x\r\nBEGIN:VALARM\r\nEND:VALARM",
        "\U0001f3aa" * 300,
        "\u202eevil\u2028line",
        '"quoted" \\ ; , :',
        "x" * 2000,
    ]
)


@every_kind
@every_language
def test_the_headers_are_those_that_mail_programs_need(kind: Kind, language: Language) -> None:
    email = sample(kind, language)

    read = parsed(octets(email))

    assert parseaddr(read["From"]) == ("Danske Handelsbyer", LETTERHEAD.address)
    assert parseaddr(read["To"]) == (email.params["name"], "anna@koege.example")
    assert read["Reply-To"] == LETTERHEAD.reply_to
    assert read["Subject"] == content(email).subject
    assert parsedate_to_datetime(read["Date"]) == email.date
    assert read["Message-ID"] == email.message_id
    assert read["In-Reply-To"] == read["References"] == email.params.get("in_reply_to")
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["X-Auto-Response-Suppress"] == "OOF, AutoReply, RN, NRN"
    assert read["Content-Language"] == language


@every_kind_for_people
@every_language
def test_a_person_can_unsubscribe(kind: Kind, language: Language) -> None:
    read, said = parsed(octets(sample(kind, language))), content(sample(kind, language))

    topic = "reminders" if kind == "reminder" else "invitations"
    assert read["List-Id"].endswith(f"<{topic}.{LETTERHEAD.mail_domain}>")
    assert read["List-Unsubscribe"] == f"<{UNSUBSCRIBE}>"
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert UNSUBSCRIBE in said.text
    assert UNSUBSCRIBE in said.html


@every_kind_for_people
@every_language
def test_every_e_mail_to_a_person_leads_to_the_page_where_they_subscribe(kind: Kind, language: Language) -> None:
    said = content(sample(kind, language))

    words = {"da": "Møderne i din kalender", "en": "The meetings in your calendar"}[language]
    assert f"{words}: {SUBSCRIPTION}" in said.text
    assert f'href="{SUBSCRIPTION}"' in said.html
    assert words in words_of(said.html)


@every_kind_for_people
@every_language
def test_every_e_mail_to_a_person_leads_to_the_page_where_they_choose(kind: Kind, language: Language) -> None:
    said = content(sample(kind, language))

    words = {"da": "Vælg, hvilke mails du får", "en": "Choose which e-mails you get"}[language]
    assert f"{words}: {PREFERENCES}" in said.text
    assert f'href="{PREFERENCES}"' in said.html
    assert words in words_of(said.html)


@every_system_kind
@every_language
def test_who_looks_after_a_system_is_no_person_and_on_no_list(kind: Kind, language: Language) -> None:
    read, said = parsed(octets(sample(kind, language))), content(sample(kind, language))

    assert [name for name in read.keys() if name.startswith("List-")] == []  # noqa: SIM118 (its values are not wanted)
    for words in (said.text, words_of(said.html)):
        assert not re.search("unsubscribe|None|Vil du ikke|Stop getting|/subscribe/|/preferences/", words)
        assert LETTERHEAD.reply_to in words


@every_kind
@every_language
def test_an_e_mail_is_seven_bit_in_short_lines(kind: Kind, language: Language) -> None:
    message = octets(sample(kind, language))

    assert message.isascii()
    assert b"\n" not in message.replace(b"\r\n", b"")
    assert b"\r" not in message.replace(b"\r\n", b"")
    assert max(map(len, message.split(b"\r\n"))) <= 200


@every_kind
def test_the_same_e_mail_gives_the_same_octets(kind: Kind) -> None:
    assert octets(sample(kind)) == octets(sample(kind))


@every_kind
@every_language
def test_what_is_filled_in_to_a_frame_reads_as_if_written_for_its_reader(kind: Kind, language: Language) -> None:
    email = sample(kind, language, params={"name": "  Frida <b>Ærø</b>  = 100 % & 'Søn'."})

    parts = [part for part in parsed(octets(email)).walk() if part.get_content_maintype() == "text"][:2]

    text, page = [part.get_content().replace("\r\n", "\n") for part in parts]
    assert (text, page) == (content(email).text, content(email).html)
    assert "<b>Ærø" not in page


@every_calendar_kind
@every_language
def test_the_parts_stand_where_calendars_look_for_them(kind: Kind, language: Language) -> None:
    read = parsed(octets(sample(kind, language)))

    alternative, attached = read.iter_parts()
    assert read.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in alternative.iter_parts()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    inline = list(alternative.iter_parts())[-1]
    assert inline["Content-Disposition"] is None
    assert inline["Content-Type"].params["method"] == calendar_of(read)["METHOD"]
    assert attached.get_content_type() == "application/ics"
    assert attached.get_content() == inline.get_payload(decode=True)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in CALENDAR_KINDS])
@every_language
def test_what_touches_no_calendar_has_no_calendar_part(kind: Kind, language: Language) -> None:
    read = parsed(octets(sample(kind, language)))

    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]


@every_calendar_kind
@every_language
def test_the_calendar_asks_its_one_reader(kind: Kind, language: Language) -> None:
    email = sample(kind, language)

    found = calendar_of(parsed(octets(email)))

    (event,) = found.walk("VEVENT")
    assert found["METHOD"] == email.method
    assert event["UID"] == email.facts["uid"]
    assert event["SEQUENCE"] == 3
    assert event["ORGANIZER"] == f"mailto:{LETTERHEAD.address}"
    assert event["ATTENDEE"] == "mailto:anna@koege.example"
    assert event["ATTENDEE"].params["CN"] == "Anna Sørensen"
    assert event["STATUS"] == ("CANCELLED" if kind == "cancellation" else "CONFIRMED")
    assert event["DTSTART"].dt.isoformat() == {"update": "2026-11-19T09:30:00+01:00"}.get(
        kind, "2026-10-22T09:30:00+02:00"
    )
    assert not found.walk("VALARM")


@every_meeting_kind
@every_language
def test_text_html_and_calendar_state_the_same_facts(kind: Kind, language: Language) -> None:
    email = sample(kind, language, facts={"reason": "Værten er syg"} if kind == "cancellation" else {})
    said = content(email)

    stated = {"text": said.text, "html": words_of(said.html)}
    if kind in CALENDAR_KINDS:
        (event,) = calendar_of(parsed(octets(email))).walk("VEVENT")
        stated["calendar"] = f"{event['SUMMARY']} {event['DESCRIPTION']}"

    expected = [value for key, value in email.facts.items() if key in ("title", "place", "host_town", "link", "reason")]
    when = {
        ("invitation", "da"): "torsdag 22. oktober 2026 kl. 9.30–10.30",
        ("invitation", "en"): "Thursday 22 October 2026 at 9:30–10:30",
        ("update", "da"): "torsdag 19. november 2026 kl. 9.30–15.00",
        ("update", "en"): "Thursday 19 November 2026 at 9:30–15:00",
        ("cancellation", "da"): "torsdag 22. oktober 2026 kl. 9.30–10.30",
        ("cancellation", "en"): "Thursday 22 October 2026 at 9:30–10:30",
        ("reminder", "da"): "torsdag 22. oktober 2026 kl. 9.30–10.30",
        ("reminder", "en"): "Thursday 22 October 2026 at 9:30–10:30",
        ("offer", "da"): "torsdag 22. oktober 2026 kl. 9.30–15.00",
        ("offer", "en"): "Thursday 22 October 2026 at 9:30–15:00",
        ("confirmation", "da"): "torsdag 22. oktober 2026 kl. 9.30–15.00",
        ("confirmation", "en"): "Thursday 22 October 2026 at 9:30–15:00",
        ("host_asked", "da"): "torsdag 22. oktober 2026 kl. 9.30–15.00",
        ("host_asked", "en"): "Thursday 22 October 2026 at 9:30–15:00",
    }[kind, language]
    assert [(form, fact) for form, words in stated.items() for fact in [when, *expected] if fact not in words] == []


@every_kind
@every_language
def test_text_and_html_say_the_same(kind: Kind, language: Language) -> None:
    said = content(sample(kind, language))

    text, page, subject = (told(words) for words in (said.text, words_of(said.html), said.subject))
    assert text - page == set()
    assert numbers(page) - numbers(text | subject) == set()


@every_language
def test_an_update_says_what_it_was_before(language: Language) -> None:
    said = content(sample("update", language))

    for words in (said.text, words_of(said.html)):
        assert "Biblioteket, Kirkestræde 18, 4600 Køge" in words
        assert {"da": "Før: torsdag 22. oktober", "en": "Before: Thursday 22 October"}[language] in words
        assert {"da": "Titel", "en": "Title"}[language] not in words


@every_language
def test_an_update_says_what_the_meeting_was_called_before(language: Language) -> None:
    before = {**sample("update").facts, "title": "Netværksmøde i Køge"}
    said = content(sample("update", language, facts={"before": before}))

    assert {"da": "Nyt: titel.", "en": "New: title."}[language] in words_of(said.html)
    for words in (said.text, words_of(said.html)):
        assert {"da": "Før: Netværksmøde i Køge", "en": "Before: Netværksmøde i Køge"}[language] in words


@every_language
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_phone_shows_beside_the_subject_says_more_than_the_subject(kind: Kind, language: Language) -> None:
    said = content(sample(kind, language))

    preview = words_of(said.html.partition("<table")[0])
    assert 15 < len(preview) < 100
    assert preview not in said.subject


@every_language
def test_a_place_follows_until_a_host_is_chosen(language: Language) -> None:
    nowhere = {"mode": "hybrid", "place": None, "host_town": None, "link": "https://moede.example/netvaerk"}
    invitation = sample("invitation", language, facts=nowhere)
    in_ribe = {**nowhere, "host_town": "Ribe", "before": invitation.facts}
    update = sample("update", language, facts=in_ribe)

    follows = {"da": "Stedet følger", "en": "Place to follow"}[language]
    for words in (content(invitation).text, words_of(content(invitation).html)):
        assert follows in words
    assert follows not in content(update).text + content(update).html
    places = [calendar_of(parsed(octets(email))).walk("VEVENT")[0]["LOCATION"] for email in (invitation, update)]
    assert places == [follows, "Ribe"]


@every_language
@pytest.mark.parametrize("cause", ["meeting_cancelled", "withdrawn", "address_changed"])
def test_a_cancellation_says_why(language: Language, cause: str) -> None:
    said = content(sample("cancellation", language, facts={"cause": cause}))

    words = {
        ("meeting_cancelled", "da"): "Netværksmøde er aflyst.",
        ("meeting_cancelled", "en"): "Netværksmøde is cancelled.",
        ("withdrawn", "da"): "Du er ikke længere indkaldt til Netværksmøde.",
        ("withdrawn", "en"): "You are no longer invited to Netværksmøde.",
        ("address_changed", "da"): "Indkaldelsen til Netværksmøde går fremover til din nye adresse",
        ("address_changed", "en"): "From now on the invitation to Netværksmøde goes to your new address",
    }[cause, language]
    assert words in said.text
    assert words in words_of(said.html)


@pytest.mark.parametrize(
    ("kind", "language", "stated"),
    [
        ("offer", "da", ["en plads i salen til dig", "torsdag 8. oktober 2026 kl. 11.00", "Svar ja senest"]),
        ("offer", "en", ["a place in person for you", "Thursday 8 October 2026 at 11:00", "Say yes by"]),
        ("confirmation", "da", ["Du har nu en plads i salen til Kvartalsmøde", "svar nej med linket"]),
        ("confirmation", "en", ["You now have a place in person at Kvartalsmøde", "answer no with the link"]),
    ],
)
def test_what_is_said_of_a_place_stands_in_text_and_html_with_the_link_to_answer(
    kind: Kind, language: Language, stated: list[str]
) -> None:
    said = content(sample(kind, language))

    for words in (" ".join(said.text.split()), words_of(said.html)):
        assert [fact for fact in stated if fact not in words] == []
    assert ANSWER in said.text
    assert f'href="{ANSWER}"' in said.html


@every_language
def test_a_reminder_asks_for_an_answer(language: Language) -> None:
    said = content(sample("reminder", language))

    for words in (said.text, words_of(said.html)):
        assert {
            "da": "Du er indkaldt til Netværksmøde og har ikke svaret endnu.",
            "en": "You are invited to Netværksmøde and have not answered yet.",
        }[language] in words
        assert {"da": "torsdag 22. oktober 2026 kl. 9.30", "en": "Thursday 22 October 2026 at 9:30"}[language] in words
        assert {"da": "Vil du ikke have påmindelser på mail", "en": "Stop getting reminders"}[language] in words
    assert ANSWER in said.text
    assert ANSWER in said.html


@pytest.mark.parametrize(
    ("language", "changes", "subject", "stated"),
    [
        ("da", {}, "Vil Køge være vært? Kvartalsmøde, torsdag 22. oktober", ["på skift", "om I kan", "stedet"]),
        ("en", {}, "Will Køge host? Kvartalsmøde, Thursday 22 October", ["take turns", "whether you can", "the place"]),
        (
            "da",
            {"before": {}},
            "Ændret: Vil Køge være vært?",
            ["Mødet er ændret", "Før: fredag 23.", "om I stadig kan"],
        ),
        (
            "en",
            {"before": {}},
            "Changed: Will Køge host?",
            ["has changed", "Before: Friday 23", "whether you still can"],
        ),
        (
            "da",
            {"asks": False},
            "Køge skal alligevel ikke være vært",
            ["Mødet holdes alligevel ikke hos jer.", "ikke gøre noget"],
        ),
        (
            "en",
            {"asks": False},
            "Køge need not host after all",
            ["It is not held in your town after all.", "nothing for you to do"],
        ),
        ("da", {"asks": False, "cancelled": True}, "Køge skal alligevel ikke være vært", ["Mødet er aflyst."]),
        ("en", {"asks": False, "cancelled": True}, "Køge need not host after all", ["The meeting is cancelled."]),
    ],
)
def test_who_is_asked_to_host_reads_what_for_and_what_to_do(
    language: Language, changes: dict[str, Any], subject: str, stated: list[str]
) -> None:
    facts = {**sample("host_asked").facts, "starts_at": "2026-10-23T07:30:00Z"}
    said = content(sample("host_asked", language, facts=changes | {key: facts for key in changes if key == "before"}))

    assert said.subject.startswith(subject)
    for words in (" ".join(said.text.split()), words_of(said.html)):
        assert [fact for fact in stated if fact not in words] == []
        assert "/answer/" not in words


@every_language
@pytest.mark.parametrize("kind", ["crisis_notice", "crisis_summary", "crisis_cancelled"])
def test_what_is_said_of_a_crisis_stands_in_text_and_html_alike(kind: Kind, language: Language) -> None:
    said = content(sample(kind, language))

    page, lines = words_of(said.html), said.text.partition("\n--\n")[0].splitlines()
    stated = [line.removeprefix("- ") for line in lines if line]
    assert [line for line in stated if line not in page] == []
    assert "Netværksmøde" in said.subject


@pytest.mark.parametrize(
    ("kind", "language", "stated"),
    [
        ("crisis_notice", "da", ["Butikkerne er lukket", "tirsdag 17. marts 2026 kl. 8.30–9.00", "bliver ikke holdt"]),
        ("crisis_notice", "en", ["Tuesday 17 March 2026 at 8:30–9:00", "are not held meanwhile", "held as planned"]),
        ("crisis_summary", "da", ["holdt 5 møder", "3 organisationer", "Sjælland (2): Køge Handel, Roskilde Handel"]),
        ("crisis_summary", "en", ["5 meetings were held", "3 organisations", "No region (1): Handel og Event"]),
        ("crisis_cancelled", "da", ["er trukket tilbage", "torsdag 12. marts 2026 kl. 9.30–10.30"]),
        ("crisis_cancelled", "en", ["is withdrawn", "Thursday 12 March 2026 at 9:30–10:30"]),
    ],
)
def test_a_mail_of_a_crisis_says_what_it_is_for(kind: Kind, language: Language, stated: list[str]) -> None:
    said = content(sample(kind, language))

    assert [fact for fact in stated if fact not in said.text] == []


@every_language
def test_a_summary_says_when_nobody_has_entered_who_came(language: Language) -> None:
    said = content(sample("crisis_summary", language, facts={"regions": [], "meetings_held": 1}))

    assert {"da": "holdt 1 møde.", "en": "1 meeting was held."}[language] in said.text
    assert {"da": "Hvem der var med, er ikke registreret.", "en": "Who took part was not"}[language] in said.text


@every_language
def test_a_summary_during_another_crisis_promises_no_usual_plan(language: Language) -> None:
    said = content(sample("crisis_summary", language, facts={"next_until": "2026-03-24"}))

    until = {"da": "i gang, til og med tirsdag 24. marts", "en": "up to and including Tuesday 24 March"}[language]
    usual = {"da": "sædvanlige plan", "en": "usual plan"}[language]
    for words in (" ".join(said.text.split()), words_of(said.html)):
        assert until in words
        assert usual not in words


@every_language
def test_a_notice_of_an_extension_says_until_when(language: Language) -> None:
    said = content(sample("crisis_notice", language, facts={"said": "extended"}))

    words = {"da": "forlænget til og med tirsdag 17. marts", "en": "up to and including Tuesday 17 March"}[language]
    assert words in said.text
    assert words in words_of(said.html)


@every_language
def test_a_welcome_names_organisation_and_role_and_asks_for_an_answer(language: Language) -> None:
    said = content(sample("welcome", language, params={"role": "chair"}))

    for words in (said.text, words_of(said.html)):
        assert "Køge Handel" in words
        assert {"da": "formand", "en": "chair"}[language] in words
        assert "OK" in words
        assert LETTERHEAD.address in words


@pytest.mark.parametrize(
    ("kind", "language", "stated"),
    [
        ("silence", "da", ["register", "fredag 20. november 2026 kl. 8.42", "højst 3 dage", "på pause"]),
        ("silence", "en", ["register", "Friday 20 November 2026 at 8:42 (Danish time)", "3 days at most", "pause it"]),
        (
            "flood",
            "da",
            ["tirsdag 24. november 2026 kl. 10.30", "12.480 beskeder", "10.000 i timen", "hæver vi grænsen"],
        ),
        ("flood", "en", ["Tuesday 24 November 2026 at 10:30", "12,480 messages", "10,000 an hour", "raise the limit"]),
    ],
)
def test_a_notice_says_what_is_out_of_step_what_to_do_and_who_writes(
    kind: Kind, language: Language, stated: list[str]
) -> None:
    said = content(sample(kind, language))

    why = {"da": "din adresse står som ejer af register", "en": "your address stands as the owner of register"}
    for words in (" ".join(said.text.split()), words_of(said.html)):
        assert [fact for fact in [*stated, why[language]] if fact not in words] == []


@every_system_kind
@every_language
def test_text_and_html_of_a_notice_say_the_same(kind: Kind, language: Language) -> None:
    said = content(sample(kind, language))

    body = " ".join(said.text.partition("\n--\n")[0].split())
    sentences = re.split(r"(?<=[.?:]) (?=[A-ZÆØÅ])", re.sub(r"(?:^| )[12]\. ", " ", body))
    assert [sentence for sentence in sentences if sentence.strip() not in words_of(said.html)] == []


@pytest.mark.parametrize(
    ("hours", "danish"), [(1, "1 time"), (26, "26 timer"), (47, "47 timer"), (65, "3 dage"), (336, "2 uger")]
)
def test_a_pause_is_told_in_the_unit_that_says_it_best(hours: int, danish: str) -> None:
    said = content(sample("silence", facts={"usual_hours": hours}))

    assert f"højst {danish} mellem" in said.text


@every_kind
@every_language
def test_html_is_titled_like_the_subject_and_loads_nothing(kind: Kind, language: Language) -> None:
    said = content(sample(kind, language))

    assert f"<title>{html.escape(said.subject)}</title>" in said.html
    assert f'<html lang="{language}">' in said.html
    assert not re.search(r"src=|url\(|@import|<link|<script|<img", said.html)
    assert len(said.html) < 102_000


@every_kind
@every_language
def test_what_outlook_on_windows_alone_reads_closes_what_it_opens(kind: Kind, language: Language) -> None:
    said = content(sample(kind, language))

    read_by_outlook = re.sub(r"<!--\[if mso\]>|<!\[endif\]-->", "", said.html)
    assert read_by_outlook.count('width="600"') == 1
    for tag in ("table", "tr", "td", "p"):
        assert len(re.findall(f"<{tag}[ >]", read_by_outlook)) == read_by_outlook.count(f"</{tag}>")


@settings(deadline=None)
@given(name=NASTY, title=NASTY, place=NASTY, link=NASTY)
def test_no_name_or_title_breaks_a_header_a_body_or_a_calendar(name: str, title: str, place: str, link: str) -> None:
    email = sample("update", facts={"title": title, "place": place, "link": link}, params={"name": name})

    message = octets(email)
    read = parsed(message)
    (event,) = calendar_of(read).walk("VEVENT")

    assert message.isascii()
    assert max(map(len, message.split(b"\r\n"))) <= 998
    assert set(read.keys()) == set(parsed(octets(sample("update"))).keys())
    assert [part.get_content_type() for part in read.walk()] == [
        part.get_content_type() for part in parsed(octets(sample("update"))).walk()
    ]
    assert visible(read["Subject"]) == visible(content(email).subject)
    assert event["ATTENDEE"] == "mailto:anna@koege.example"
    assert visible(str(event["SUMMARY"])) == visible(title)
    assert [part.name for part in calendar_of(read).walk()] == [
        "VCALENDAR",
        "VTIMEZONE",
        "DAYLIGHT",
        "STANDARD",
        "VEVENT",
    ]
    assert visible(one_line(title)) in visible(content(email).text)
    assert "<script" not in content(email).html


@pytest.mark.parametrize(
    "address", ["a@b.example\r\nBcc: c@d.example", "søren@by.example", "a@b.example> <c@d.example"]
)
def test_an_address_that_no_header_can_hold_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        octets(addressed(sample("welcome"), address))


def test_no_line_ends_between_the_beginning_of_a_meeting_and_its_end() -> None:
    said = content(sample("invitation", facts={"place": "<b>Torvet</b> 9.30–10.30"}))

    unbroken = '<span style="white-space:nowrap">{}</span>'.format
    assert f"torsdag 22. oktober 2026 {unbroken('kl. 9.30–10.30')}" in said.html
    assert f"&lt;b&gt;Torvet&lt;/b&gt; {unbroken('9.30–10.30')}" in said.html


def test_a_meeting_that_ends_the_next_day_names_both_days() -> None:
    said = content(sample("invitation", facts={"starts_at": "2026-12-31T21:00:00Z", "ends_at": "2027-01-01T00:30:00Z"}))

    assert "torsdag 31. december 2026 kl. 22.00 – fredag 1. januar 2027 kl. 1.30" in said.text


def parsed(message: bytes) -> EmailMessage:
    return message_from_bytes(message, policy=policy.default)


def calendar_of(read: EmailMessage) -> Any:
    (part,) = (part for part in read.walk() if part.get_content_type() == "text/calendar")
    octets = part.get_payload(decode=True)
    assert isinstance(octets, bytes)
    return Calendar.from_ical(octets)


def told(words: str) -> set[str]:
    """What is said, whatever stands around it; a link is an address in text and words in HTML."""
    without_links = re.sub(r"https?://\S+", "", words)
    return {word.strip(".,:;()–?-").casefold() for word in without_links.split()} | {""}


def numbers(words: set[str]) -> set[str]:
    """Days, times and amounts; of a span both ends."""
    return {number for word in words for number in word.split("–") if any(map(str.isdigit, number))}


class Reader(HTMLParser):
    """Collects what is not markup."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.seen.append(" ")

    def handle_data(self, data: str) -> None:
        self.seen.append(data)


def words_of(page: str) -> str:
    """What a reader sees of a page, blanks collapsed."""
    reader = Reader()
    reader.feed(page.partition("</head>")[2])
    return " ".join("".join(reader.seen).split())


def visible(words: str) -> str:
    return "".join(one_line(words).split())
