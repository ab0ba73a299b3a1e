"""`python -m bench [NAME ...] [--quick]`: measures all or those named, into bench/results.md.

A section that was not measured again stays as it was; a quick run writes nothing."""

import argparse
import asyncio
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from app.core.clock import today
from bench import machine
from bench.effort import FULL, QUICK, Effort
from bench.load import LoadError
from bench.results import Report, not_measured, table
from bench.stand import Stand, stand

NAMES = (
    "webhook",
    "submissions",
    "worker",
    "files",
    "lists",
    "summary",
    "themes",
    "search",
    "publication",
    "registers",
    "reimbursements",
    "screening",
)
RESULTS = Path(__file__).with_name("results.md")
INTRODUCTION = """\
# How fast it is

Measured by `make bench`. Service, worker, database, peer and load generator share one machine; ours
and a peer take turns in short rounds, and a ratio is the median of the rounds' own ratios, with the
least and the greatest beside it. The database is the embedded one as `make run` starts it, fsync
and synchronous_commit on. A section tells when it was measured and how busy the machine was.
"""


async def measure(names: list[str], effort: Effort, place: Stand) -> list[Report]:
    found = []
    for name in names:
        module = import_module(f"bench.{name}")
        try:
            report: Report = await module.run(place, effort)
        except LoadError as error:
            print(f"bench: {name} was not measured: {error}", file=sys.stderr)
            report = not_measured(module.TITLE, module.PEER, str(error).splitlines()[0])
        print(report.shown(), end="\n\n", flush=True)
        report.notes = (*report.notes, f"Measured on {today()}, load {machine.load()}.")
        found.append(report)
    return found


def written(page: str, reports: Iterable[Report], facts: Iterable[tuple[str, str]]) -> str:
    """Write the page anew: its sections stay in place, those measured now with what they tell."""
    kept = {part.partition("\n")[0]: part.strip() for part in page.split("\n## ")[1:]}
    kept |= {report.title: report.shown().removeprefix("## ") for report in reports}
    head = f"{INTRODUCTION}\n{table(('Machine', ''), facts)}"
    return "\n\n".join([head, *(f"## {part}" for part in kept.values())]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(NAMES)}")
    parser.add_argument("--quick", action="store_true", help="see in a minute that all works")
    asked = parser.parse_args()
    if unknown := sorted(set(asked.names) - set(NAMES)):
        parser.error(f"no benchmark of the name {', '.join(unknown)}")
    with stand() as place:
        facts = machine.facts(asyncio.run(place.version()))
        effort = QUICK if asked.quick else FULL
        reports = asyncio.run(measure(asked.names or list(NAMES), effort, place))
    if not asked.quick:
        before = RESULTS.read_text() if RESULTS.exists() else ""
        RESULTS.write_text(written(before, reports, facts))
    if not all(report.rows for report in reports):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
