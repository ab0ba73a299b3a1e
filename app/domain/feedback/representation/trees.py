"""How groups nest, since a figure of a wider group can be told beside those within it.

Ethnic categories stand in the five high-level groups, and these in what measure K7b counts and
what it does not; a group that the trust's definition cuts is two pieces. Other characteristics
are one level.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from app.domain.feedback.representation.dimensions import (
    CHARACTERISTICS,
    ETHNIC_UNSTATED,
    GROUP_OF,
    Dimension,
)
from app.domain.feedback.representation.hiding import NOBODY, Blocks, Cells, Count

WHOLE: Final = "all"
RACIALISED: Final = "racialised"
OTHERS: Final = "not_racialised"


@dataclass(frozen=True, slots=True)
class Level:
    """Where a code of the roll-up stands on a level, and the blocks of that level's groups."""

    place: Mapping[str, str]
    blocks: Blocks

    def cells(self, told: Cells) -> Cells:
        sums = dict.fromkeys(self.blocks, NOBODY)
        for code, count in told.items():
            node = self.place[code]
            one = sums[node]
            sums[node] = Count(one.responses + count.responses, one.answered + count.answered)
        return sums


@dataclass(frozen=True, slots=True)
class Tree:
    """The levels down to what is shown; `shown` names the lowest groups that a figure adds up."""

    levels: tuple[Level, ...]
    shown: Mapping[str, frozenset[str]]
    unstated: frozenset[str]


def ethnic_class(code: str, counted: frozenset[str]) -> str:
    """Name what measure K7b takes a category as; Z and 99 stay apart from each other."""
    if code in ETHNIC_UNSTATED:
        return code
    return RACIALISED if code in counted else OTHERS


def classes(counted: frozenset[str]) -> Tree:
    """Give the one level that measure K7b is told by."""
    return _tree(_ethnic_levels(counted)[:1], None)


def tree(by: Dimension, codes: Iterable[str], counted: frozenset[str]) -> Tree:
    """Give a characteristic's levels; `codes` are those of the roll-up, known or not."""
    if by is Dimension.ETHNIC_CATEGORY:
        return _tree(_ethnic_levels(counted), None)
    if by is Dimension.ETHNIC_GROUP:
        levels = _ethnic_levels(counted)[:2]
        pieces = levels[1].place
        groups = {
            group: frozenset(pieces[code] for code in GROUP_OF if GROUP_OF[code] == group)
            for group in GROUP_OF.values()
        }
        return _tree(levels, groups)
    known = {code: code for code in codes}
    level = Level(known, dict.fromkeys(known, WHOLE))
    return Tree((level,), {code: frozenset({code}) for code in known}, CHARACTERISTICS[by].unstated)


def _tree(levels: tuple[Level, ...], shown: Mapping[str, frozenset[str]] | None) -> Tree:
    shown = shown or {node: frozenset({node}) for node in levels[-1].blocks}
    return Tree(levels, shown, ETHNIC_UNSTATED)


def _ethnic_levels(counted: frozenset[str]) -> tuple[Level, Level, Level]:
    place = {code: ethnic_class(code, counted) for code in GROUP_OF}
    # A group's piece is named by its class and group, unless it is both already.
    pieces = {
        code: code if code in ETHNIC_UNSTATED else f"{place[code]}:{GROUP_OF[code]}"
        for code in GROUP_OF
    }
    return (
        Level(place, dict.fromkeys(place.values(), WHOLE)),
        Level(pieces, {piece: place[code] for code, piece in pieces.items()}),
        Level({code: code for code in GROUP_OF}, pieces),
    )
