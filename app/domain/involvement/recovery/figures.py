"""How many people recovery services were asked for, how soon they were met, and what came of it.

Told by financial quarter and service alone, so that no two ranges can be subtracted: a quarter's
referrals of a service of which there are 1 to 4 are hidden with the next smallest, since the sum
of all services is told; and so is each part of a service's referrals beside its other parts.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from app.core.statement import Statement
from app.core.suppression import THRESHOLD, hidden
from app.domain.involvement.recovery import queries
from app.domain.involvement.recovery.models import RecoveryOutcome, RecoveryService

_APRIL: Final = 4


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """A service's referrals of a quarter; what is hidden is None."""

    service: RecoveryService
    referrals: int | None
    by_team: int | None
    by_themselves: int | None
    contacted: int | None
    not_contacted: int | None
    median_days_to_contact: float | None
    outcomes: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Quarter:
    """A financial quarter; all services together are hidden only where they are few."""

    quarter: str
    referrals: int | None
    services: Sequence[ServiceFigures]


def year(of: int) -> tuple[date, date]:
    """Give the first and last day of the financial year that begins in a calendar year."""
    return date(of, _APRIL, 1), date(of + 1, _APRIL, 1) - date.resolution


async def figures(door: Statement, financial_year: int) -> list[Quarter]:
    """Give the quarters of a financial year in which somebody was referred, in order."""
    quarters: dict[str, list[Any]] = {}
    for row in await queries.counted(door, *year(financial_year)):
        quarters.setdefault(row["quarter"], []).append(row)
    return [_quarter(name, rows) for name, rows in quarters.items()]


def _quarter(name: str, rows: Sequence[Any]) -> Quarter:
    totals = {row["service"]: row["referrals"] for row in rows}
    gone = hidden(totals, [totals])
    everyone = sum(totals.values())
    services = [_service(row, hide=row["service"] in gone) for row in rows]
    return Quarter(name, None if 0 < everyone < THRESHOLD else everyone, services)


def _service(row: Any, *, hide: bool) -> ServiceFigures:
    referrals, contacted = row["referrals"], row["contacted"]
    themselves = row["by_themselves"]
    sides = _parts({"team": referrals - themselves, "themselves": themselves}, hide=hide)
    met = _parts({"yes": contacted, "no": referrals - contacted}, hide=hide)
    outcomes = Counter(row["outcomes"] or ())
    told = {outcome.value: outcomes[outcome] for outcome in RecoveryOutcome}
    told["open"] = referrals - sum(told.values())
    return ServiceFigures(
        service=RecoveryService(row["service"]),
        referrals=None if hide else referrals,
        by_team=sides["team"],
        by_themselves=sides["themselves"],
        contacted=met["yes"],
        not_contacted=met["no"],
        # The middle of few says when one of them was met.
        median_days_to_contact=row["days"] if met["yes"] else None,
        outcomes=_parts(told, hide=hide),
    )


def _parts(counts: Mapping[str, int], *, hide: bool) -> dict[str, int | None]:
    """Hide small parts of what is told as a whole, and the next smallest with a single one."""
    gone = counts.keys() if hide else hidden(counts, [list(counts)])
    return {name: None if name in gone else count for name, count in counts.items()}
