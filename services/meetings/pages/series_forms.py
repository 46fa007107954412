"""The form of a series: what stands in it, and what it asks for as the JSON API takes it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from shared.web.forms import Form

from ..bodies import TEXTS
from ..recurrence import EveryWeekday, EveryWeeks, NthWeekday, Rule, Single
from ..series import Reminder, Series
from .reading import Given, number, sent, texts

NUMBERS = ("minutes", "horizon_days")
RULE = ("kind", "weekday", "nth", "months", "weeks", "day")
USUAL: Given = {
    "title": "",
    "kind": NthWeekday.kind,
    "weekday": "thursday",
    "nth": "2",
    "months": [str(month) for month in range(1, 13)],
    "weeks": "1",
    "day": "",
    "starts_at": "09:30",
    "minutes": "60",
    "from": "",
    "until": "",
    "mode": "online",
    "link": "",
    "place": "",
    "address": "",
    "host_town": "",
    "agenda": "",
    "on_holiday": "",
    "horizon_days": "45",
    "reminders": ["7 days", "60 minutes"],
    "is_public": [],
}
USUAL_CRISIS: Given = {
    **{name: USUAL[name] for name in RULE},
    "kind": EveryWeekday.kind,
    "starts_at": "08:30",
    "minutes": "30",
    "from": "",
    "until": "",
    "reason": "",
    "normal_meetings": "pause",
    "link": "",
    "reminders": ["60 minutes"],
}


def given(series: Series, since: date) -> Given:
    """Return what stands in the form that changes a series from a day on."""
    return {
        **_rule_given(series.recurrence),
        "starts_at": f"{series.starts_at:%H:%M}",
        "minutes": str(series.minutes),
        "from": since.isoformat(),
        "mode": series.mode,
        **{name: getattr(series, name) or "" for name in TEXTS},
        "on_holiday": series.on_holiday,
        "horizon_days": str(series.horizon_days),
        "reminders": [written(reminder) for reminder in series.reminders],
        "is_public": ["yes"] if series.is_public else [],
        "reason": "",
    }


def new_series(form: Form) -> dict[str, Any]:
    """Return the series that the form asks for."""
    return {
        "title": form.text("title"),
        "recurrence": _recurrence(form),
        **_described(form),
        **{name: value for name, value in texts(form, ("from", "until", "on_holiday")).items() if value},
    }


def changed_series(form: Form, before: Given) -> dict[str, Any]:
    """Return what the form asks to be changed from a day on, given what stood in it."""
    asked = {**_described(form), "on_holiday": form.text("on_holiday")}
    changed = {name: value for name, value in asked.items() if sent(form, name, before[name]) != before[name]}
    if any(sent(form, name, before[name]) != before[name] for name in RULE):
        changed["recurrence"] = _recurrence(form)
    return {**changed, "from": form.text("from"), "reason": form.text("reason") or None}


def new_crisis(form: Form) -> dict[str, Any]:
    """Return the crisis that the form asks for."""
    return {
        "recurrence": _recurrence(form),
        **{name: form.text(name) for name in ("reason", "starts_at", "until", "normal_meetings")},
        "minutes": number(form.text("minutes")),
        "reminders": [_reminder(each) for each in form.texts("reminders")],
        **{name: value for name, value in texts(form, ("from", "link")).items() if value},
    }


def written(reminder: Reminder) -> str:
    """Return a reminder as the form has it."""
    return f"{reminder.before} {reminder.unit}"


def _described(form: Form) -> dict[str, Any]:
    return {
        **{name: form.text(name) for name in ("starts_at", "mode")},
        **{name: number(form.text(name)) for name in NUMBERS},
        **texts(form, TEXTS),
        "reminders": [_reminder(each) for each in form.texts("reminders")],
        "is_public": bool(form.texts("is_public")),
    }


def _recurrence(form: Form) -> dict[str, Any]:
    match form.text("kind"):
        case NthWeekday.kind as kind:
            months = [number(month) for month in form.texts("months")]
            return {"kind": kind, "weekday": form.text("weekday"), "nth": number(form.text("nth")), "months": months}
        case EveryWeeks.kind as kind:
            return {"kind": kind, "weekday": form.text("weekday"), "weeks": number(form.text("weeks"))}
        case Single.kind as kind:
            return {"kind": kind, "day": form.text("day")}
        case kind:
            return {"kind": kind}


def _rule_given(rule: Rule) -> dict[str, str | Sequence[str]]:
    stands = {name: USUAL[name] for name in RULE} | {"kind": rule.kind}
    match rule:
        case NthWeekday(weekday, nth, months):
            return stands | {"weekday": weekday, "nth": str(nth), "months": [str(month) for month in months]}
        case EveryWeeks(weekday, weeks):
            return stands | {"weekday": weekday, "weeks": str(weeks)}
        case Single(day):
            return stands | {"day": day.isoformat()}
        case EveryWeekday():
            return stands


def _reminder(text: str) -> dict[str, object]:
    before, _, unit = text.partition(" ")
    return {"before": number(before), "unit": unit}
