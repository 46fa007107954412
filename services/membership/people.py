"""One person is one e-mail address: which contact is which person, and what is known of them (pure)."""

from collections.abc import Iterable
from uuid import UUID, uuid4

from shared.contracts.upstream import ContactReport

from .messages import Reported
from .records import Contact, ContactKey, Person, latest


class People:
    """The contacts and people that a group of messages touches."""

    def __init__(self, people: Iterable[Person] = (), contacts: Iterable[Contact] = ()) -> None:
        self.people = {person.id: person for person in people}
        self.contacts: dict[ContactKey, Contact] = {}
        self._by_email = {person.email.lower(): person for person in self.people.values()}
        self._contacts_of: dict[UUID, dict[ContactKey, Contact]] = {}
        for contact in contacts:
            self._point(contact)

    def absorb(self, other: "People") -> None:
        """Add the people and contacts of others that are not here yet."""
        for person in other.people.values():
            if person.id not in self.people:
                self.people[person.id] = self._by_email[person.email.lower()] = person
        for key, contact in other.contacts.items():
            if key not in self.contacts:
                self._point(contact)

    def describe(self, reported: Reported, report: ContactReport) -> list[Person] | None:
        """Take in what a contact is called and how they are reached.

        Returns:
            None if something newer is known; else the people that this may have changed, the contact's own first.
        """
        contact = self.contacts.get((reported.source, report.key))
        if contact is not None and reported.position <= contact.position:
            return None
        before = self.people[contact.person_id] if contact else None
        person = self._owner(report, before)
        self._point(
            Contact(
                reported.source,
                report.key,
                person.id,
                report.name,
                report.email,
                report.phone,
                report.language,
                reported.position,
            )
        )
        return [person] if before is None or before is person else [person, before]

    def refresh(self, person: Person) -> bool:
        """Give the person the data of the contact that was reported last, and their own; tell whether that is news."""
        contacts = self._contacts_of.get(person.id)
        if not contacts:
            return False
        last = latest(contacts.values())
        news = (last.name, last.email, last.phone, person.own_language or last.language)
        if person.version and news == (person.name, person.email, person.phone, person.language):
            return False
        person.name, person.email, person.phone, person.language = news
        person.version += 1
        return True

    def _owner(self, report: ContactReport, before: Person | None) -> Person:
        """Find whose address this is: another person's, or, where it is free, the same person's or a new one's."""
        address = report.email.lower()
        if owner := self._by_email.get(address):
            return owner
        if before is not None and len(self._contacts_of[before.id]) == 1:
            del self._by_email[before.email.lower()]
            owner = before
        else:
            owner = Person(uuid4(), report.name, report.email, report.phone, report.language)
            self.people[owner.id] = owner
        self._by_email[address] = owner
        return owner

    def _point(self, contact: Contact) -> None:
        key = (contact.source, contact.key)
        if known := self.contacts.get(key):
            del self._contacts_of[known.person_id][key]
        self.contacts[key] = contact
        self._contacts_of.setdefault(contact.person_id, {})[key] = contact
