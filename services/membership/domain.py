"""The rules by which messages change the register, in memory: each message is applied after the one before."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID, uuid4

from shared.contracts.event import Event
from shared.contracts.membership import (
    MandateEnded,
    MandateStarted,
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

from .people import People
from .records import (
    Appointment,
    AppointmentKey,
    Mandate,
    Organisation,
    OrganisationKey,
    Outcome,
    Person,
    Position,
    Reported,
    organisation_key,
    runs,
)


class Register:
    """The part of the register that a group of messages touches.

    An organisation, a contact's data, its role and title, and its appointment each keep the position of the message
    that last changed them, and only a newer one changes them again: whatever the order, the end is the same.
    """

    def __init__(
        self,
        today: date,
        people: People,
        organisations: Iterable[Organisation] = (),
        appointments: Iterable[Appointment] = (),
        mandates: Iterable[Mandate] = (),
    ) -> None:
        self.today = today
        self.people = people
        self.organisations: dict[OrganisationKey, Organisation] = {(o.source, o.report.key): o for o in organisations}
        self.appointments: dict[AppointmentKey, Appointment] = {
            (a.organisation_id, a.source, a.contact_key): a for a in appointments
        }
        self.mandates: dict[UUID, Mandate] = {mandate.id: mandate for mandate in mandates}
        self.events: list[Event] = []
        self._correlation_id = ""

    def apply(self, reported: Reported) -> Outcome:
        """Change what the message may still change, and note the events that follow from it."""
        self._correlation_id = reported.correlation_id
        message = reported.message
        if isinstance(message, OrganisationJoined):
            return _outcome(self._join(reported, message))
        organisation = self.organisations.get((reported.source, organisation_key(message)))
        if organisation is None:
            return Outcome.EARLY
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

    def keep_time(self, correlation_id: str) -> None:
        """Say of each term whose state today is not what we last said that it has begun or ended."""
        self._correlation_id = correlation_id
        for organisation in self.organisations.values():
            self._say_member(organisation)
        for mandate in self.mandates.values():
            self._say_mandate(mandate)

    # -- organisations

    def _join(self, reported: Reported, message: OrganisationJoined) -> bool:
        key = (reported.source, message.organisation.key)
        organisation = self.organisations.get(key)
        newer = organisation is None or reported.position > organisation.position
        if organisation is None:
            organisation = Organisation(
                uuid4(), reported.source, message.organisation, message.since, reported.position
            )
            self.organisations[key] = organisation
        if newer:
            organisation.position = reported.position
            organisation.starts_on, organisation.ends_on, organisation.reason = message.since, None, None
            self._say_member(organisation, message.organisation)
        appointed = [self._appoint(organisation, reported, contact, message.since) for contact in message.contacts]
        return newer or any(appointed)

    def _describe(self, organisation: Organisation, reported: Reported, report: OrganisationReport) -> bool:
        if reported.position <= organisation.position:
            return False
        organisation.position = reported.position
        self._say_member(organisation, report)
        return True

    def _leave(self, organisation: Organisation, reported: Reported, message: OrganisationLeft) -> bool:
        """End the membership unless something newer is known of it, and in any case every older appointment."""
        newer = reported.position > organisation.position
        last = organisation.left is None or reported.position > organisation.left
        if last:
            organisation.left = reported.position
        ended = [self._end(a, reported.position, message.on) for a in self._appointments_at(organisation)]
        if newer:
            organisation.position = reported.position
            organisation.ends_on, organisation.reason = message.on, message.reason
            self._say_member(organisation)
        return newer or last or any(ended)

    def _appointments_at(self, organisation: Organisation) -> list[Appointment]:
        return [a for a in self.appointments.values() if a.organisation_id == organisation.id]

    def _say_member(self, organisation: Organisation, report: OrganisationReport | None = None) -> None:
        news = report is not None and report != organisation.report
        if report is not None:
            organisation.report = report
        active = runs(organisation, self.today)
        organisation.version += 1
        contract, version = organisation.to_contract(), organisation.version
        if active and not organisation.said:
            self._say(MemberJoined, organisation=contract, since=organisation.starts_on, version=version)
        elif organisation.said and not active:
            on = organisation.ends_on or self.today
            self._say(MemberLeft, organisation=contract, on=on, reason=organisation.reason, version=version)
        elif active and news:
            self._say(MemberUpdated, organisation=contract, version=version)
        organisation.said = active

    # -- appointments and the mandates that follow from them

    def _appoint(self, organisation: Organisation, reported: Reported, report: ContactReport, since: date) -> bool:
        described = self._describe_contact(reported, report)
        key = (organisation.id, reported.source, report.key)
        appointment = self.appointments.get(key)
        after_leaving = organisation.left is None or reported.position > organisation.left
        if appointment is None and after_leaving:
            appointment = self.appointments[key] = Appointment(*key, position=None)
        if appointment is None:
            return bool(described)
        self._describe_role(appointment, reported.position, report)
        if not after_leaving or not _newer(reported.position, appointment.position):
            return bool(described)
        appointment.position = reported.position
        self._begin(appointment, since)
        return True

    def _depart(self, organisation: Organisation, reported: Reported, message: ContactDeparted) -> bool:
        key = (organisation.id, reported.source, message.contact_key)
        appointment = self.appointments.setdefault(key, Appointment(*key, position=None))
        return self._end(appointment, reported.position, message.on)

    def _update_contact(self, organisation: Organisation, reported: Reported, report: ContactReport) -> Outcome:
        appointment = self.appointments.get((organisation.id, reported.source, report.key))
        if appointment is None:
            return Outcome.EARLY
        described = self._describe_contact(reported, report)
        titled = self._describe_role(appointment, reported.position, report)
        return _outcome(titled or described is not None)

    def _describe_contact(self, reported: Reported, report: ContactReport) -> bool | None:
        """Take in a contact's data; return whether it was news, or None if something newer is known."""
        changed = self.people.describe(reported, report)
        if changed is None:
            return None
        news = [person for person in changed if self.people.refresh(person)]
        for person in news:
            self._say(PersonUpdated, person=person.to_contract(), version=person.version)
        if len(changed) > 1:
            self._move_mandates(reported.source, report.key, to=changed[0])
        return bool(news) or len(changed) > 1

    def _describe_role(self, appointment: Appointment, position: Position, report: ContactReport) -> bool:
        if not _newer(position, appointment.details):
            return False
        appointment.details, appointment.role, appointment.title = position, report.role, report.title
        mandate = self._open_mandate(appointment)
        if mandate is None:
            return True
        if mandate.said and mandate.role != report.role:
            self._succeed(appointment, mandate, mandate.person_id)
        elif (mandate.role, mandate.title) != (report.role, report.title):
            mandate.role, mandate.title = report.role, report.title
            self._say_mandate(mandate, news=True)
        return True

    def _begin(self, appointment: Appointment, since: date) -> None:
        """Start the mandate, or another one where the last has ended: that one is history."""
        person_id = self.people.contacts[appointment.source, appointment.contact_key].person_id
        mandate = self._open_mandate(appointment)
        if mandate is None:
            mandate = self._new_mandate(appointment, person_id, since)
        mandate.starts_on, mandate.ends_on = since, None
        self._say_mandate(mandate)

    def _end(self, appointment: Appointment, position: Position, on: date) -> bool:
        """End an appointment that is older; its position stays, so that no older message brings it back."""
        if not _newer(position, appointment.position):
            return False
        appointment.position = position
        if mandate := self._open_mandate(appointment):
            mandate.ends_on = on
            self._say_mandate(mandate)
        return True

    def _move_mandates(self, source: str, contact_key: str, *, to: Person) -> None:
        for appointment in list(self.appointments.values()):
            if (appointment.source, appointment.contact_key) != (source, contact_key):
                continue
            mandate = self._open_mandate(appointment)
            if mandate and mandate.said:
                self._succeed(appointment, mandate, to.id)
            elif mandate:
                mandate.person_id = to.id

    def _succeed(self, appointment: Appointment, mandate: Mandate, person_id: UUID) -> None:
        """Have a new mandate take over today; it starts before the old one ends, so that no seat falls vacant."""
        successor = self._new_mandate(appointment, person_id, self.today)
        successor.ends_on = mandate.ends_on
        self._say_mandate(successor)
        mandate.ends_on = self.today
        self._say_mandate(mandate)

    def _new_mandate(self, appointment: Appointment, person_id: UUID, since: date) -> Mandate:
        if appointment.role is None:
            raise TypeError("an appointment without a role")
        mandate = Mandate(
            uuid4(), appointment.organisation_id, person_id, appointment.role, appointment.title, starts_on=since
        )
        self.mandates[mandate.id] = mandate
        appointment.mandate_id = mandate.id
        return mandate

    def _open_mandate(self, appointment: Appointment) -> Mandate | None:
        """Return the appointment's mandate unless it has ended, and have said that it has."""
        mandate = self.mandates.get(appointment.mandate_id) if appointment.mandate_id else None
        if mandate is None or mandate.ends_on is None or mandate.ends_on > self.today:
            return mandate
        if mandate.said:
            self._say_mandate(mandate)
        return None

    def _say_mandate(self, mandate: Mandate, *, news: bool = False) -> None:
        current = runs(mandate, self.today)
        mandate.version += 1
        if current and (news or not mandate.said):
            self._say(MandateStarted, mandate=mandate.to_contract(), version=mandate.version)
        elif mandate.said and not current:
            self._say(MandateEnded, mandate=mandate.to_contract(), version=mandate.version)
        mandate.said = current

    def _say(self, kind: type[Event], **facts: object) -> None:
        self.events.append(kind.model_validate({"correlation_id": self._correlation_id, **facts}))


def _newer(position: Position, known: Position | None) -> bool:
    return known is None or position > known


def _outcome(changed: bool) -> Outcome:
    return Outcome.ACCEPTED if changed else Outcome.SUPERSEDED
