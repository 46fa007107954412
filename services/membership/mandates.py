"""Which mandates follow from appointments: one that has ended is history, and another one takes over (pure)."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID, uuid4

from shared.contracts.event import Event
from shared.contracts.membership import MandateEnded, MandateStarted
from shared.contracts.upstream import ContactReport

from .audit import Trace
from .people import People
from .records import Appointment, AppointmentKey, Mandate, Organisation, Person, Position, newer, runs


class Voice:
    """Gathers what follows from messages; each event carries the correlation of the message that is being applied."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.correlation_id = ""

    def say(self, kind: type[Event], **facts: object) -> None:
        """Note an event."""
        self.events.append(kind.model_validate({"correlation_id": self.correlation_id, **facts}))


class Mandates:
    """The appointments that a group of messages touches, and the mandates that follow from them."""

    def __init__(
        self,
        today: date,
        people: People,
        voice: Voice,
        trace: Trace,
        appointments: Iterable[Appointment],
        mandates: Iterable[Mandate],
    ) -> None:
        self.appointments: dict[AppointmentKey, Appointment] = {
            (a.organisation_id, a.source, a.contact_key): a for a in appointments
        }
        self.mandates: dict[UUID, Mandate] = {mandate.id: mandate for mandate in mandates}
        self._today = today
        self._people = people
        self._voice = voice
        self._trace = trace

    def appointment(self, organisation: Organisation, source: str, contact_key: str) -> Appointment:
        """Return the appointment of a contact at an organisation, which may be a new one."""
        key = (organisation.id, source, contact_key)
        appointment = self.appointments.setdefault(key, Appointment(*key))
        self._trace.touch(appointment)
        return appointment

    def is_appointed(self, organisation: Organisation, source: str, contact_key: str) -> bool:
        """Tell whether a contact was ever appointed at an organisation, or departed from it."""
        return (organisation.id, source, contact_key) in self.appointments

    def at(self, organisation: Organisation) -> list[Appointment]:
        """List the appointments at an organisation."""
        return [a for a in self.appointments.values() if a.organisation_id == organisation.id]

    def describe(self, appointment: Appointment, position: Position, report: ContactReport) -> bool:
        """Take in a contact's role and title; tell whether that is newer than what was known."""
        if not newer(position, appointment.titled):
            return False
        appointment.titled, appointment.role, appointment.title = position, report.role, report.title
        mandate = self._open(appointment)
        if mandate is None:
            return True
        if mandate.said and mandate.role != report.role:
            self._succeed(appointment, mandate, mandate.person_id)
        elif (mandate.role, mandate.title) != (report.role, report.title):
            mandate.role, mandate.title = report.role, report.title
            self.say(mandate, news=True)
        return True

    def appoint(self, organisation: Organisation, appointment: Appointment, position: Position, since: date) -> bool:
        """Have an appointment begin; tell whether a mandate follows."""
        appointment.appointed, appointment.since = position, since
        if mandate := self._open(appointment):
            mandate.starts_on = since
        return self.follow(organisation, appointment)

    def follow(self, organisation: Organisation, appointment: Appointment) -> bool:
        """Bring the mandate in line with its appointment; tell whether there is one."""
        ends_on = appointment.ends_on(organisation)
        mandate = self._open(appointment)
        if mandate is None:
            if appointment.since is None or (ends_on is not None and ends_on <= self._today):
                return False
            person_id = self._people.contacts[appointment.source, appointment.contact_key].person_id
            mandate = self._new(appointment, person_id, appointment.since)
        mandate.ends_on = ends_on
        self.say(mandate)
        return True

    def move(self, source: str, contact_key: str, *, to: Person) -> None:
        """Have another person take over what a contact holds."""
        for appointment in list(self.appointments.values()):
            if (appointment.source, appointment.contact_key) != (source, contact_key):
                continue
            mandate = self._open(appointment)
            if mandate and mandate.said:
                self._succeed(appointment, mandate, to.id)
            elif mandate:
                mandate.person_id = to.id

    def say(self, mandate: Mandate, *, news: bool = False) -> None:
        """Say that a mandate has begun or ended, where that is not what we last said."""
        current = runs(mandate, self._today)
        mandate.version += 1
        if current and (news or not mandate.said):
            self._voice.say(MandateStarted, mandate=mandate.to_contract(), version=mandate.version)
        elif mandate.said and not current:
            self._voice.say(MandateEnded, mandate=mandate.to_contract(), version=mandate.version)
        mandate.said = current

    def _succeed(self, appointment: Appointment, mandate: Mandate, person_id: UUID) -> None:
        """Have a new mandate take over today; it starts before the old one ends, so that no seat falls vacant."""
        successor = self._new(appointment, person_id, self._today)
        successor.ends_on = mandate.ends_on
        self.say(successor)
        mandate.ends_on = self._today
        self.say(mandate)

    def _new(self, appointment: Appointment, person_id: UUID, since: date) -> Mandate:
        if appointment.role is None:
            raise TypeError("an appointment without a role")
        mandate = Mandate(
            uuid4(), appointment.organisation_id, person_id, appointment.role, appointment.title, starts_on=since
        )
        self.mandates[mandate.id] = mandate
        self._trace.touch(mandate)
        appointment.mandate_id = mandate.id
        return mandate

    def _open(self, appointment: Appointment) -> Mandate | None:
        """Return the appointment's mandate unless it has ended, and have said that it has."""
        mandate = self.mandates.get(appointment.mandate_id) if appointment.mandate_id else None
        if mandate is not None:
            self._trace.touch(mandate)
        if mandate is None or mandate.ends_on is None or mandate.ends_on > self._today:
            return mandate
        if mandate.said:
            self.say(mandate)
        return None
