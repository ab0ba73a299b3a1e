"""What the public reads about a team: released comments, and the replies to them.

A comment tells its month and no more. Within a month comments stand in an order that tells
nothing, so that neither a place in the list nor the way to its next page is a day or an id.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Date, Integer, Text, Uuid, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.elements import ColumnElement

from app.core.clock import today
from app.core.statement import Kept, Statement
from app.domain.feedback.models import FeedbackResponse
from app.domain.feedback.moderation.queries import public_comments
from app.domain.feedback.policy.models import Policy
from app.domain.feedback.replies.models import FeedbackReply, ReplyStatus
from app.domain.organisation.errors import TeamNotFoundError

R, Y = FeedbackResponse, FeedbackReply
_MONTH: Final = "YYYY-MM"
_TEAM: Final = "SELECT id, name FROM team WHERE code = $1"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: a month, and a comment's rank in it that names nothing else."""

    month: str
    rank: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A team's page: its name, its comments as JSON, and where the next page begins."""

    name: str
    items: bytes
    following: Place | None


def _query() -> Any:
    comments = public_comments().subquery()
    part = func.json_build_object("part", comments.c.part, "text", comments.c.text)
    month = func.to_char(R.day, _MONTH)
    rank = func.md5(R.source_hash.op("||")(func.uuid_send(R.id)))
    since = comments.c.day + select(Policy.public_days).scalar_subquery() > bindparam(
        "today", type_=Date()
    )
    return (
        select(
            month.label("month"),
            rank.label("rank"),
            func.json_build_object(
                "month",
                month,
                "comments",
                func.json_agg(aggregate_order_by(part, comments.c.part.desc())),
                "replies",
                _replies(),
            )
            .cast(Text)
            .label("item"),
        )
        .join(comments, comments.c.response_id == R.id)
        .where(
            comments.c.team_id == bindparam("team", type_=Uuid()),
            R.consent_public.is_not(False),
            since,
        )
        .group_by(R.id)
        .order_by(month.desc(), rank.desc())
        .limit(bindparam("limit", type_=Integer()))
    ), (month, rank)


def _replies() -> ColumnElement[Any]:
    reply = func.json_build_object(
        "text", Y.text, "url", Y.url, "month", func.to_char(Y.published_on, _MONTH)
    )
    listed = func.json_agg(aggregate_order_by(reply, Y.published_on, Y.id))
    return (
        select(func.coalesce(listed, literal_column("'[]'::json")))
        .where(Y.response_id == R.id, Y.status == ReplyStatus.PUBLISHED)
        .correlate(R)
        .scalar_subquery()
    )


def _kept() -> tuple[Kept, Kept]:
    """Write the statements of a first page, and of one behind another."""
    start, (month, rank) = _query()
    place = func.row(bindparam("month", type_=Text()), bindparam("rank", type_=Text()))
    return Kept.of(start), Kept.of(start.where(func.row(month, rank) < place))


_FIRST, _LATER = _kept()


async def comments(door: Statement, team: str, after: Place | None, limit: int) -> Shown:
    """Give what people said about a team, newest month first; raises TeamNotFoundError."""
    known = await door.fetchrow(_TEAM, team)
    if known is None:
        raise TeamNotFoundError
    values: dict[str, Any] = {"team": known["id"], "today": today(), "limit": limit + 1}
    statement = _FIRST
    if after is not None:
        statement, values = _LATER, values | {"month": after.month, "rank": after.rank}
    rows = await door.fetch(statement.text, *statement.arguments(values))
    shown = rows[:limit]
    last = Place(shown[-1]["month"], shown[-1]["rank"]) if len(rows) > limit else None
    return Shown(known["name"], ",\n".join(row["item"] for row in shown).encode(), last)
