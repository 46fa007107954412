"""Which e-mails the demo waits for."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from deploy.local.demo.expected import ExpectedEmails
from deploy.local.demo.planning import Meeting
from deploy.local.demo.register import Contact, Member
from deploy.local.mailbox.emails import Identity

SOON = datetime(2026, 12, 10, 8, 30, tzinfo=UTC)
ANNA = Contact("anna", "Anna", "anna@koege.example", "contact", "Citychef", "da")
BO = Contact("bo", "Bo", "bo@koege.example", "deputy", "Formand", "da")
KOEGE = Member("koege", "Køge Handelsstandsforening", "association", "Køge", "259", "Sjælland", (ANNA, BO))
RIBE = Member("ribe", "Ribe Handelsstandsforening", "association", "Ribe", "561", "Syddanmark", (ANNA,))


def a_meeting(uid: str = "one", sequence: int = 0) -> Meeting:
    return Meeting(
        id=uuid4(),
        series_id=uuid4(),
        uid=uid,
        title="Netværksmøde",
        mode="online",
        starts_at=SOON,
        ends_at=SOON + timedelta(hours=1),
        sequence=sequence,
    )


@pytest.fixture
def expected() -> ExpectedEmails:
    """Køge's two contacts are members, and one meeting is open."""
    expected = ExpectedEmails()
    expected.appointed(KOEGE, KOEGE.contacts)
    expected.meetings_opened([a_meeting()])
    return expected


def since(expected: ExpectedEmails, before: "dict[Identity, int]") -> set[Identity]:
    return set(expected.emails - type(expected.emails)(before))


def test_each_person_is_welcomed_once_and_invited_to_each_open_meeting(expected: ExpectedEmails) -> None:
    expected.appointed(RIBE, RIBE.contacts)

    assert expected.emails == {
        Identity(ANNA.email, "welcome", None, None): 1,
        Identity(BO.email, "welcome", None, None): 1,
        Identity(ANNA.email, "invitation", "one", 0): 1,
        Identity(BO.email, "invitation", "one", 0): 1,
    }


def test_a_newcomer_is_invited_with_the_sequence_that_the_meeting_has_by_then(expected: ExpectedEmails) -> None:
    expected.rescheduled(a_meeting(sequence=1))
    before = dict(expected.emails)

    expected.appointed(KOEGE, [Contact("cai", "Cai", "cai@koege.example", "contact", "Citychef", "da")])

    assert since(expected, before) == {
        Identity("cai@koege.example", "welcome", None, None),
        Identity("cai@koege.example", "invitation", "one", 1),
    }


def test_a_moved_meeting_reaches_everybody_who_is_invited(expected: ExpectedEmails) -> None:
    before = dict(expected.emails)

    expected.rescheduled(a_meeting(sequence=1))

    assert since(expected, before) == {
        Identity(ANNA.email, "update", "one", 1),
        Identity(BO.email, "update", "one", 1),
    }


def test_who_leaves_is_told_of_the_meetings_that_still_stand_with_a_higher_sequence(expected: ExpectedEmails) -> None:
    expected.meetings_opened([a_meeting("two")])
    expected.rescheduled(a_meeting("one", sequence=1))
    expected.cancelled(a_meeting("two", sequence=1))
    before = dict(expected.emails)

    expected.departed(KOEGE, [BO])

    assert since(expected, before) == {Identity(BO.email, "cancellation", "one", 2)}


def test_who_still_acts_for_another_town_hears_nothing_when_one_leaves(expected: ExpectedEmails) -> None:
    expected.appointed(RIBE, RIBE.contacts)
    before = dict(expected.emails)

    expected.departed(RIBE, RIBE.contacts)

    assert since(expected, before) == set()
