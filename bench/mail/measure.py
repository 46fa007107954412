"""Sends the same invitations in many ways, in turn: signed, unsigned, from two processes, far away, and by peers."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from operator import attrgetter
from statistics import median
from typing import Any

from bench.options import Options
from bench.report import Goal, Result, Row, at_least, at_most, progress, under
from bench.servers import Servers

from . import beside, senders
from .course import Course, course
from .sending import Sending

Trial = Callable[[Course], Awaitable[Sending]]

TRIALS: Mapping[str, Trial] = {
    "signed": senders.signed,
    "signature": beside.signature,
    "each-alone": beside.each_alone,
    "post-office": beside.post_office,
    "unsigned": senders.unsigned,
    "smtp-source": beside.smtp_source,
    "event": senders.one_event,
    "two": senders.two,
    "far": senders.far,
    "far-pool": beside.pool,
    "many": senders.many_queued,
}


@dataclass(frozen=True)
class Comparison:
    """A line of the table: a figure of one trial of ours beside that of another trial."""

    name: str
    ours: str
    beside: str
    other: str
    goal: Goal
    unit: str = "mails/s"
    of: Callable[[Sending], float] = attrgetter("rate")


COST, MEMORY = attrgetter("cpu_milliseconds"), attrgetter("memory")
DJANGO = "django-post_office, unsigned"
COMPARISONS = (
    Comparison("signed", "signed", "each-alone", "dkimpy, aiosmtplib.send()", at_least(20)),
    Comparison("signed", "signed", "post-office", DJANGO, at_least(5)),
    Comparison("unsigned", "unsigned", "post-office", DJANGO, at_least(15)),
    Comparison("unsigned", "unsigned", "smtp-source", "C smtp-source, 8 sessions", at_least(0.7)),
    Comparison("signed, from one event", "event", "signed", "queued before", at_least(0.5)),
    Comparison("signed, two processes", "two", "signed", "one process", at_least(1.6)),
    Comparison("signed, 20 ms away", "far", "far-pool", "aiosmtplib, a pool of 4", at_least(3)),
    Comparison("processor time a signed mail", "signed", "signature", "bare RSA-2048", at_most(1.5), "ms", COST),
    Comparison(
        "memory, ten times as many queued", "many", "signed", "as many as are sent", under(150, "MB"), "MB", MEMORY
    ),
)


async def measure(servers: Servers, options: Options) -> Result:
    """Try everything in turn, as often as there are rounds."""
    sendings: dict[str, list[Sending]] = {name: [] for name in TRIALS if name in _wanted(options)}
    async with course(servers, options.mails) as shared:
        for _ in range(options.rounds):
            for name, found in sendings.items():
                found.append(await TRIALS[name](shared))
                progress(f"mail: {name} {_in_words(found[-1])}")
    rounds = {name: [_plain(sending) for sending in found] for name, found in sendings.items()}
    return Result(_rows(sendings), rounds, [_where_time_goes(name, found) for name, found in sendings.items()])


def _wanted(options: Options) -> set[str]:
    """Return the trials that are asked for, and what stands beside them."""
    asked = options.trials or TRIALS.keys()
    return {*asked, *(each.beside for each in COMPARISONS if each.ours in asked)}


def _rows(sendings: Mapping[str, Sequence[Sending]]) -> list[Row]:
    def middle(of: Callable[[Sending], float], name: str) -> float:
        return median(map(of, sendings[name]))

    return [
        Row(each.name, each.unit, middle(each.of, each.ours), middle(each.of, each.beside), each.other, each.goal)
        for each in COMPARISONS
        if each.ours in sendings and each.beside in sendings
    ]


def _where_time_goes(name: str, sendings: Sequence[Sending]) -> str:
    shares = {"whoever sends": median(map(COST, sendings))}
    for other in sendings[0].others:
        shares[other] = median(1000 * sending.others[other] / sending.mails for sending in sendings)
    return f"{name}: processor time a mail: " + ", ".join(f"{who} {share:.2f} ms" for who, share in shares.items())


def _in_words(sending: Sending) -> str:
    memory = f", {sending.memory:.0f} MB" if sending.memory else ""
    return f"{sending.rate:.0f} mails/s, {sending.cpu_milliseconds:.2f} ms of processor time each{memory}"


def _plain(sending: Sending) -> dict[str, Any]:
    others = {name: round(seconds, 2) for name, seconds in sending.others.items()}
    own = {name: round(figure, 2) for name, figure in asdict(sending).items() if name != "others"}
    return {"rate": round(sending.rate, 1), **own, **({"others": others} if others else {})}
