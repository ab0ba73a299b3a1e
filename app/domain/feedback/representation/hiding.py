"""Which groups' figures are told to who may not see small numbers.

Small is 1 to 4 people, or 1 to 4 answers (domain reference 1.3). A caller may ask for every range
of months, for every area and for nested groups, and subtract; so what is hidden is settled for a
financial year and the whole trust, and a range or area is told only as far as it adds up what is
told of its parts:

1. Groups stand in blocks whose sum is known. What is hidden in a block is at least two groups
   and five people, or the whole block (`in_year`).
2. Parts of a year are told of groups that had no small month in it. The months of all others are
   a table of which at most the margins are known, and these leave every cell open (`in_months`).
3. Of an area within the trust groups of fewer than five are hidden, none at all included, and
   each hidden group of people has a second area and a second group to be exchanged with
   (`in_areas`). Areas are told for whole financial years.
4. A block that is hidden above is hidden below.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from app.core.suppression import THRESHOLD

A = TypeVar("A")


class Count(NamedTuple):
    responses: int
    answered: int

    @property
    def small(self) -> bool:
        return any(0 < number < THRESHOLD for number in self)


NOBODY = Count(0, 0)
Cells = Mapping[str, Count]
Blocks = Mapping[str, str]
"""The block, a group of the level above, in which each group stands."""


def in_year(
    cells: Cells, blocks: Blocks, above: Iterable[str], unstated: frozenset[str]
) -> set[str]:
    """Choose the groups that a whole year hides.

    Those who stated nothing hide among each other first, and so do all others: then at least how
    many stated it at all can be told.
    """
    found = {code for code in cells if cells[code].small} | _below(blocks, above)
    for block in _blocks(blocks, above):
        while (hidden := found & block) and not _enough([cells[code] for code in hidden]):
            found |= _next(cells, block, found, unstated) or block
            if block <= found:
                break
    return found


def in_months(
    months: Mapping[str, Sequence[Count]],
    blocks: Blocks,
    above: Iterable[str],
    unstated: frozenset[str],
    yearly: set[str],
) -> set[str]:
    """Choose the groups that parts of a year hide, beside those that the year hides."""
    cells = {code: _sum(each) for code, each in months.items()}
    found = {code for code, each in months.items() if any(month.small for month in each)}
    found |= yearly | _below(blocks, above)
    for block in _blocks(blocks, above):
        if len([code for code in found & block if cells[code] != NOBODY]) == 1:
            found |= _next(cells, block, found, unstated) or block
    return found


def in_areas(
    areas: Mapping[A, Cells],
    blocks: Blocks,
    above: Mapping[A, Iterable[str]],
    unstated: frozenset[str],
    outside: set[str],
) -> dict[A, set[str]]:
    """Choose the groups hidden in each part of an area that hides those `outside` itself.

    `above` are the hidden groups of the level above, by area.
    """
    # In one order, so that no two questions are answered by different choices.
    areas = {area: areas[area] for area in sorted(areas, key=repr)}
    found = {
        area: _least(cells, blocks, above[area], unstated) | outside
        for area, cells in areas.items()
    }
    ranked = _ranked(areas, blocks)
    while open_ones := list(_open(areas, blocks, found, outside)):
        for area, code in open_ones:
            if code in outside:
                continue  # it went everywhere meanwhile
            block = {each for each in blocks if blocks[each] == blocks[code]}
            others = (found[area] & block) - {code}
            if other := _exchange(areas, ranked, others, area):
                found[other[0]].update({code, other[1]})
            else:
                outside = outside | _close(areas, found, block, area)
    return found


def _close(
    areas: Mapping[A, Cells], found: Mapping[A, set[str]], block: set[str], area: A
) -> set[str]:
    """Hide one more group of a block in an area, or else all of it everywhere, and give that."""
    if more := _next(areas[area], block, found[area], frozenset()):
        found[area].update(more)
        return set()
    for hidden in found.values():
        hidden.update(block)
    return block


def _least(
    cells: Cells, blocks: Blocks, above: Iterable[str], unstated: frozenset[str]
) -> set[str]:
    found = {c for c, n in cells.items() if n.responses < THRESHOLD or n.small}
    found |= _below(blocks, above)
    for block in _blocks(blocks, above):
        people = [code for code in found & block if cells[code].responses]
        if people and len(found & block) == 1:
            found |= _next(cells, block, found, unstated)
    return found


def _open(
    areas: Mapping[A, Cells], blocks: Blocks, found: Mapping[A, set[str]], outside: set[str]
) -> Iterator[tuple[A, str]]:
    """Find hidden people that no exchange with another area and group of their block hides.

    Two groups hidden in two areas can be exchanged where people stand on one of the diagonals.
    """
    partners: Counter[tuple[str, str]] = Counter()
    for area, hidden in found.items():
        partners.update(_pairs(areas[area], blocks, hidden))
    for area, hidden in found.items():
        own = set(_pairs(areas[area], blocks, hidden))
        for code in sorted(hidden - outside):
            if areas[area][code].responses and not any(
                partners[code, other] > ((code, other) in own)
                or (areas[area][other].responses and partners[other, code] > 1)
                for other in hidden
                if other != code and blocks[other] == blocks[code]
            ):
                yield area, code


def _pairs(cells: Cells, blocks: Blocks, hidden: set[str]) -> Iterator[tuple[str, str]]:
    """Pair each hidden group with the others of its block that somebody is hidden in."""
    for other in hidden:
        if cells[other].responses:
            for code in hidden:
                if code != other and blocks[code] == blocks[other]:
                    yield code, other


def _ranked(areas: Mapping[A, Cells], codes: Iterable[str]) -> dict[str, list[A]]:
    """Give for each group the areas in which it has people, fewest first."""
    return {
        code: sorted(
            (area for area, cells in areas.items() if cells[code].responses),
            key=lambda area: areas[area][code].responses,
        )
        for code in codes
    }


def _exchange(
    areas: Mapping[A, Cells], ranked: Mapping[str, Sequence[A]], others: Iterable[str], area: A
) -> tuple[A, str] | None:
    """Choose the fewest people of another area and of one of these groups."""
    found = [
        (areas[elsewhere][code].responses, code, elsewhere)
        for code in sorted(others)
        for elsewhere in [each for each in ranked[code][:2] if each != area][:1]
    ]
    if not found:
        return None
    _, code, elsewhere = min(found, key=lambda each: each[:2])
    return elsewhere, code


def _below(blocks: Blocks, above: Iterable[str]) -> set[str]:
    hidden = set(above)
    return {code for code, block in blocks.items() if block in hidden}


def _blocks(blocks: Blocks, above: Iterable[str]) -> list[set[str]]:
    """Give the groups of each block that is told."""
    found: dict[str, set[str]] = {}
    for code, block in blocks.items():
        found.setdefault(block, set()).add(code)
    for block in above:
        found.pop(block, None)
    return [found[block] for block in sorted(found)]


def _enough(cells: Sequence[Count]) -> bool:
    people = [cell for cell in cells if cell.responses]
    total = _sum(people)
    several = len(people) > 1 and total.responses > len(people)
    return several and total.responses >= THRESHOLD and not total.small


def _next(cells: Cells, block: set[str], found: set[str], unstated: frozenset[str]) -> set[str]:
    """Choose the smallest group that is not empty, of the hidden ones' kind where there is one."""
    alike = found & block <= unstated
    people = [code for code in block - found if cells[code] != NOBODY]
    return set(
        sorted(people, key=lambda code: ((code in unstated) != alike, cells[code], code))[:1]
    )


def _sum(cells: Iterable[Count]) -> Count:
    listed = list(cells)
    return Count(sum(c.responses for c in listed), sum(c.answered for c in listed))
