"""Stretches of time as the index of words knows them.

The id of a response begins with the midnight of its day, so that the order of ids is that of days;
a correction may move the day, and the id stays. The index holds, beside the words, the day of the
id, the block of 32 days it is in, the team, and the team with the block: one short list of rows,
where all of a team or all of a block would have to be met with each other.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final
from uuid import UUID

_EPOCH: Final = date(1970, 1, 1)
_DAY_MS: Final = 86_400_000
_LOST: Final = 65_536  # an id's first 32 bits count this many milliseconds
WIDE: Final = 32  # days in a block

# As PostgreSQL writes them back, so that the migration check can compare them. `id_day` is `of_id`.
PLACES: Final = (
    "ARRAY['d'::text || id_day(id), 'w'::text || (id_day(id) / 32), team_id::text,"
    " (team_id::text || 'w'::text) || (id_day(id) / 32)]"
)
MOVED: Final = "id_day(id) <> (day - '1970-01-01'::date)"


def of_id(id_: UUID) -> int:
    """Give the day of an id, counted from 1970."""
    return ((id_.int >> 96) * _LOST + _LOST - 1) // _DAY_MS


def of_day(day: date) -> int:
    return (day - _EPOCH).days


def start(day: int) -> UUID:
    """Give the least id of a day; the least and the greatest of all where there is none."""
    first = max(day, 0) * _DAY_MS // _LOST
    return UUID(int=min(first << 96, (1 << 128) - 1))


def cover(first: int, last: int) -> Iterator[str]:
    """Name the days from `first` to `last` by as few days and blocks as there can be."""
    at = first
    while at <= last:
        if at % WIDE == 0 and at + WIDE - 1 <= last:
            yield f"w{at // WIDE}"
            at += WIDE
        else:
            yield f"d{at}"
            at += 1


def around(first: int, last: int) -> list[str]:
    """Name the blocks that days from `first` to `last` are in."""
    return [f"w{block}" for block in range(first // WIDE, last // WIDE + 1)]
