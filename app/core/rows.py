"""Rows written and read in few statements, where the mapper's own way would cost too much.

The models stay the one place that says what a table holds: columns and defaults are read from
them, and constraints and triggers see the rows as they see any other.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import Enum, inspect

from app.core.db import Base
from app.core.errors import ConflictError, DomainError
from app.core.statement import Asked, Statement

B = TypeVar("B", bound=Base)
_COLUMNS: Final[dict[type[Base], Mapping[str, Callable[[], Any] | None]]] = {}


class Acting(NamedTuple):
    """Who does what, for the change log, where no session has told it: so until its commit."""

    actor_id: UUID
    operation: str


class _Shape(NamedTuple):
    """What a statement depends on."""

    kinds: tuple[type[Base], ...]
    acting: bool
    unless: bool
    answer: str | None


_STATEMENTS: Final[dict[_Shape, str]] = {}
_PARAMETER: Final = re.compile(r"\$(\d+)")


async def insert(
    door: Statement,
    rows: Sequence[Base],
    refusals: Mapping[str, type[DomainError]],
    *,
    acting: Acting | None = None,
    unless: Base | None = None,
    answer: Asked | None = None,
) -> Any:
    """Insert rows that no session holds, table by table, in one statement.

    What is unset takes its default, and has it afterwards; what the database computes stays unset.
    Gives the row of `answer`, which sees of these tables the new rows alone, or a row of no
    meaning. Where `unless` is there already, nothing is inserted, and None is given. A refusing
    constraint becomes the error it stands for.
    """
    told: dict[type[Base], list[dict[str, Any]]] = {}
    for row in rows if unless is None else (unless, *rows):
        told.setdefault(type(row), []).append(_values(row))
    asked, arguments = answer or (None, ())
    shape = _Shape(tuple(told), acting is not None, unless is not None, asked)
    if shape not in _STATEMENTS:
        _STATEMENTS[shape] = _statement(shape)
    parts = [orjson.dumps(each, default=_text).decode() for each in told.values()]
    who = () if acting is None else (str(acting.actor_id), acting.operation)
    try:
        return await door.fetchrow(_STATEMENTS[shape], *parts, *who, *arguments)
    except asyncpg.IntegrityConstraintViolationError as error:
        refused = refusals.get(error.constraint_name or "", ConflictError)
        raise refused from None


def of(kind: type[B], row: Mapping[str, Any]) -> B:
    """Give what a row of a kind's table says, as an object that no session holds.

    A column that the model does not know is one that the next release added.
    """
    values = {}
    for column in inspect(kind).local_table.columns:
        if (value := row.get(column.name)) is not None:
            members = column.type.enum_class if isinstance(column.type, Enum) else None
            values[column.name] = value if members is None else members(value)
    return kind(**values)


def _values(row: Base) -> dict[str, Any]:
    held, told = vars(row), {}
    for name, default in _columns(type(row)).items():
        value = held.get(name)
        if value is None and default is not None:
            # Past the mapper, which would keep what has changed for a session that never comes.
            value = held[name] = default()
        if value is not None:
            told[name] = value
    return told


def _text(value: Any) -> str:
    return f"\\x{value.hex()}" if isinstance(value, bytes) else str(value)


def _columns(kind: type[Base]) -> Mapping[str, Callable[[], Any] | None]:
    """Name the columns of a kind that are told, with what makes their defaults.

    The database makes the values of the others.
    """
    if kind not in _COLUMNS:
        table = inspect(kind).local_table
        _COLUMNS[kind] = {
            column.name: _default(column)
            for column in table.columns
            if column.server_default is None
        }
    return _COLUMNS[kind]


def _default(column: Any) -> Callable[[], Any] | None:
    if column.default is None:
        # The mapper counts versions, and a column of them has no default.
        return (lambda: 1) if column.key == "version" else None
    if column.default.is_callable:
        return partial(column.default.arg, None)
    return lambda: column.default.arg


def _statement(shape: _Shape) -> str:
    """Write the statement: a table's rows are inserted when all rows of the one before are.

    Each part has its table's name, so that the answer reads from it what is new.
    """
    parts, before, last = [], "", ""
    given = len(shape.kinds)
    if shape.acting:
        parts.append(
            f"acting AS MATERIALIZED (SELECT set_config('everyvoice.actor', ${given + 1}, true),"
            f" set_config('everyvoice.operation', ${given + 2}, true))"
        )
        before, given = ", acting", given + 2
    for at, kind in enumerate(shape.kinds, 1):
        last = kind.__tablename__
        names = ", ".join(f'"{name}"' for name in _columns(kind))
        told = f"json_populate_recordset(NULL::public.{last}, ${at}::json){before}"
        there = "ON CONFLICT DO NOTHING " if shape.unless and at == 1 else ""
        parts.append(
            f"{last} AS (INSERT INTO public.{last} ({names}) SELECT {names} FROM {told}"
            f" {there}RETURNING *)"
        )
        before = f", (SELECT count(*) FROM {last} HAVING count(*) > 0) AS before"
    answer = shape.answer or f"SELECT true FROM {last} LIMIT 1"
    asked = _PARAMETER.sub(lambda found: f"${int(found[1]) + given}", answer)
    return f"WITH {', '.join(parts)} {asked}"
