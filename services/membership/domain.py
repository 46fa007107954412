"""The rules by which messages change the register, in memory: each message is applied after the one before."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from types import MappingProxyType
from uuid import UUID, uuid4

from shared.contracts.event import Event
from shared.contracts.membership import (
    MemberJoined,
    MemberLeft,
    MemberUpdated,
    PersonUpdated,
)
from shared.contracts.upstream import (
    ContactAppointed,
    ContactDeparted,
    ContactReport,
    ContactUpdated,
    OrganisationJoined,
    OrganisationLeft,
    OrganisationReport,
    OrganisationUpdated,
)

from .audit import Change, Trace
from .mandates import Mandates, Voice
from .messages import Outcome, Reported
from .people import People
from .records import (
    Appointment,
    AppointmentKey,
    Loaded,
    Mandate,
    Organisation,
    OrganisationKey,
    Position,
    R,
    add_missing,
    newer,
    runs,
)

NEVER = Position(datetime.min.replace(tzinfo=UTC), b"")


class Register:
    """The part of the register that a group of messages touches.

    Each thing that messages may change (what an organisation is called, that it joined, that it left; what a contact is
    called, its role, its appointment, its departure) keeps the position of the message that last changed it, and only
    a newer one changes it again: whatever the order in which messages come, the end is the same.
    """

    def __init__(
        self,
        today: date,
        people: People,
        organisations: Iterable[Organisation] = (),
        appointments: Iterable[Appointment] = (),
        mandates: Iterable[Mandate] = (),
        links: Mapping[OrganisationKey, OrganisationKey] = MappingProxyType({}),
    ) -> None:
        self.today = today
        self.people = people
        self.organisations: dict[OrganisationKey, Organisation] = {(o.source, o.report.key): o for o in organisations}
        self._links = dict(links)
        self._voice = Voice()
        self._trace = Trace()
        self._mandates = Mandates(today, people, self._voice, self._trace, appointments, mandates)
        self._loaded = Loaded(
            (
                *self.organisations.values(),
                *people.people.values(),
                *people.contacts.values(),
                *self.appointments.values(),
                *self.mandates.values(),
            )
        )

    @property
    def appointments(self) -> Mapping[AppointmentKey, Appointment]:
        return self._mandates.appointments

    @property
    def mandates(self) -> Mapping[UUID, Mandate]:
        return self._mandates.mandates

    @property
    def events(self) -> Sequence[Event]:
        """What follows from the messages, in the order in which it is to be said."""
        return self._voice.events

    def absorb(self, other: "Register") -> None:
        """Add what another part of the register holds; what is here already stays as messages have left it."""
        self.people.absorb(other.people)
        add_missing(self.organisations, other.organisations)
        add_missing(self._mandates.appointments, other.appointments)
        add_missing(self._mandates.mandates, other.mandates)
        add_missing(self._links, other._links)

    def forget_events(self) -> None:
        """Say nothing of what has followed from messages so far."""
        self._voice.events.clear()

    def own_key(self, key: OrganisationKey) -> OrganisationKey:
        """Return how the publisher that brought an organisation calls it: one may share it by a key of its own."""
        return self._links.get(key, key)

    def find(self, key: OrganisationKey) -> Organisation | None:
        """Find the organisation that a publisher calls by a key: its own, or one that it shares with another."""
        return self.organisations.get(self.own_key(key))

    def get(self, key: OrganisationKey) -> Organisation:
        """Return the organisation that a publisher calls by a key, which must be there."""
        organisation = self.find(key)
        if organisation is None:
            raise KeyError(key)
        return organisation

    def apply(self, reported: Reported) -> Outcome:
        """Change what the message may still change, and note the events that follow from it."""
        self._voice.correlation_id = reported.correlation_id
        self._trace.begin()
        message = reported.message
        if isinstance(message, OrganisationJoined):
            return _outcome(self._join(reported, message))
        organisation = self.find(reported.organisation)
        if organisation is None:
            return Outcome.EARLY
        self._trace.touch(organisation)
        match message:
            case OrganisationUpdated():
                return _outcome(self._describe(organisation, reported, message.organisation))
            case OrganisationLeft():
                return _outcome(self._leave(organisation, reported, message))
            case ContactAppointed():
                return _outcome(self._appoint(organisation, reported, message.contact, message.since))
            case ContactDeparted():
                return _outcome(self._depart(organisation, reported, message))
            case ContactUpdated():
                return self._update_contact(organisation, reported, message.contact)
        raise TypeError(f"no such message: {message.type}")

    def changes(self) -> list[Change]:
        """Return what the message that was applied last has changed."""
        return self._trace.changes(self.people.contacts)

    def changed(self, records: Iterable[R]) -> list[R]:
        """Return those of the register's records that are new, or not as they were in the beginning."""
        return self._loaded.changed(records)

    def keep_time(self, correlation_id: str) -> None:
        """Say of each term whose state today is not what we last said that it has begun or ended."""
        self._voice.correlation_id = correlation_id
        for organisation in self.organisations.values():
            self._say_member(organisation)
        for mandate in self.mandates.values():
            self._mandates.say(mandate)

    # -- organisations

    def _join(self, reported: Reported, message: OrganisationJoined) -> bool:
        organisation = self.find(reported.organisation)
        if organisation is None:
            organisation = self.organisations[reported.organisation] = Organisation(
                uuid4(), reported.source, message.organisation, NEVER, NEVER, message.since
            )
        self._trace.touch(organisation)
        joins = reported.position > organisation.joined
        if joins:
            organisation.joined, organisation.starts_on = reported.position, message.since
        news = _under_its_key(organisation, message.organisation) != organisation.report
        described = self._describe(organisation, reported, message.organisation)
        if joins and not described:
            self._say_member(organisation)
        appointed = [self._appoint(organisation, reported, contact, message.since) for contact in message.contacts]
        last = joins and not newer(organisation.left, reported.position)
        return last or (described and news) or any(appointed)

    def _describe(self, organisation: Organisation, reported: Reported, report: OrganisationReport) -> bool:
        if reported.position <= organisation.described:
            return False
        organisation.described = reported.position
        self._say_member(organisation, _under_its_key(organisation, report))
        return True

    def _leave(self, organisation: Organisation, reported: Reported, message: OrganisationLeft) -> bool:
        """End the membership unless it was joined since, and in any case every older appointment."""
        if not newer(reported.position, organisation.left):
            return False
        organisation.left, organisation.left_on, organisation.reason = reported.position, message.on, message.reason
        older = [a for a in self._mandates.at(organisation) if newer(reported.position, a.appointed)]
        ended = [self._mandates.follow(organisation, appointment) for appointment in older]
        self._say_member(organisation)
        return reported.position > organisation.joined or any(ended)

    def _say_member(self, organisation: Organisation, report: OrganisationReport | None = None) -> None:
        news = report is not None and report != organisation.report
        if report is not None:
            organisation.report = report
        active = runs(organisation, self.today)
        organisation.version += 1
        contract, version = organisation.to_contract(), organisation.version
        if active and not organisation.said:
            self._voice.say(MemberJoined, organisation=contract, since=organisation.starts_on, version=version)
        elif organisation.said and not active:
            on = organisation.ends_on or self.today
            self._voice.say(MemberLeft, organisation=contract, on=on, reason=organisation.reason, version=version)
        elif active and news:
            self._voice.say(MemberUpdated, organisation=contract, version=version)
        organisation.said = active

    # -- contacts

    def _appoint(self, organisation: Organisation, reported: Reported, report: ContactReport, since: date) -> bool:
        news = self._describe_contact(reported, report)
        appointment = self._mandates.appointment(organisation, reported.source, report.key)
        self._mandates.describe(appointment, reported.position, report)
        if not newer(reported.position, appointment.appointed):
            return bool(news)
        return self._mandates.appoint(organisation, appointment, reported.position, since) or bool(news)

    def _depart(self, organisation: Organisation, reported: Reported, message: ContactDeparted) -> bool:
        appointment = self._mandates.appointment(organisation, reported.source, message.contact_key)
        if not newer(reported.position, appointment.ended):
            return False
        appointment.ended, appointment.ended_on = reported.position, message.on
        if not newer(reported.position, appointment.appointed):
            return False
        self._mandates.follow(organisation, appointment)
        return True

    def _update_contact(self, organisation: Organisation, reported: Reported, report: ContactReport) -> Outcome:
        if not self._mandates.is_appointed(organisation, reported.source, report.key):
            return Outcome.EARLY
        appointment = self._mandates.appointment(organisation, reported.source, report.key)
        described = self._describe_contact(reported, report)
        titled = self._mandates.describe(appointment, reported.position, report)
        return _outcome(titled or described is not None)

    def _describe_contact(self, reported: Reported, report: ContactReport) -> bool | None:
        """Take in a contact's data; return whether it was news, or None if something newer is known."""
        changed = self.people.describe(reported, report)
        if changed is None:
            return None
        for person in changed:
            self._trace.touch(person)
        news = [person for person in changed if self.people.refresh(person)]
        for person in news:
            self._voice.say(PersonUpdated, person=person.to_contract(), version=person.version)
        if len(changed) > 1:
            self._mandates.move(reported.source, report.key, to=changed[0])
        return bool(news) or len(changed) > 1


def _under_its_key(organisation: Organisation, report: OrganisationReport) -> OrganisationReport:
    """Give a report the key under which the organisation was brought: another system that shares it has its own."""
    if report.key == organisation.report.key:
        return report
    return report.model_copy(update={"key": organisation.report.key})


def _outcome(changed: bool) -> Outcome:
    return Outcome.ACCEPTED if changed else Outcome.SUPERSEDED
