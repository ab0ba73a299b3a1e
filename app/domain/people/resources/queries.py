"""Reads of the library of accessible information."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Date, Select, Text, Uuid, bindparam, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.clock import today
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.people.resources.errors import (
    FormatRequestNotFoundError,
    ResourceFormatNotFoundError,
    ResourceFormatTakenError,
    ResourceNotFoundError,
)
from app.domain.people.resources.models import (
    FormatRequest,
    RequestState,
    Resource,
    ResourceFormat,
)

R, F, Q = Resource, ResourceFormat, FormatRequest
Fields = tuple[str, ...]


def _value(name: str, type_: Any = None) -> Any:
    return bindparam(name, type_=type_ or Text())


def _has(column: Any, name: str) -> ColumnElement[bool]:
    held = select(F.id).where(F.resource_id == R.id, column == _value(name))
    return held.correlate(R).exists()


_OVERDUE: Final = R.review_on < _value("today", Date())
_RESOURCES: Final[Mapping[str, ColumnElement[bool]]] = {
    "overdue": _OVERDUE,
    "in_time": ~_OVERDUE,
    "format": _has(F.format, "format"),
    "language": _has(F.language, "language"),
}
_REQUESTS: Final[Mapping[str, ColumnElement[bool]]] = {
    "state": Q.state == _value("state"),
    "resource": Q.resource_id == _value("resource", Uuid()),
}
_FORMATS: Final[ColumnElement[Any]] = literal_column(
    "(SELECT coalesce(json_agg(json_build_object('id', f.id, 'format', f.format,"
    " 'language', f.language, 'link', f.link, 'made_on', f.made_on, 'version', f.version)"
    " ORDER BY f.format, f.language), '[]')"
    " FROM resource_format f WHERE f.resource_id = information_resource.id)"
)


def _resources(using: frozenset[str]) -> Select[Any]:
    return select(R).where(*(_RESOURCES[name] for name in sorted(using & _RESOURCES.keys())))


def _requests(using: frozenset[str]) -> Select[Any]:
    wanted = (_REQUESTS[name] for name in sorted(using & _REQUESTS.keys()))
    return select(Q).join(R, R.id == Q.resource_id).where(*wanted)


RESOURCES: Final = JsonRows(
    {
        **{column.key: column for column in R.__table__.columns},
        "formats": _FORMATS,
        "overdue": _OVERDUE,
    },
    _resources,
    ResourceNotFoundError,
    R.__table__.c.version,
)
REQUESTS: Final = JsonRows(
    {
        **{column.key: column for column in Q.__table__.columns},
        "resource_title": R.__table__.c.title,
        "asked_at": Q.__table__.c.created_at,
    },
    _requests,
    FormatRequestNotFoundError,
    Q.__table__.c.version,
)


async def find(door: Statement, fields: Fields, page: Page, filters: Mapping[str, Any]) -> bytes:
    """Give a page of resources as JSON."""
    values = {**filters, "today": today()}
    overdue = values.pop("overdue", None)
    if overdue is not None:
        values["overdue" if overdue else "in_time"] = True
    return await RESOURCES.page(door, fields, page, values)


async def show(door: Statement, fields: Fields, id_: UUID) -> tuple[bytes, int]:
    """Give one resource as JSON, and its version."""
    return await RESOURCES.one(door, fields, id_, {"today": today()})


async def find_requests(
    door: Statement, fields: Fields, page: Page, filters: Mapping[str, Any]
) -> bytes:
    """Give a page of requests for formats as JSON."""
    return await REQUESTS.page(door, fields, page, filters)


async def show_request(door: Statement, fields: Fields, id_: UUID) -> tuple[bytes, int]:
    """Give one request for a format as JSON, and its version."""
    return await REQUESTS.one(door, fields, id_, {})


async def get(session: AsyncSession, id_: UUID) -> Resource:
    """Load a resource, and let one at a time change its formats; raises ResourceNotFoundError."""
    found = await session.scalar(select(R).where(R.id == id_).with_for_update())
    if found is None:
        raise ResourceNotFoundError
    return found


async def format_of(session: AsyncSession, resource: Resource, id_: UUID) -> ResourceFormat:
    """Load a format of a resource; raises ResourceFormatNotFoundError."""
    found = await session.get(F, id_)
    if found is None or found.resource_id != resource.id:
        raise ResourceFormatNotFoundError
    return found


async def check_missing(session: AsyncSession, resource: Resource, told: Mapping[str, Any]) -> None:
    """Refuse a format and language that a resource has; raises ResourceFormatTakenError."""
    held = select(F.id).where(
        F.resource_id == resource.id,
        F.format == told["format"],
        F.language == told["language"],
    )
    if await session.scalar(held) is not None:
        raise ResourceFormatTakenError


async def request(session: AsyncSession, id_: UUID) -> FormatRequest:
    """Load and lock a request for a format; raises FormatRequestNotFoundError."""
    found = await session.scalar(select(Q).where(Q.id == id_).with_for_update())
    if found is None:
        raise FormatRequestNotFoundError
    return found


async def open_request(session: AsyncSession, made: ResourceFormat) -> FormatRequest | None:
    """Load and lock the unanswered request for a format that was made."""
    found = select(Q).where(
        Q.resource_id == made.resource_id,
        Q.format == made.format,
        Q.language == made.language,
        Q.state == RequestState.ASKED,
    )
    return await session.scalar(found.with_for_update())
