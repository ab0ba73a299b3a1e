"""Which ethnic categories count as racialised communities, and since when (measure K7b)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.core.statement import Statement
from app.domain.feedback.representation import queries


@dataclass(frozen=True, slots=True)
class Definition:
    valid_from: date
    title: str
    source: str
    codes: frozenset[str]


async def known(door: Statement) -> list[Definition]:
    """Give every definition, oldest first."""
    return [
        Definition(row["valid_from"], row["title"], row["source"], frozenset(row["codes"]))
        for row in await queries.definitions(door)
    ]


def in_force(definitions: Sequence[Definition], year: int) -> Definition:
    """Give the definition of the financial year that begins in `year`; the first before it."""
    found = [each for each in definitions if each.valid_from.year <= year]
    return found[-1] if found else definitions[0]
