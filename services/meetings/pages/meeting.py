"""The page of one meeting: when and where, who comes and who came; to move it, cancel it, answer for somebody."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from shared import logs
from shared.clock import COPENHAGEN, Clock
from shared.database.pool import Connection, Database
from shared.errors import Refused
from shared.web.etags import etag
from shared.web.forms import Form
from shared.web.pages import Pages, see_other
from shared.web.sign_in import SignIn

from .. import attendance_views, storage, unchanged, use_cases
from ..answer_views import CapacityView, NewAnswer, NewCapacity
from ..answers import ATTENDANCES, Capacity
from ..attendance import Entry
from ..attendance_views import NewAttendance
from ..bodies import TEXTS, Cancellation, Move
from ..domain import Meeting
from ..network import Organisation
from ..showing import shown_one
from ..turns import Turns
from ..who_comes import by_organisation, counted
from .reading import Filled, Given, RefusedForm, forms_shown, number, read, texts
from .series import capacity_given, capacity_sent

log = logs.get(__name__)

Act = Callable[..., Awaitable[None]]


def add_pages_of_a_meeting(
    router: APIRouter, database: Database, pages: Pages, sign_in: SignIn, turns: Turns, now: Clock
) -> None:
    """Add the page of a meeting, and what is done to it."""

    @router.get("/meetings/{meeting_id}")
    async def show(request: Request, meeting_id: UUID) -> HTMLResponse:
        return await shown(request, meeting_id)

    async def shown(request: Request, meeting_id: UUID, refused: RefusedForm | None = None) -> HTMLResponse:
        async with database.connection() as conn:
            meeting = await storage.get_meeting(conn, meeting_id)
            seen = etag(await shown_one(conn, meeting))
            capacity = await storage.get_capacity(conn, meeting_id)
            series = await storage.get_series(conn, meeting.series_id)
            asked = await storage.people_asked(conn, meeting_id)
            places = await storage.count_places(conn, meeting_id, capacity)
            entries = await storage.list_entries(conn, meeting_id)
            members = await storage.active_organisations(conn)
        organisations = by_organisation(asked)
        return pages.page(
            request,
            "secretariat/meeting.html",
            status=refused.why.status if refused else 200,
            meeting=meeting,
            seen={
                "move": seen,
                "capacity": etag(CapacityView.model_validate(capacity)),
                "attendance": etag(attendance_views.shown(entries)),
            },
            series=series,
            asked=asked,
            organisations=organisations,
            counts=counted(organisations),
            people_counts=counted(asked),
            places={kind: places[kind] for kind in ATTENDANCES[meeting.mode]},
            coming=meeting.status == "scheduled" and meeting.starts_at > now(),
            held=meeting.status != "cancelled" and meeting.starts_at <= now(),
            members=members,
            entries=entries,
            forms=forms_shown(_forms(meeting, capacity, entries), refused),
            done=request.query_params.get("done"),
        )

    @router.post("/meetings/{meeting_id}/move")
    async def move(request: Request, meeting_id: UUID, form: Annotated[Form, Depends(sign_in.form)]) -> Response:
        async def act(conn: Connection, **how: Any) -> None:
            await unchanged.check_meeting(conn, meeting_id, form.text("seen"))
            given = _moved_given(await storage.get_meeting(conn, meeting_id))
            await use_cases.move_meeting(conn, meeting_id, read(Move, _moved_sent(form, given)).change(), **how)

        return await acted(request, meeting_id, form, "move", act)

    @router.post("/meetings/{meeting_id}/cancel")
    async def cancel(request: Request, meeting_id: UUID, form: Annotated[Form, Depends(sign_in.form)]) -> Response:
        async def act(conn: Connection, **how: Any) -> None:
            body = read(Cancellation, texts(form, ["reason"]))
            await use_cases.cancel_meeting(conn, meeting_id, body.reason, **how)

        return await acted(request, meeting_id, form, "cancel", act)

    @router.post("/meetings/{meeting_id}/capacity")
    async def set_capacity(
        request: Request, meeting_id: UUID, form: Annotated[Form, Depends(sign_in.form)]
    ) -> Response:
        async def act(conn: Connection, *, correlation_id: str, now: datetime) -> None:
            await unchanged.check_capacity(conn, meeting_id, form.text("seen"))
            body = read(NewCapacity, capacity_sent(form))
            await use_cases.set_capacity(conn, meeting_id, body.capacity, now=now)

        return await acted(request, meeting_id, form, "capacity", act)

    @router.post("/meetings/{meeting_id}/answer")
    async def answer(request: Request, meeting_id: UUID, form: Annotated[Form, Depends(sign_in.form)]) -> Response:
        async def act(conn: Connection, **how: Any) -> None:
            body = read(NewAnswer, texts(form, ("person_id", "answer", "attendance", "comment")))
            await use_cases.give_answer(conn, meeting_id, body.person_id, body.said(how["now"]), **how)

        return await acted(request, meeting_id, form, "answer", act)

    @router.post("/meetings/{meeting_id}/attendance")
    async def enter_attendance(
        request: Request, meeting_id: UUID, form: Annotated[Form, Depends(sign_in.form)]
    ) -> Response:
        async def act(conn: Connection, *, correlation_id: str, now: datetime) -> None:
            await unchanged.check_attendance(conn, meeting_id, form.text("seen"))
            who = request.state.session.who
            members = await storage.active_organisations(conn)
            concerned = await storage.organisations_concerned(conn, meeting_id)
            attended = [_attended(form, each.id) for each in members]
            entered = [each for each in attended if each["came"] or each["organisation_id"] in concerned]
            body = read(NewAttendance, {"who": who, "organisations": entered})
            await use_cases.enter_attendance(conn, meeting_id, body.entered(), who=who, now=now)

        return await acted(request, meeting_id, form, "attendance", act)

    async def acted(request: Request, meeting_id: UUID, form: Form, name: str, act: Act) -> Response:
        correlation_id = str(uuid4())
        try:
            async with turns.of(meeting_id), database.transaction() as conn:
                await act(conn, correlation_id=correlation_id, now=now())
        except Refused as why:
            return await shown(request, meeting_id, RefusedForm(name, form, why))
        log.info("done on a page", what=name, meeting_id=str(meeting_id), correlation_id=correlation_id)
        return see_other(request, f"pages/meetings/{meeting_id}?done={name}")


def _forms(meeting: Meeting, capacity: Capacity, entries: Sequence[tuple[Organisation, Entry]]) -> list[Filled]:
    latest = {organisation.id: entry.attendance for organisation, entry in reversed(entries)}
    came: Given = {
        str(kind): [str(each) for each, how in latest.items() if how == kind] for kind in ATTENDANCES[meeting.mode]
    }
    return [
        Filled("move", _moved_given(meeting)),
        Filled("cancel", {"reason": ""}),
        capacity_given(capacity),
        Filled("answer", {"person_id": "", "answer": "", "attendance": "", "comment": ""}),
        Filled("attendance", came),
    ]


def _moved_given(meeting: Meeting) -> dict[str, str]:
    minutes = (meeting.ends_at - meeting.starts_at) // timedelta(minutes=1)
    return {
        "starts_at": f"{meeting.starts_at.astimezone(COPENHAGEN):%Y-%m-%dT%H:%M}",
        "minutes": str(minutes),
        **{name: getattr(meeting, name) or "" for name in TEXTS},
    }


def _moved_sent(form: Form, given: Mapping[str, str]) -> dict[str, int | str | None]:
    """Return what a move changes; what stands as it stood is left out."""
    sent: dict[str, int | str | None] = {
        "starts_at": form.text("starts_at"),
        "minutes": number(form.text("minutes")),
        **texts(form, TEXTS),
    }
    return {name: value for name, value in sent.items() if str(value or "") != given[name]}


def _attended(form: Form, organisation_id: UUID) -> dict[str, object]:
    how = next((kind for kind in ATTENDANCES["hybrid"] if str(organisation_id) in form.texts(kind)), None)
    return {"organisation_id": organisation_id, "came": how is not None, "attendance": how}
