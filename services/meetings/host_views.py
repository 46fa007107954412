"""What the JSON API takes and shows of hosts."""

from datetime import datetime

from shared.web.models import View

from .attendance_views import Who
from .bodies import Body, Line, Reason
from .hosts import Exclusion
from .views import LocalMoment


class TownBody(Body):
    """A town, by the name that its members have it."""

    town: Line


class ChosenHost(TownBody):
    """Which town hosts a meeting: the one proposed or another; where in it, once that is known."""

    place: Line | None = None
    address: Line | None = None


class NewExclusion(TownBody):
    """A town that is not to be asked, why, and who says so."""

    reason: Reason
    who: Who

    def exclusion(self, now: datetime) -> Exclusion:
        """Return what is asked for."""
        return Exclusion(self.town, self.reason, self.who, now)


class ExclusionView(View):
    """A town that is not asked, why, who said so and when."""

    town: str
    reason: str
    who: str
    excluded_at: LocalMoment


class ExcludedTownsView(View):
    """The towns that are not asked, by name."""

    towns: list[ExclusionView]


class CandidateView(View):
    """A town that can host, and the reasons for its place in the order, the weightiest first.

    `alternates`: the meetings in person before and after are in other regions. `last_hosted`: null where it never did.
    """

    town: str
    region: str | None
    alternates: bool
    last_hosted: LocalMoment | None


class ProposalView(View):
    """Who could host a meeting, the fairest first, who was asked last, and which towns are left out."""

    host_town: str | None
    asked: str | None
    candidates: list[CandidateView]
    excluded: list[ExclusionView]
