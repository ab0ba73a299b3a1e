"""What a table that tells of a person says of itself: how it is reached, read and erased."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

ERASED: Final = "(erased)"
LEFT: Final = "people_left"
Row = Mapping[str, Any]


class Erasure(StrEnum):
    """What erasure does with a person's rows of a table."""

    DELETE = "delete"
    BLANK = "blank"
    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One table that refers to a person.

    `path` leads from the table's own column, over columns of tables between, to the person.
    `columns` are what the person is given, each under its title; of `labels` a column is told by
    another table's words. Columns in `review` are free text by staff, where others may be named.
    Erasure blanks what stands in `blanks`, to null or to a value that says nothing, and sets
    `sets` in any case; `because` says what stays and why. `unfinished` tells of a row that
    something is still to come of.
    """

    table: str
    path: tuple[str, ...] = ("person_id",)
    title: str
    purpose: str
    columns: Mapping[str, str]
    labels: Mapping[str, str] = field(default_factory=dict)
    review: frozenset[str] = frozenset()
    erasure: Erasure
    blanks: Mapping[str, str | None] = field(default_factory=dict)
    sets: Mapping[str, str | None] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    because: str = ""
    retention: str = LEFT
    unfinished: Callable[[Row, date], bool] | None = None

    @property
    def way(self) -> list[str]:
        """Give the path as the database's functions take it: `table.column`, step by step."""
        first, *others = self.path
        return [f"{self.table}.{first}", *others]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A table that refers to nobody, whose words may name somebody all the same."""

    table: str
    title: str
    columns: Mapping[str, str]
    json: frozenset[str] = frozenset()


def titles(text: str, **others: str) -> dict[str, str]:
    """Give columns the titles that their own names make, and some another one."""
    names = text.split()
    return {name: name.replace("_", " ").capitalize() for name in names} | others


def open_on(row: Row, today: date) -> bool:
    """Tell whether a period has not ended by a day."""
    return row["valid_to"] is None or date.fromisoformat(row["valid_to"]) > today
