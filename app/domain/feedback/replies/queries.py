"""Reads of replies; whoever may see a response may see what was answered to it."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Date, Select, Text, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.feedback import queries
from app.domain.feedback.errors import ResponseNotFoundError
from app.domain.feedback.models import FeedbackResponse
from app.domain.feedback.moderation import responses
from app.domain.feedback.replies.errors import ReplyNotFoundError
from app.domain.feedback.replies.models import FeedbackReply

R, Y = FeedbackResponse, FeedbackReply

_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    **{name: queries.FILTERS[name] for name in ("visible", "team", "directorate")},
    "response": Y.response_id == bindparam("response"),
    "status": Y.status == bindparam("status", type_=Text()),
    "kind": Y.kind == bindparam("kind", type_=Text()),
    "published_from": Y.published_on >= bindparam("published_from", type_=Date()),
    "published_to": Y.published_on <= bindparam("published_to", type_=Date()),
}
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{column.key: column for column in Y.__table__.columns},
    "team_id": R.team_id.expression,
    "days_to_reply": Y.published_on - R.day,
}


def visible(using: frozenset[str]) -> Select[Any]:
    """Start every SELECT on replies; `visible` among `using` binds the teams one may see."""
    where = (_FILTERS[name] for name in sorted(using))
    return select(Y).join(R, R.id == Y.response_id).where(*where)


REPLIES: Final = JsonRows(_COLUMNS, visible, ReplyNotFoundError, Y.__table__.c.version)

# What the author of a response reads: what is published, oldest first.
_TO_AUTHOR: Final = """
SELECT coalesce(json_agg(json_build_object('text', y.text, 'url', y.url, 'day', y.published_on)
                         ORDER BY y.published_on, y.id), '[]')::text
  FROM feedback_reply y
 WHERE y.response_id = $1 AND y.status = 'published'"""


async def replies_to(door: Statement, response_id: UUID) -> bytes:
    """Give what its author may read of the replies to a response: a JSON list of text, url, day."""
    found: str = await door.fetchval(_TO_AUTHOR, response_id)
    return found.encode()


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of replies as JSON, newest first."""
    return await REPLIES.page(door, fields, page, {**filters, **_limits(to)})


async def of_response(
    door: Statement, fields: tuple[str, ...], page: Page, response_id: UUID, *, to: Actor
) -> bytes:
    """Give a page of the replies to one response; raises ResponseNotFoundError."""
    await responses.get(door, ("id",), response_id, to=to)
    return await REPLIES.page(door, fields, page, {"response": response_id})


async def show(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one reply as JSON, and its version."""
    return await REPLIES.one(door, fields, id_, _limits(to))


async def get(session: AsyncSession, id_: UUID, *, to: Actor) -> FeedbackReply:
    """Load a reply to change it, with nobody else doing so; raises ReplyNotFoundError."""
    limits = _limits(to)
    found = visible(frozenset(limits)).where(Y.id == id_).with_for_update(of=Y)
    reply: FeedbackReply | None = await session.scalar(found.params(limits))
    if reply is None:
        raise ReplyNotFoundError
    return reply


async def response(session: AsyncSession, id_: UUID, *, to: Actor) -> FeedbackResponse:
    """Load a response that shall be answered; raises ResponseNotFoundError.

    It stays until the transaction ends, whatever its source says meanwhile.
    """
    limits = _limits(to)
    found = queries.visible(frozenset(limits)).where(R.id == id_)
    answered: FeedbackResponse | None = await session.scalar(
        found.params(limits).with_for_update(read=True, key_share=True)
    )
    if answered is None:
        raise ResponseNotFoundError
    return answered


def _limits(to: Actor) -> dict[str, Any]:
    return {} if to.teams is None else {"visible": list(to.teams)}
