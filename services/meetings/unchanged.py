"""Whether what is to be changed is still as its changer has seen it, held until the end of the transaction."""

from uuid import UUID

from shared.database.pool import Connection
from shared.web.etags import check_unchanged

from . import attendance_views, storage
from .answer_views import CapacityView
from .crisis_views import CrisisView
from .series_views import SeriesView
from .showing import shown_one


async def check_meeting(conn: Connection, meeting_id: UUID, if_match: str | None) -> None:
    """Hold a meeting as it is shown; raises NotFound, ChangedMeanwhile."""
    await storage.lock_network(conn)
    check_unchanged(if_match, await shown_one(conn, await storage.get_meeting(conn, meeting_id)))


async def check_series(conn: Connection, series_id: UUID, if_match: str | None) -> None:
    """Hold a series as it is shown; raises NotFound, ChangedMeanwhile."""
    await storage.lock_network(conn)
    check_unchanged(if_match, SeriesView.model_validate(await storage.get_series(conn, series_id)))


async def check_capacity(conn: Connection, meeting_id: UUID, if_match: str | None) -> None:
    """Hold how many can come to a meeting; raises NotFound, ChangedMeanwhile."""
    await storage.lock_meeting(conn, meeting_id)
    check_unchanged(if_match, CapacityView.model_validate(await storage.get_capacity(conn, meeting_id)))


async def check_series_capacity(conn: Connection, series_id: UUID, if_match: str | None) -> None:
    """Hold how many can come to the meetings of a series; raises NotFound, ChangedMeanwhile."""
    await storage.lock_network(conn)
    check_unchanged(if_match, CapacityView.model_validate(await storage.get_series_capacity(conn, series_id)))


async def check_attendance(conn: Connection, meeting_id: UUID, if_match: str | None) -> None:
    """Hold what was entered of a meeting's attendance; raises NotFound, ChangedMeanwhile."""
    await storage.lock_meeting(conn, meeting_id)
    check_unchanged(if_match, attendance_views.shown(await storage.list_entries(conn, meeting_id)))


async def check_crisis(conn: Connection, crisis_id: UUID, if_match: str | None) -> None:
    """Hold a crisis as it is shown, but not its meetings; raises NotFound, ChangedMeanwhile."""
    await storage.lock_network(conn)
    check_unchanged(if_match, CrisisView.model_validate(await storage.get_crisis(conn, crisis_id)))
