"""What the pages read of forms, by the same rules as the JSON API, and how a form is shown again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from shared.errors import Invalid, Refused
from shared.web.etags import ChangedMeanwhile
from shared.web.forms import Form

from .refusals import refusal_in_words
from .wording import Words

TEMPLATES = Path(__file__).parents[1] / "templates"
# Where a fault belongs to no field of the form, or to all of it.
WHOLE = ""

Value = str | Sequence[str]
Given = Mapping[str, Value]
Asked = TypeVar("Asked", bound=BaseModel)


class FilledInWrongly(Invalid):
    """Some fields of a form are not as they must be."""

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__("the form is not filled in as it must be", field=fields[0])
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it is shown: its name, what stands in its fields, and what is wrong with which.

    `seen` is the tag of what its sender saw, and `stood` what stood in the fields then; both are empty where that is as
    it is now. `meanwhile` is what somebody else has put in some fields since.
    """

    name: str
    given: Given
    faults: Mapping[str, Words] = field(default_factory=dict)
    seen: str = ""
    stood: str = ""
    meanwhile: Given = field(default_factory=dict)

    def __getitem__(self, field: str) -> Value:
        """Return what stands in a field."""
        return self.given[field]

    @property
    def as_it_stood(self) -> str:
        """What stood in the fields when the sender saw them, as the form carries it along."""
        return self.stood or json.dumps(dict(self.given))

    @property
    def other_faults(self) -> list[Words]:
        """What is wrong and stands beside no field."""
        return [words for field, words in self.faults.items() if field not in self.given]

    def sent(self, form: Form) -> "Filled":
        """Return the form with what was sent in it."""
        return replace(self, given={name: sent(form, name, value) for name, value in self.given.items()})

    def refused(self, form: Form, why: Refused) -> "Filled":
        """Return the form with what was sent in it, and what is wrong with that.

        Where somebody else has changed something meanwhile, that stands in the fields that the sender has left alone.
        """
        fields = why.fields if isinstance(why, FilledInWrongly) else [(why.field or WHOLE).rpartition(".")[2]]
        if isinstance(why, ChangedMeanwhile):
            shown = self._changed_meanwhile(form)
        else:
            shown = replace(self.sent(form), seen=form.text("seen"), stood=form.text("stood"))
        return replace(shown, faults={field: refusal_in_words(why, field) for field in fields})

    def _changed_meanwhile(self, form: Form) -> "Filled":
        stood = _stood(form, self.given)
        given = {
            name: _both(stood[name], now=value, sent=sent(form, name, value)) for name, value in self.given.items()
        }
        return replace(
            self, given=given, meanwhile={name: value for name, value in self.given.items() if value != stood[name]}
        )


@dataclass(frozen=True, slots=True)
class RefusedForm:
    """One of a page's forms as it was sent, and why it was refused."""

    name: str
    sent: Form
    why: Refused


def forms_shown(forms: Sequence[Filled], refused: RefusedForm | None) -> dict[str, Filled]:
    """Return a page's forms by name, the refused one with what was sent in it."""
    return {
        form.name: form.refused(refused.sent, refused.why) if refused and refused.name == form.name else form
        for form in forms
    }


def read(body: type[Asked], sent: Mapping[str, object]) -> Asked:
    """Return what a form asks for as the JSON API takes it; raises FilledInWrongly."""
    try:
        return body.model_validate(sent)
    except ValidationError as why:
        raise FilledInWrongly(list(dict.fromkeys(_field(fault["loc"]) for fault in why.errors()))) from None


def texts(form: Form, names: Sequence[str]) -> dict[str, str | None]:
    """Return some fields of a form as the JSON API takes them: an empty one is null."""
    return {name: form.text(name) or None for name in names}


def number(text: str) -> int | str:
    """Read a number; what is none stays as it is, for whoever checks it."""
    return int(text) if text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() else text


def sent(form: Form, name: str, like: Value) -> Value:
    """Return what was sent in a field: a text, or several where it has several."""
    return form.text(name) if isinstance(like, str) else form.texts(name)


def _stood(form: Form, now: Given) -> Given:
    """Return what stood in the fields when the sender saw them; what the form does not tell is as it is now."""
    try:
        told = json.loads(form.text("stood"))
    except ValueError:
        told = {}
    return {
        **now,
        **{name: told[name] for name in now if isinstance(told, dict) and _is_like(told.get(name), now[name])},
    }


def _is_like(told: object, value: Value) -> bool:
    if isinstance(value, str):
        return isinstance(told, str)
    return isinstance(told, list) and all(isinstance(each, str) for each in told)


def _both(stood: Value, *, now: Value, sent: Value) -> Value:
    """Return what a field holds once what was sent is put on top of how it is now."""
    if isinstance(now, str):
        return now if sent == stood else sent
    kept = [each for each in now if each in sent or each not in stood]
    return [*kept, *[each for each in sent if each not in stood and each not in kept]]


def _field(loc: Sequence[int | str]) -> str:
    """Return the field of a form that a fault stands at."""
    names = [part for part in loc if isinstance(part, str)]
    if names[:1] == ["recurrence"]:
        return names[1] if len(names) > 1 else "kind"
    return names[0] if names else WHOLE
