"""What it costs, beside the peers and the limits, measured in the same run: `python -m bench [NAME ...]`."""

import argparse
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path

import uvloop

from deploy.local.errors import CannotStart
from deploy.local.signals import until_asked_to_stop

from . import answers, feed, latency, machine, move, start, throughput
from .intake import measure as intake
from .mail import measure as mail
from .options import Options
from .report import Result, Row, keep, progress, show
from .servers import Servers, running_servers
from .verdict import WrongEnd

Benchmark = Callable[[Servers, Options], Awaitable[Result]]

BENCHMARKS: dict[str, Benchmark] = {
    "latency": latency.measure,
    "throughput": throughput.measure,
    "intake": intake.measure,
    "start": start.measure,
    "feed": feed.measure,
    "answers": answers.measure,
    "move": move.measure,
    "mail": mail.measure,
}
RESULTS = Path(__file__).with_name("results.json")
INTERRUPTED = 130


def main() -> int:
    """Run the benchmarks that are asked for, and return the program's exit status."""
    args = _parser().parse_args()
    try:
        interrupted = uvloop.run(until_asked_to_stop(_run(args)))
    except (CannotStart, WrongEnd) as why:
        print(why, file=sys.stderr)
        return 1
    return INTERRUPTED if interrupted else 0


async def _run(args: argparse.Namespace) -> None:
    options = Options(args.rounds, args.events, args.samples, args.mails, tuple(args.trials))
    rows: list[Row] = []
    async with running_servers() as servers:
        for name in args.names or BENCHMARKS:
            measured_on = await machine.describe(servers)
            result = await BENCHMARKS[name](servers, options)
            keep(args.results, name, result, {**measured_on, "load_after": machine.load(), **asdict(options)})
            for note in result.notes:
                progress(f"{name}: {note}")
            rows += result.rows
    show(rows)


def _parser() -> argparse.ArgumentParser:
    usual = Options()
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("names", nargs="*", type=_known, metavar="NAME", help=f"among {', '.join(BENCHMARKS)}; or all")
    parser.add_argument("--rounds", type=int, default=usual.rounds, help="of each benchmark; the table shows medians")
    parser.add_argument(
        "--events", type=int, help=f"upstream events of throughput ({throughput.EVENTS}) and intake ({intake.EVENTS})"
    )
    parser.add_argument("--samples", type=int, default=usual.samples, help="samples a round of latency")
    parser.add_argument("--mails", type=int, default=usual.mails, help="e-mails a trial of mail")
    parser.add_argument(
        "--trials", nargs="+", default=usual.trials, choices=mail.TRIALS, help="some trials of mail, and their peers"
    )
    parser.add_argument("--results", type=Path, default=RESULTS, help="the file in which the figures are kept")
    return parser


def _known(name: str) -> str:
    if name not in BENCHMARKS:
        raise argparse.ArgumentTypeError(f"{name} is none of {', '.join(BENCHMARKS)}")
    return name


if __name__ == "__main__":
    sys.exit(main())
