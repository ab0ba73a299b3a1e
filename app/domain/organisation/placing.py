"""Where a team stands over time: pure rules on periods that begin on the first of a month.

A team's stays follow each other without gap, and the last one has no end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from app.core.clock import today
from app.core.errors import InvalidError
from app.domain.organisation.errors import PlacementContradictedError
from app.domain.organisation.models import FftCategory, Segment, Setting

EARLIEST: Final = date(2000, 1, 1)
"""From when a team stands and its codes hold, where nothing else is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """What a team is to the organisation at one time."""

    directorate_id: UUID
    service_id: UUID
    segment: Segment
    setting: Setting
    pathway: str | None = None
    fft_category: FftCategory | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """A stand from one first of a month until another, which is not included."""

    stand: Stand
    valid_from: date
    valid_to: date | None = None

    def holds(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def this_month() -> date:
    return today().replace(day=1)


def month_start(day: date) -> date:
    """Give the day back; raises InvalidError where it is no first of a month since 2000."""
    if day.day != 1 or day < EARLIEST:
        raise InvalidError.at(
            "#/effective_from", "Give the first of a month, not before 2000", "first_of_month"
        )
    return day


def changed(
    history: Sequence[Stay], changes: Mapping[str, Any], since: date, until: date | None = None
) -> list[Stay]:
    """Give the history in which the changes hold from `since` until `until`, for ever if None.

    What is already so at `since` is no change. A `since` before the first stay makes it begin
    earlier. Raises PlacementContradictedError where a stay that begins later, before `until`,
    says otherwise of what is changed.
    """
    stays = _split(_split(_begun(history, since), since), until)
    start = next(stay.stand for stay in stays if stay.holds(since))
    told = {name: value for name, value in changes.items() if getattr(start, name) != value}
    for stay in history:
        within = stay.valid_from > since and (until is None or stay.valid_from < until)
        if within and any(getattr(stay.stand, name) != told[name] for name in told):
            raise PlacementContradictedError(
                f"Another placement begins on {stay.valid_from.isoformat()}",
                valid_from=stay.valid_from.isoformat(),
            )
    return _joined(
        replace(stay, stand=replace(stay.stand, **told)) if _covered(stay, since, until) else stay
        for stay in stays
    )


def _begun(history: Sequence[Stay], since: date) -> list[Stay]:
    first = history[0]
    if since < first.valid_from:
        return [Stay(first.stand, since, first.valid_from), *history]
    return list(history)


def _split(stays: Sequence[Stay], day: date | None) -> list[Stay]:
    found: list[Stay] = []
    for stay in stays:
        if day is not None and stay.holds(day) and stay.valid_from < day:
            found += [replace(stay, valid_to=day), replace(stay, valid_from=day)]
        else:
            found.append(stay)
    return found


def _covered(stay: Stay, since: date, until: date | None) -> bool:
    return since <= stay.valid_from and (until is None or stay.valid_from < until)


def _joined(stays: Any) -> list[Stay]:
    """Make one stay of neighbours that say the same."""
    found: list[Stay] = []
    for stay in stays:
        if found and found[-1].stand == stay.stand:
            found[-1] = replace(found[-1], valid_to=stay.valid_to)
        else:
            found.append(stay)
    return found


def values(stay: Stay) -> dict[str, Any]:
    """Give the columns of a placement that says this."""
    return {**asdict(stay.stand), "valid_from": stay.valid_from, "valid_to": stay.valid_to}
