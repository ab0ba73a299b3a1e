"""Reads of templates: what a notice says, in which languages and formats."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Select, Text, bindparam, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.people.messages.templates.codes import Notice
from app.domain.people.messages.templates.errors import MessageTemplateNotFoundError
from app.domain.people.messages.templates.models import MessageTemplate
from app.domain.people.needs.codes import Format

T = MessageTemplate
_LATER: Any = aliased(MessageTemplate)
_CURRENT: Final = ~(
    select(_LATER.id)
    .where(
        _LATER.notice == T.notice,
        _LATER.language == T.language,
        _LATER.format == T.format,
        _LATER.number > T.number,
    )
    .correlate(T)
    .exists()
)


def _is(name: str) -> ColumnElement[bool]:
    return getattr(T, name) == bindparam(name, type_=Text())  # type: ignore[no-any-return]


_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "notice": _is("notice"),
    "language": _is("language"),
    "format": _is("format"),
    "current": _CURRENT,
    "superseded": ~_CURRENT,
}


def _templates(using: frozenset[str]) -> Select[Any]:
    return select(T).where(*(_FILTERS[name] for name in sorted(using)))


TEMPLATES: Final = JsonRows(
    {
        **{column.key: column for column in T.__table__.columns},
        "current": _CURRENT,
        "published_at": T.__table__.c.created_at,
    },
    _templates,
    MessageTemplateNotFoundError,
)


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any]
) -> bytes:
    """Give a page of templates as JSON; `current` among the filters is true or false."""
    values = dict(filters)
    if "current" in values:
        values["current" if values.pop("current") else "superseded"] = True
    return await TEMPLATES.page(door, fields, page, values)


async def newest(
    session: AsyncSession, notice: Notice, language: str, format_: Format
) -> MessageTemplate | None:
    """Load the template that none supersedes."""
    found = select(T).where(T.notice == notice, T.language == language, T.format == format_)
    return await session.scalar(found.order_by(T.number.desc()).limit(1))


async def get(
    session: AsyncSession, notice: Notice, language: str, format_: Format
) -> MessageTemplate:
    """Load the template that none supersedes; raises MessageTemplateNotFoundError."""
    found = await newest(session, notice, language, format_)
    if found is None:
        raise MessageTemplateNotFoundError
    return found


async def first_of(
    session: AsyncSession, notice: Notice, wanted: Iterable[tuple[str, Format]]
) -> MessageTemplate | None:
    """Load the current template in the first of these languages and formats that has one."""
    order = list(wanted)
    found = select(T).where(T.notice == notice, tuple_(T.language, T.format).in_(order), _CURRENT)
    by_kind = {(each.language, each.format): each for each in await session.scalars(found)}
    return next((by_kind[each] for each in order if each in by_kind), None)
