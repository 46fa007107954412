"""Which e-mails must arrive, worked out from what was published and from the list of meetings alone (pure)."""

from collections import Counter
from collections.abc import Iterable

from ..mailbox.emails import Identity
from .planning import Meeting
from .register import Contact, Member


class ExpectedEmails:
    """Follows the story as its readers do, and notes each e-mail that it owes them."""

    def __init__(self) -> None:
        self.emails: Counter[Identity] = Counter()
        self._towns_of: dict[str, set[str]] = {}
        self._meetings: dict[str, Meeting] = {}
        # The SEQUENCE that each reader heard last, by address and UID, of the invitations that stand.
        self._standing: dict[tuple[str, str], int] = {}

    def meetings_opened(self, meetings: Iterable[Meeting]) -> None:
        """Everybody who acts for a member is invited to meetings that came inside their horizon."""
        self._meetings |= {meeting.uid: meeting for meeting in meetings}
        for address in self._towns_of:
            self._invite(address)

    def appointed(self, member: Member, contacts: Iterable[Contact]) -> None:
        """Each contact is welcomed once, and invited to the open meetings."""
        for contact in contacts:
            if contact.email not in self._towns_of:
                self._expect(contact.email, "welcome")
            self._towns_of.setdefault(contact.email, set()).add(member.key)
            self._invite(contact.email)

    def departed(self, member: Member, contacts: Iterable[Contact]) -> None:
        """Who acts for no other member either is no longer invited: SEQUENCE goes one up."""
        for contact in contacts:
            self._towns_of[contact.email].discard(member.key)
            if not self._towns_of[contact.email]:
                for address, uid in [key for key in self._standing if key[0] == contact.email]:
                    self._expect(address, "cancellation", uid, self._standing.pop((address, uid)) + 1)

    def rescheduled(self, meeting: Meeting) -> None:
        """Everybody who is invited hears of the change, with the meeting's new SEQUENCE."""
        self._meetings[meeting.uid] = meeting
        for address, uid in self._invited_to(meeting):
            self._standing[address, uid] = meeting.sequence
            self._expect(address, "update", uid, meeting.sequence)

    def cancelled(self, meeting: Meeting) -> None:
        """Everybody who is invited hears of it, with the meeting's new SEQUENCE."""
        del self._meetings[meeting.uid]
        for address, uid in self._invited_to(meeting):
            del self._standing[address, uid]
            self._expect(address, "cancellation", uid, meeting.sequence)

    def _invite(self, address: str) -> None:
        if not self._towns_of[address]:
            return
        for meeting in self._meetings.values():
            if (address, meeting.uid) not in self._standing:
                self._standing[address, meeting.uid] = meeting.sequence
                self._expect(address, "invitation", meeting.uid, meeting.sequence)

    def _invited_to(self, meeting: Meeting) -> list[tuple[str, str]]:
        return [key for key in self._standing if key[1] == meeting.uid]

    def _expect(self, address: str, kind: str, uid: str | None = None, sequence: int | None = None) -> None:
        self.emails[Identity(address, kind, uid, sequence)] += 1
