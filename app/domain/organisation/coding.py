"""Which source knows a team by which code, over time: pure rules on the days of one team."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.domain.organisation.errors import LocationCodeTakenError

Codes = Mapping[str, Iterable[str]]


@dataclass(frozen=True, slots=True)
class Held:
    """A code that a source knows a team by, from one day until another, which is not included."""

    source: str
    code: str
    valid_from: date
    valid_to: date | None = None

    @property
    def name(self) -> tuple[str, str]:
        return self.source, self.code

    def overlaps(self, other: "Held") -> bool:
        return (other.valid_to is None or self.valid_from < other.valid_to) and (
            self.valid_to is None or other.valid_from < self.valid_to
        )


def ended(held: Sequence[Held], wanted: Codes, day: date) -> list[Held]:
    """Give the codes without those that the sources in `wanted` no longer use from `day` on."""
    kept: list[Held] = []
    for each in held:
        over = each.valid_to is not None and each.valid_to <= day
        if over or each.source not in wanted or each.code in set(wanted[each.source]):
            kept.append(each)
        elif each.valid_from < day:
            kept.append(replace(each, valid_to=day))
    return kept


def added(
    held: Sequence[Held], wanted: Codes, others: Sequence[Held], first: date, day: date | None
) -> list[Held]:
    """Give the codes with all that are wanted, from `day` on.

    Where no day is told a code holds from `first`, or from when the last other team gave it up.
    Raises LocationCodeTakenError where another team, whose codes are in `others`, has it then.
    """
    found = list(held)
    for source, codes in wanted.items():
        for code in codes:
            taken = [other for other in others if other.name == (source, code)]
            mine = [each for each in found if each.name == (source, code)]
            now = _held(source, code, mine, day, _free(taken, first))
            if any(now.overlaps(other) for other in taken):
                raise LocationCodeTakenError(
                    f"{code} of {source} is another team's then", source=source, code=code
                )
            found = [each for each in found if each not in mine or not each.overlaps(now)]
            found.append(now)
    return found


def _held(source: str, code: str, mine: Sequence[Held], day: date | None, free: date) -> Held:
    """Give one open period of the code: what the team has of it goes on, or begins earlier."""
    last = max(mine, key=lambda each: each.valid_from, default=None)
    if last is None:
        return Held(source, code, day or free)
    gone = last.valid_to
    begin = day or (free if gone is not None and free > gone else last.valid_from)
    if gone is not None and gone < begin:
        return Held(source, code, begin)
    return Held(source, code, min(begin, last.valid_from))


def _free(taken: Sequence[Held], first: date) -> date:
    """Give the first day, not before `first`, on which no other team has the code any more."""
    return max([first, *(other.valid_to for other in taken if other.valid_to is not None)])
