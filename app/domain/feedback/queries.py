"""Reads of responses: lists and single ones, as JSON by the statement door."""

import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Date,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.errors import ForbiddenError
from app.core.json_rows import Columns, JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.feedback.errors import ResponseNotFoundError
from app.domain.feedback.models import WORDS, FeedbackResponse
from app.domain.organisation.models import Directorate, Placement, Team

R = FeedbackResponse
COMMENTS: Final = "feedback:read:comments"
_HAS_COMMENT = or_(R.comment_good.is_not(None), R.comment_better.is_not(None))
_QUERY = func.to_tsquery(literal_column("'english'"), bindparam("search", type_=Text()))


def _value(name: str, type_: Any = None) -> Any:
    return bindparam(name, type_=type_ or Text())


def _named(kind: type[Team | Directorate], name: str) -> Any:
    """Find a record by what callers know it by: its id or its code."""
    value = _value(name)
    return select(kind.id).where(or_(kind.code == value, cast(kind.id, Text) == value))


_DIRECTORATE = (
    select(Placement.team_id)
    .where(
        Placement.team_id == R.team_id,
        Placement.directorate_id == _named(Directorate, "directorate").scalar_subquery(),
        Placement.valid_from <= R.day,
        or_(Placement.valid_to.is_(None), Placement.valid_to > R.day),
    )
    .exists()
)
FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "visible": R.team_id == func.any(_value("visible", ARRAY(Uuid()))),
    "team": R.team_id == _named(Team, "team").scalar_subquery(),
    "directorate": _DIRECTORATE,
    "from_day": R.day >= _value("from_day", Date()),
    "to_day": R.day <= _value("to_day", Date()),
    "rating": R.fft_answer == _value("rating"),
    "source": R.source == _value("source"),
    "channel": R.channel == _value("channel"),
    "with_comment": _HAS_COMMENT,
    "without_comment": ~_HAS_COMMENT,
    "search": _HAS_COMMENT & literal_column(WORDS).op("@@")(_QUERY),
}
COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    column.key: column for column in R.__table__.columns
}
_NO_COMMENTS: Final[dict[str, ColumnElement[Any]]] = {
    name: cast(null(), Text) for name in ("comment_good", "comment_better")
}


def visible(using: frozenset[str]) -> Select[Any]:
    """Start every SELECT on responses; `visible` among `using` binds the teams one may see."""
    return select(R).where(*(FILTERS[name] for name in sorted(using)))


def _responses(columns: Columns) -> JsonRows:
    return JsonRows(columns, visible, ResponseNotFoundError, R.__table__.c.version)


WITH_COMMENTS: Final = _responses(COLUMNS)
WITHOUT_COMMENTS: Final = _responses(COLUMNS | _NO_COMMENTS)


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of responses as JSON; searching in comments needs the scope to read them."""
    if "search" in filters and not to.can(COMMENTS):
        raise ForbiddenError(missing=[COMMENTS])
    return await _rows(to).page(door, fields, page, {**filters, **_limits(to)})


async def get(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one response as JSON, and its version."""
    return await _rows(to).one(door, fields, id_, _limits(to))


def _rows(to: Actor) -> JsonRows:
    return WITH_COMMENTS if to.can(COMMENTS) else WITHOUT_COMMENTS


def _limits(to: Actor) -> dict[str, Any]:
    return {} if to.teams is None else {"visible": list(to.teams)}


_TOKEN = re.compile(r'"([^"]*)"|(\S+)')
_WORD = re.compile(r"\w+")


def tsquery(search: str) -> str | None:
    """Write what somebody searches for as a PostgreSQL tsquery; None where it names no word.

    All words must occur; `"of words"` is a phrase, `word*` a prefix.
    """
    terms = []
    for match in _TOKEN.finditer(search):
        phrase, single = match[1], match[2]
        words = _WORD.findall(phrase if single is None else single)
        prefix = ":*" if single is not None and single.endswith("*") else ""
        if words:
            terms.append("(" + " <-> ".join(f"'{word}'" for word in words) + prefix + ")")
    return " & ".join(terms) or None
