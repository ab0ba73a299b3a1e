"""Reads of moderation: the queue, one text with its history, and what the public may read."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Select,
    Text,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.json_rows import JsonRows
from app.core.statement import Statement
from app.domain.feedback import queries as heart
from app.domain.feedback.codes import ModerationStatus, PublicationStatus
from app.domain.feedback.models import FeedbackResponse
from app.domain.feedback.moderation.errors import ModerationNotFoundError
from app.domain.feedback.moderation.models import Moderation
from app.domain.feedback.moderation.ordered import OrderedRows
from app.domain.feedback.texts import hashed, words

M, R = Moderation, FeedbackResponse

# The words that a row is about, as they are today.
WORDS: Final = words(M.part)
CURRENT: Final = M.text_hash == hashed(WORDS)
"""Whether a row is about the text as it is today."""


def public_comments() -> Select[Any]:
    """Select what the public may read: response_id, team_id, day, part, text.

    This is the one place that says so. Whoever asked not to be published is not, whatever was
    decided; a text that its author changed is not until it is screened and released again; and
    what its source took down is not.
    """
    shown = case((M.status == ModerationStatus.REDACTED, M.released_text), else_=WORDS)
    return (
        select(M.response_id, R.team_id, R.day, M.part, shown.label("text"))
        .join(R, R.id == M.response_id)
        .where(
            or_(M.status == ModerationStatus.RELEASED, M.status == ModerationStatus.REDACTED),
            R.consent_public.is_not(False),
            R.publication_status.is_distinct_from(PublicationStatus.REMOVED),
            CURRENT,
        )
    )


def _value(name: str, type_: Any = None) -> Any:
    return bindparam(name, type_=type_ or Text())


_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    **{name: heart.FILTERS[name] for name in ("visible", "team", "directorate")},
    "status": M.status == _value("status"),
    "kind": _value("kind") == any_(M.kinds),
    "urgent": M.__table__.c.urgent,
    "marked": M.kinds != cast(literal("{}"), ARRAY(Text())),
    "unmarked": M.kinds == cast(literal("{}"), ARRAY(Text())),
}
_OF_RESPONSE: Final = (
    "team_id", "day", "source", "fft_answer", "language", "publication_status", "consent_public",
)  # fmt: skip
_OF_ITSELF: Final = (
    "id", "response_id", "part", "marks", "urgent", "status", "reason", "released_text",
    "decided_by", "decided_at", "screening_version", "version",
)  # fmt: skip
_DECISIONS: Final[Any] = literal_column(
    "coalesce((SELECT json_agg(json_build_object('status', d.status, 'reason', d.reason,"
    " 'released_text', d.released_text, 'decided_by', d.decided_by,"
    " 'decided_at', to_char(d.created_at, 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'),"
    " 'superseded', d.superseded) ORDER BY d.id DESC)"
    " FROM feedback_moderation_decision d WHERE d.moderation_id = feedback_moderation.id), '[]')"
)
_ESCALATIONS: Final[Any] = literal_column(
    "coalesce((SELECT json_agg(e.id ORDER BY e.id DESC)"
    " FROM feedback_escalation e WHERE e.moderation_id = feedback_moderation.id), '[]')"
)
_WIRE: Final = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
_COLUMNS: Final[dict[str, Any]] = {
    **{name: M.__table__.c[name] for name in _OF_ITSELF},
    **{name: R.__table__.c[name] for name in _OF_RESPONSE},
    "decided_at": func.to_char(M.decided_at, _WIRE),
    "current": func.coalesce(CURRENT, False),
    # A text that changed since is not shown beside marks that are another's.
    "text": case((CURRENT, WORDS), else_=null()),
    "proposed": case((CURRENT, func.coalesce(M.proposed, WORDS)), else_=null()),
    "history": _DECISIONS,
    "escalations": _ESCALATIONS,
}


def _texts(using: frozenset[str]) -> Select[Any]:
    filters = (_FILTERS[name] for name in sorted(using))
    return select(M).join(R, R.id == M.response_id).where(*filters)


_ONE: Final = JsonRows(_COLUMNS, _texts, ModerationNotFoundError, M.__table__.c.version)
_QUEUE: Final = OrderedRows(_COLUMNS, _texts, M.__table__.c.place)


async def queue(
    door: Statement, fields: tuple[str, ...], limit: int, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of texts as JSON, the urgent ones first and then the oldest."""
    return await _QUEUE.page(door, fields, limit, {**filters, **_limits(to)})


async def one(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one text as JSON, and its version; raises ModerationNotFoundError."""
    return await _ONE.one(door, fields, id_, _limits(to))


async def get(session: AsyncSession, id_: UUID, *, to: Actor) -> Moderation:
    """Load one text's state to decide of it, locked; raises ModerationNotFoundError."""
    found = select(M).join(R, R.id == M.response_id).where(M.id == id_)
    if to.teams is not None:
        found = found.where(R.team_id.in_(to.teams))
    moderation = await session.scalar(found.with_for_update(of=M))
    if moderation is None:
        raise ModerationNotFoundError
    return moderation


async def locked(
    session: AsyncSession, ids: list[UUID], *, to: Actor
) -> dict[UUID, tuple[Moderation, FeedbackResponse]]:
    """Load several with their responses, locked; those that the caller may not see are left out."""
    found = select(M, R).join(R, R.id == M.response_id).where(M.id.in_(ids))
    if to.teams is not None:
        found = found.where(R.team_id.in_(to.teams))
    rows = await session.execute(found.order_by(M.id).with_for_update(of=M))
    return {moderation.id: (moderation, response) for moderation, response in rows}


def _limits(to: Actor) -> dict[str, Any]:
    return {} if to.teams is None else {"visible": list(to.teams)}
