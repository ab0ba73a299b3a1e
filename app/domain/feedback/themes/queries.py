"""Reads of codings, and of what is to be coded next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.statement import Statement
from app.domain.feedback.codes import CodedBy
from app.domain.feedback.errors import ResponseNotFoundError
from app.domain.feedback.models import FeedbackResponse
from app.domain.feedback.parts import parts
from app.domain.feedback.themes.coding import fingerprint
from app.domain.feedback.themes.errors import ModelNotFoundError
from app.domain.feedback.themes.examples import Comment, Example, asked
from app.domain.feedback.themes.models import ThemeCoding, ThemeModel

MOST_EXAMPLES: Final = 50_000


@dataclass(frozen=True, slots=True)
class Codings:
    """All codings of a response, those that stand first, and the parts that nobody has coded."""

    response: FeedbackResponse
    items: Sequence[tuple[ThemeCoding, bool]]
    uncoded: Sequence[str]


async def response(session: AsyncSession, id_: UUID, *, to: Actor) -> FeedbackResponse:
    """Load a response that one may see; raises ResponseNotFoundError."""
    statement = select(FeedbackResponse).where(FeedbackResponse.id == id_)
    if to.teams is not None:
        statement = statement.where(FeedbackResponse.team_id.in_(to.teams))
    fresh = statement.execution_options(populate_existing=True)
    found = (await session.scalars(fresh)).one_or_none()
    if found is None:
        raise ResponseNotFoundError
    return found


async def codings(session: AsyncSession, id_: UUID, *, to: Actor) -> Codings:
    """Give a response's codings, each with whether its text has changed since."""
    found = await response(session, id_, to=to)
    texts = parts(found.comment_good, found.comment_better, found.texts)
    rows = await session.scalars(
        select(ThemeCoding)
        .where(ThemeCoding.response_id == id_)
        .order_by(ThemeCoding.superseded, ThemeCoding.part, ThemeCoding.revision.desc())
        .execution_options(populate_existing=True)
    )
    items = [(row, row.text_hash != fingerprint(texts.get(row.part, ""))) for row in rows]
    coded = {row.part for row, _ in items if not row.superseded}
    return Codings(found, items, [part for part in texts if part not in coded])


async def active(session: AsyncSession) -> ThemeModel | None:
    """Give the model that proposes, if there is one."""
    return (await session.scalars(select(ThemeModel).where(ThemeModel.active))).one_or_none()


async def model(session: AsyncSession, id_: UUID) -> ThemeModel:
    """Load a model; raises ModelNotFoundError."""
    found = await session.get(ThemeModel, id_)
    if found is None:
        raise ModelNotFoundError
    return found


async def models(session: AsyncSession) -> Sequence[ThemeModel]:
    """Give all models, newest first."""
    return (await session.scalars(select(ThemeModel).order_by(ThemeModel.id.desc()))).all()


async def examples(session: AsyncSession) -> list[Example]:
    """Give what people coded, newest first, of the words that still stand, to learn from."""
    r, c = FeedbackResponse, ThemeCoding
    rows = await session.execute(
        select(r.id, r.comment_good, r.comment_better, r.texts, c.part, c.text_hash)
        .add_columns(c.themes, c.sentiment)
        .join(c, c.response_id == r.id)
        .where(~c.superseded, c.coded_by == CodedBy.PERSON)
        .order_by(r.id.desc(), c.part)
        .limit(MOST_EXAMPLES)
    )
    found = []
    for id_, good, better, texts, part, known, themes, sentiment in rows:
        words = parts(good, better, texts).get(part, "")
        if known == fingerprint(words):
            comment = Comment(words, asked(part))
            found.append(Example(comment, frozenset(themes), sentiment, str(id_)))
    return found


PLACE: Final = (
    r"^(0|1|0\.[0-9]{1,20}|[0-9](\.[0-9]{1,20})?e-[0-9]{1,3})?"
    r"_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
)
"""A place in the queue: the confidence there, nothing among the uncoded, and the response."""

_UNCODED: Final = """
SELECT r.id, NULL::float8 AS confidence, 'uncoded' AS why, 0 AS rank FROM feedback_response r
 WHERE r.coded_by IS NULL AND (r.comment_good IS NOT NULL OR r.comment_better IS NOT NULL)
   AND $2::float8 IS NULL AND ($1::uuid IS NULL OR r.id < $1) {limits}
 ORDER BY r.id DESC LIMIT $3::int + 1"""

_UNSURE: Final = """
SELECT r.id, c.confidence, 'unsure' AS why, 1 AS rank
  FROM theme_coding c JOIN feedback_response r ON r.id = c.response_id
 WHERE NOT c.superseded AND c.coded_by = 'model' AND r.coded_by = 'model'
   AND ($2::float8 IS NULL OR (c.confidence, c.response_id) > ($2, $1::uuid))
   AND NOT EXISTS (SELECT FROM theme_coding o
                    WHERE o.response_id = c.response_id AND NOT o.superseded
                      AND o.coded_by = 'model'
                      AND (o.confidence, o.part) < (c.confidence, c.part)) {limits}
 ORDER BY c.confidence, c.response_id LIMIT $3::int + 1"""

_QUEUE: Final = """
SELECT coalesce(json_agg(shown ORDER BY place) FILTER (WHERE place <= $3::int), '[]')::text
           AS items,
       count(*) AS found, (array_agg(coalesce(to_json(q.confidence)::text, '') || '_' || q.id
                             ORDER BY place))[$3::int] AS last
  FROM (SELECT row_number() OVER (ORDER BY rank, confidence, CASE rank WHEN 0 THEN id END DESC, id)
                   AS place, n.*
          FROM (({uncoded}) UNION ALL ({unsure})) n
         ORDER BY 1 LIMIT $3::int + 1) q
  JOIN feedback_response f USING (id), LATERAL (
       SELECT f.id, f.team_id, f.day, f.source, q.why, q.confidence, f.themes, f.sentiment,
              f.version) shown"""
_LIMITED: Final = "AND r.team_id = ANY($4)"
_ALL: Final = "AND $4::uuid[] IS NULL"
_TEAM: Final = "AND r.team_id IN (SELECT id FROM team WHERE $5 IN (code, id::text))"
_EVERY_TEAM: Final = "AND $5::text IS NULL"


async def queue(
    door: Statement, after: str | None, limit: int, team: str | None, *, to: Actor
) -> bytes:
    """Give a page of what to code next as JSON: the uncoded, newest first, then the least sure.

    `after` is a place (PLACE) and stays one, whatever becomes of the response that stood there.
    """
    confidence, _, response_id = (after or "").partition("_")
    limits = f"{_ALL if to.teams is None else _LIMITED} {_EVERY_TEAM if team is None else _TEAM}"
    statement = _QUEUE.format(
        uncoded=_UNCODED.format(limits=limits), unsure=_UNSURE.format(limits=limits)
    )
    row = await door.fetchrow(
        statement,
        UUID(response_id) if response_id else None,
        float(confidence) if confidence else None,
        limit,
        None if to.teams is None else list(to.teams),
        team,
    )
    following = f'"{row["last"]}"' if row["found"] > limit else "null"
    return f'{{"items":{row["items"]},"next":{following}}}'.encode()
