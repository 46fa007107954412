"""The rules about who acts for an organisation, in the model of `intake` (pure)."""

from collections.abc import Callable

from deploy.local.demo.messages import SOURCE

from .rows import Position, Row, Rows, at, is_after, made_id, never, stands

Say = Callable[[str, Row], None]

# Nobody of the load chooses a language of their own.
UNCHOSEN: Row = {"own_language": None, "choice_version": 0}


class Contacts:
    """The contacts of one organisation, the people that they are, their appointments and mandates."""

    def __init__(self, rows: Rows, organisation_key: str, say: Say) -> None:
        """`rows`: those of the organisation; `say` takes the subject of an event and its body."""
        self._rows = rows
        self._organisation_key = organisation_key
        self._organisation_id = made_id("organisations", organisation_key)
        self._say = say

    def appoint(self, contact: Row, since: str, position: Position) -> bool:
        """Have a contact act for the organisation; return whether that changed anything."""
        news = self._describe_contact(contact, position)
        appointment = self._appointment(contact["key"])
        self._describe_appointment(contact, position)
        if not is_after(position, stands(appointment, "appointed")):
            return bool(news)
        appointment.update(at("appointed", position), since=since)
        if mandate := self._open_mandate(contact["key"]):
            mandate["starts_on"] = since
        return self._follow(contact["key"]) or bool(news)

    def update(self, contact: Row, position: Position) -> bool | None:
        """Take in what is known of a contact; return whether that changed anything, None if it was never appointed."""
        if ("appointments", contact["key"]) not in self._rows:
            return None
        described = self._describe_contact(contact, position)
        return self._describe_appointment(contact, position) or described is not None

    def depart(self, contact_key: str, on: str, position: Position) -> bool:
        """Have a contact act for the organisation no longer; return whether that changed anything."""
        appointment = self._appointment(contact_key)
        if not is_after(position, stands(appointment, "ended")):
            return False
        appointment.update(at("ended", position), ended_on=on)
        if not is_after(position, stands(appointment, "appointed")):
            return False
        self._follow(contact_key)
        return True

    def end_older_than(self, position: Position) -> bool:
        """End what began before the organisation left at that position; return whether anything did."""
        known = [(key, row) for (table, key), row in self._rows.items() if table == "appointments"]
        older = [key for key, row in known if is_after(position, stands(row, "appointed"))]
        ended = [self._follow(key) for key in older]
        return any(ended)

    def _describe_contact(self, contact: Row, position: Position) -> bool | None:
        """Return whether it was news, or None if something newer is known."""
        row = self._rows.get(("contacts", contact["key"]))
        if row and not is_after(position, stands(row, "position")):
            return None
        said = {name: contact.get(name) for name in ("name", "email", "phone", "language")}
        person = self._rows.setdefault(
            ("people", contact["key"]), {"id": made_id("people", contact["key"]), **said, **UNCHOSEN, "version": 0}
        )
        self._rows["contacts", contact["key"]] = (
            {"source": SOURCE, "key": contact["key"], "person_id": person["id"]} | said | at("position", position)
        )
        if person["version"] and {name: person[name] for name in said} == said:
            return False
        person.update(said, version=person["version"] + 1)
        self._say("person_updated", {"person": {"id": person["id"], **said}, "version": person["version"]})
        return True

    def _appointment(self, contact_key: str) -> Row:
        return self._rows.setdefault(
            ("appointments", contact_key),
            {"organisation_id": self._organisation_id, "source": SOURCE, "contact_key": contact_key}
            | never("appointed", "ended", "titled")
            | dict.fromkeys(("since", "ended_on", "role", "title", "mandate_id")),
        )

    def _describe_appointment(self, contact: Row, position: Position) -> bool:
        appointment = self._appointment(contact["key"])
        if not is_after(position, stands(appointment, "titled")):
            return False
        appointment.update(at("titled", position), role=contact["role"], title=contact["title"])
        mandate = self._open_mandate(contact["key"])
        if mandate and mandate["title"] != contact["title"]:
            mandate["title"] = contact["title"]
            self._say_mandate(mandate, news=True)
        return True

    def _open_mandate(self, contact_key: str) -> Row | None:
        mandate = self._rows.get(("mandates", contact_key))
        return mandate if mandate and mandate["ends_on"] is None else None

    def _follow(self, contact_key: str) -> bool:
        """Bring the mandate in line with its appointment; return whether there is one."""
        organisation = self._rows["organisations", self._organisation_key]
        appointment = self._rows["appointments", contact_key]
        appointed = stands(appointment, "appointed")
        ends = [appointment["ended_on"]] if is_after(stands(appointment, "ended"), appointed) else []
        if is_after(stands(organisation, "left"), appointed):
            ends.append(organisation["left_on"])
        mandate = self._open_mandate(contact_key)
        if mandate is None:
            if appointment["since"] is None or ends:
                return False
            mandate = self._begin_mandate(contact_key, appointment)
        mandate["ends_on"] = min(ends, default=None)
        self._say_mandate(mandate)
        return True

    def _begin_mandate(self, contact_key: str, appointment: Row) -> Row:
        appointment["mandate_id"] = made_id("mandates", contact_key)
        mandate = self._rows["mandates", contact_key] = {
            "id": appointment["mandate_id"],
            "organisation_id": self._organisation_id,
            "person_id": made_id("people", contact_key),
            "role": appointment["role"],
            "title": appointment["title"],
            "starts_on": appointment["since"],
            "ends_on": None,
            "said": False,
            "version": 0,
        }
        return mandate

    def _say_mandate(self, mandate: Row, *, news: bool = False) -> None:
        current = mandate["ends_on"] is None
        mandate["version"] += 1
        facts = {name: value for name, value in mandate.items() if name not in ("said", "version")}
        if current and (news or not mandate["said"]):
            self._say("mandate_started", {"mandate": facts, "version": mandate["version"]})
        elif mandate["said"] and not current:
            self._say("mandate_ended", {"mandate": facts, "version": mandate["version"]})
        mandate["said"] = current
