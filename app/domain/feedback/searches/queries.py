"""Reads of saved searches: one's own, and those that others share."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Select, Uuid, and_, bindparam, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.clock import now
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.feedback.choosing import ResponseChoice
from app.domain.feedback.searches.errors import SearchNotFoundError
from app.domain.feedback.searches.models import Alert, SavedSearch, SearchPlace, begins, understood
from app.domain.identity.models import ApiKey, User
from app.domain.identity.queries import taken

S = SavedSearch
_MINE: Final[ColumnElement[bool]] = S.owner_id == bindparam("actor", type_=Uuid())
_GOOD_KEY: Final = (
    select(ApiKey.id)
    .join(ApiKey.user)
    .where(ApiKey.id == S.key_id, taken("at"))
    .correlate(S)
    .exists()
)
_OWNER: Final = (
    select(func.json_build_object("id", User.id, "name", User.name))
    .where(User.id == S.owner_id)
    .correlate(S)
    .scalar_subquery()
)


def _own(shown: Any) -> ColumnElement[Any]:
    """Show only to who saved the search: where somebody's alerts go is nobody else's matter."""
    return case((_MINE, shown))


_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{name: getattr(S, name) for name in ("id", "name", "filters", "shared", "version")},
    "owner": _OWNER,
    "mine": _MINE,
    "alert": _own(S.alert),
    "email": _own(S.email),
    "alerting": _own(and_(S.alert != Alert.OFF, _GOOD_KEY)),
}


def visible(using: frozenset[str]) -> Select[Any]:
    """Start every SELECT on saved searches; `actor` is bound to who asks."""
    return select(S).where(_MINE if "mine" in using else or_(_MINE, S.shared))


SEARCHES: Final = JsonRows(_COLUMNS, visible, SearchNotFoundError, S.__table__.c.version)
_CHOICES: Final = JsonRows(
    {name: _COLUMNS[name] for name in ("id", "filters")}, visible, SearchNotFoundError
)


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of one's own and the shared searches as JSON."""
    return await SEARCHES.page(door, fields, page, {**filters, **_asking(to)})


async def show(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one search as JSON, and its version."""
    return await SEARCHES.one(door, fields, id_, _asking(to))


async def choice(door: Statement, id_: UUID, *, to: Actor) -> ResponseChoice:
    """Give the filters of a search; raises SearchNotFoundError, SearchOutdatedError."""
    body, _ = await _CHOICES.one(door, ("filters",), id_, _asking(to))
    return understood(orjson.loads(body)["filters"])


async def get(session: AsyncSession, id_: UUID, *, to: Actor) -> SavedSearch:
    """Load one search; raises SearchNotFoundError."""
    found = await session.scalar(visible(frozenset()).where(S.id == id_), {"actor": to.id})
    if found is None:
        raise SearchNotFoundError
    return found  # type: ignore[no-any-return]


async def due(session: AsyncSession, day: date) -> Sequence[UUID]:
    """Give the searches with alerts that were not looked at in the period of a day."""
    late = (
        and_(S.alert == alert, SearchPlace.told_on < first) for alert, first in begins(day).items()
    )
    found = await session.scalars(
        select(S.id)
        .join(SearchPlace, SearchPlace.search_id == S.id)
        .where(or_(*late))
        .order_by(S.id)
    )
    return found.all()


async def hold(session: AsyncSession, id_: UUID) -> tuple[SavedSearch, SearchPlace] | None:
    """Load a search with its place for who alerts; None while another holds it, or it is gone."""
    found = await session.execute(
        select(S, SearchPlace)
        .join(SearchPlace, SearchPlace.search_id == S.id)
        .where(S.id == id_)
        .options(joinedload(S.owner))
        .with_for_update(of=SearchPlace, skip_locked=True)
    )
    row = found.one_or_none()
    return None if row is None else (row[0], row[1])


def _asking(to: Actor) -> dict[str, Any]:
    return {"actor": to.id, "at": now()}
