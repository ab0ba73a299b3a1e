"""Reads of responses: who may read comments reads them masked, who moderates as they were written.

What nobody has screened yet is told as pending and not shown. Who reads masked texts searches
masked texts, so that no search confirms a word behind a mask.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Select,
    Text,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.errors import ForbiddenError
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.feedback.models import FeedbackResponse
from app.domain.feedback.moderation.models import Moderation
from app.domain.feedback.parts import BETTER, GOOD
from app.domain.feedback.queries import COLUMNS, COMMENTS, QUERY, visible
from app.domain.feedback.texts import hashed
from app.domain.feedback.views import View

R, M = FeedbackResponse, Moderation
MODERATE: Final = "feedback:moderate"


def _shown(part: str, words: Any) -> ColumnElement[Any]:
    """Give a comment with its masks; null where it is not there, or not screened as it is now."""
    screened = (M.part == part) & (M.text_hash == hashed(words))
    return func.max(func.coalesce(M.proposed, words)).filter(screened)


# One look into the index for each response, whichever comments it has.
MASKED: Final = (
    select(
        _shown(GOOD, R.comment_good).label("good"), _shown(BETTER, R.comment_better).label("better")
    )
    .where(M.response_id == R.id)
    .correlate(R)
    .lateral("masked")
)
"""The comments of a response as who does not moderate may read them: `good` and `better`."""

# Those of a survey's own questions as one object; a text that is not screened as it is now is out.
_TEXT: Final[Any] = R.texts.op("->>")(M.part)
_MASKED_TEXTS: Final = (
    select(func.jsonb_object_agg(M.part, func.coalesce(M.proposed, _TEXT)))
    .where(M.response_id == R.id, R.texts.has_key(M.part), M.text_hash == hashed(_TEXT))
    .correlate(R)
    .scalar_subquery()
)
_PENDING: Final = or_(
    R.comment_good.is_not(None) & MASKED.c.good.is_(None),
    R.comment_better.is_not(None) & MASKED.c.better.is_(None),
)
_FALSE: Final[ColumnElement[bool]] = cast(literal_column("false"), Boolean)
_NOTHING: Final[dict[str, ColumnElement[Any]]] = {
    name: cast(null(), Text) for name in ("comment_good", "comment_better", "texts")
}
_SHOWN_WORDS: Final = func.to_tsvector(
    literal_column("'english'"),
    func.coalesce(MASKED.c.good, "") + literal_column("' '") + func.coalesce(MASKED.c.better, ""),
)
_FOUND: Final[ColumnElement[bool]] = _SHOWN_WORDS.op("@@")(QUERY)


def visible_masked(using: frozenset[str]) -> Select[Any]:
    """Start a SELECT on responses for who reads masked comments, as `visible` does for others.

    A search finds responses by what was written, which the index knows, and keeps those that match
    by what is shown.
    """
    found = visible(using).join(MASKED, true())
    return found.where(_FOUND) if "search" in using else found


_AS_WRITTEN: Final = View(COLUMNS | {"comments_pending": _FALSE}, visible)
_MASKED: Final = View(
    COLUMNS
    | {
        "comment_good": MASKED.c.good,
        "comment_better": MASKED.c.better,
        "texts": case((R.texts.is_not(None), _MASKED_TEXTS)),
        "comments_pending": _PENDING,
    },
    visible_masked,
)
_WITHOUT: Final = View(COLUMNS | _NOTHING | {"comments_pending": _FALSE}, visible)


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of responses as JSON; searching in comments needs the scope to read them."""
    check(filters, to)
    return await view(to).page(door, fields, page, {**filters, **limits(to)})


async def count(
    door: Statement, ids: Sequence[UUID], filters: Mapping[str, Any], *, to: Actor
) -> int:
    """Count those among these responses that a list by these filters would show."""
    check(filters, to)
    return await view(to).count(door, ids, {**filters, **limits(to)})


def check(filters: Mapping[str, Any], to: Actor) -> None:
    """Refuse who searches for words that they may not read; raises ForbiddenError."""
    if "search" in filters and not to.can(COMMENTS):
        raise ForbiddenError(missing=[COMMENTS])


async def get(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one response as JSON, and its version."""
    return await view(to).one(door, fields, id_, limits(to))


def view(to: Actor) -> View:
    """Give what an actor sees of responses: nothing of comments, masked ones, or all of them."""
    if not to.can(COMMENTS):
        return _WITHOUT
    return _AS_WRITTEN if to.can(MODERATE) else _MASKED


def limits(to: Actor) -> dict[str, Any]:
    return {} if to.teams is None else {"visible": list(to.teams)}
