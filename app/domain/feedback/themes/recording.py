"""Codings as they are written: the earlier one superseded, the response counted anew.

Everything here changes counted responses, so that whoever calls it holds the pen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import today
from app.core.ids import day_uuid7
from app.domain.feedback.codes import CodedBy
from app.domain.feedback.models import FeedbackResponse
from app.domain.feedback.parts import parts
from app.domain.feedback.themes.coding import Coding, effect
from app.domain.feedback.themes.framework import VERSION
from app.domain.feedback.themes.models import ThemeCoding

_PEN: Final = text("SELECT feedback_pen()")
_SUPERSEDE: Final = text(
    """
    UPDATE theme_coding c SET superseded = true
      FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS v (response_id uuid, part text)
     WHERE c.response_id = v.response_id AND c.part = v.part AND NOT c.superseded
    """
)
_INSERT: Final = text(
    """
    INSERT INTO theme_coding (id, response_id, part, revision, framework, themes, sentiment,
                              coded_by, coded_on, actor_id, model_id, confidence, confidences,
                              text_hash, superseded)
    SELECT v.id, v.response_id, v.part,
           1 + coalesce((SELECT max(revision) FROM theme_coding c
                          WHERE c.response_id = v.response_id AND c.part = v.part), 0),
           :framework, v.themes, v.sentiment, v.coded_by, :day, v.actor_id, v.model_id,
           v.confidence, v.confidences, decode(v.text_hash, 'hex'), false
      FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS v (
           id uuid, response_id uuid, part text, themes text[], sentiment smallint, coded_by text,
           actor_id uuid, model_id uuid, confidence float8, confidences float8[], text_hash text)
    """
)
_COUNT: Final = text(
    """
    UPDATE feedback_response r
       SET themes = v.themes, sentiment = v.sentiment, coded_by = v.coded_by,
           version = r.version + 1
      FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS v (
           id uuid, themes text[], sentiment smallint, coded_by text)
     WHERE r.id = v.id
       AND (r.themes, r.sentiment, r.coded_by) IS DISTINCT FROM
           (v.themes, v.sentiment, v.coded_by)
    """
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What somebody holds a part to be about; `text_hash` tells which text they saw."""

    response_id: UUID
    part: str
    text_hash: bytes
    themes: Sequence[str]
    sentiment: int | None
    actor_id: UUID | None = None
    model_id: UUID | None = None
    confidence: float | None = None
    confidences: Sequence[float] | None = None

    @property
    def by(self) -> CodedBy:
        return CodedBy.MODEL if self.actor_id is None else CodedBy.PERSON


async def take_pen(session: AsyncSession) -> None:
    await session.execute(_PEN)


async def record(
    session: AsyncSession, judgements: Sequence[Judgement], also: Iterable[UUID] = ()
) -> None:
    """Write codings over those that stand, and count their responses by what they come to.

    `also` names responses of whose texts one may have gone.
    """
    if judgements:
        rows = orjson.dumps([_row(each) for each in judgements], default=str).decode()
        await session.execute(_SUPERSEDE, {"rows": rows})
        await session.execute(_INSERT, {"rows": rows, "framework": VERSION, "day": today()})
    await count(session, {*also, *(each.response_id for each in judgements)})


def _row(one: Judgement) -> dict[str, Any]:
    return {
        "id": day_uuid7(today()),
        "response_id": one.response_id,
        "part": one.part,
        "themes": list(one.themes),
        "sentiment": one.sentiment,
        "coded_by": one.by,
        "actor_id": one.actor_id,
        "model_id": one.model_id,
        "confidence": one.confidence,
        "confidences": None if one.confidences is None else list(one.confidences),
        "text_hash": one.text_hash.hex(),
    }


async def count(session: AsyncSession, response_ids: Iterable[UUID]) -> None:
    """Let responses count as what the current codings of the texts they have come to."""
    ids = sorted(response_ids)
    codings = await current(session, ids)
    rows = []
    for id_, texts in (await texts_of(session, ids)).items():
        found = effect(codings.get(id_, ()), texts)
        told = {"themes": found.themes, "sentiment": found.sentiment, "coded_by": found.coded_by}
        rows.append({"id": id_, **told})
    await session.execute(_COUNT, {"rows": orjson.dumps(rows, default=str).decode()})


async def texts_of(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
    """Give the texts of responses by part; those that are not there are left out."""
    r = FeedbackResponse
    found = await session.execute(
        select(r.id, r.comment_good, r.comment_better, r.texts).where(r.id.in_(ids)).order_by(r.id)
    )
    return {id_: parts(good, better, texts) for id_, good, better, texts in found}


async def current(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[Coding]]:
    """Give the codings that stand, by response."""
    c = ThemeCoding
    rows = await session.execute(
        select(c.response_id, c.part, c.coded_by, c.themes, c.sentiment).where(
            c.response_id.in_(ids), ~c.superseded
        )
    )
    found: dict[UUID, list[Coding]] = {}
    for id_, part, by, themes, sentiment in rows:
        found.setdefault(id_, []).append(Coding(part, by, tuple(themes), sentiment))
    return found
