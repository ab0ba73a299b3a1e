"""Reads of responses: lists and single ones, as JSON by the statement door."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Text, cast, null
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.errors import ForbiddenError
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.feedback.queries import COLUMNS, COMMENTS, visible
from app.domain.feedback.views import View

_NO_COMMENTS: Final[dict[str, ColumnElement[Any]]] = {
    name: cast(null(), Text) for name in ("comment_good", "comment_better")
}
_WITH_COMMENTS: Final = View(COLUMNS, visible)
_WITHOUT_COMMENTS: Final = View(COLUMNS | _NO_COMMENTS, visible)


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of responses as JSON; searching in comments needs the scope to read them."""
    if "search" in filters and not to.can(COMMENTS):
        raise ForbiddenError(missing=[COMMENTS])
    return await view(to).page(door, fields, page, {**filters, **limits(to)})


async def get(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one response as JSON, and its version."""
    return await view(to).one(door, fields, id_, limits(to))


def view(to: Actor) -> View:
    return _WITH_COMMENTS if to.can(COMMENTS) else _WITHOUT_COMMENTS


def limits(to: Actor) -> dict[str, Any]:
    return {} if to.teams is None else {"visible": list(to.teams)}
