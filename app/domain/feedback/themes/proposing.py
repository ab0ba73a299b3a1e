"""The model's proposals: for texts that are new or changed, and for all that nobody has coded."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.change_feed import ChangeOp
from app.core.errors import DomainError
from app.core.subscriptions import Seen
from app.domain.feedback.codes import CodedBy
from app.domain.feedback.policy import service as policy
from app.domain.feedback.themes import queries, recording, service
from app.domain.feedback.themes.classifier import Proposing
from app.domain.feedback.themes.coding import fingerprint
from app.domain.feedback.themes.examples import Comment, Proposal, asked
from app.domain.feedback.themes.models import ThemeCoding, ThemeModel
from app.domain.feedback.themes.recording import Judgement

log = structlog.get_logger("themes")

WORDS: Final = frozenset({"comment_good", "comment_better", "texts"})
_UNCODED: Final = text(
    """
    SELECT r.id FROM feedback_response r
     WHERE r.coded_by IS NULL AND (r.comment_good IS NOT NULL OR r.comment_better IS NOT NULL)
       AND (CAST(:after AS uuid) IS NULL OR r.id < :after)
     ORDER BY r.id DESC LIMIT :limit
    """
)
_CODED: Final = select(ThemeCoding.response_id).distinct()

Place = tuple[UUID, str]


class Models:
    """The active model of this process, loaded once; one that cannot be used is told once."""

    def __init__(self) -> None:
        self._id: UUID | None = None
        self._loaded: Proposing | None = None

    async def active(self, session: AsyncSession) -> tuple[ThemeModel, Proposing] | None:
        """Give the model that proposes; None where there is none that can be used."""
        model = await queries.active(session)
        if model is None:
            return None
        if model.id != self._id:
            self._loaded, self._id = await self._load(session, model), model.id
        return None if self._loaded is None else (model, self._loaded)

    async def _load(self, session: AsyncSession, model: ThemeModel) -> Proposing | None:
        try:
            return await service.load(session, model)
        except DomainError as error:
            refused = error
        log.error(
            "theme model not loaded; nothing is proposed",
            model=str(model.id),
            problem=refused.slug,
            reason=refused.extra.get("reason"),
        )
        return None


async def follow(session: AsyncSession, seen: Sequence[Seen], models: Models) -> int:
    """Look at responses that are new or whose words changed; gives how many were proposed for."""
    changed = [each.entity_id for each in seen if _concerns(each)]
    if not changed:
        return 0
    found = await models.active(session)
    if found is not None:
        return await propose(session, changed, *found)
    updated = {each.entity_id for each in seen if each.op is ChangeOp.UPDATE} & set(changed)
    coded = (await session.scalars(_CODED.where(ThemeCoding.response_id.in_(updated)))).all()
    if coded:
        await recording.take_pen(session)
        await recording.count(session, coded)
    return 0


def _concerns(seen: Seen) -> bool:
    return seen.op is ChangeOp.INSERT or (
        seen.op is ChangeOp.UPDATE and not WORDS.isdisjoint(seen.fields)
    )


async def uncoded(session: AsyncSession, after: UUID | None, limit: int) -> list[UUID]:
    """Give responses that nobody has coded, newest first."""
    rows = await session.scalars(_UNCODED, {"after": after, "limit": limit})
    return list(rows)


async def propose(
    session: AsyncSession, ids: Iterable[UUID], model: ThemeModel, loaded: Proposing
) -> int:
    """Code what nobody has coded, or the model only, before these words stood there.

    Gives how many responses were coded. The model works before the pen is taken, so that it holds
    nobody up; words that changed meanwhile are another change's.
    """
    wanted = sorted(set(ids))
    texts = await _open(session, wanted, model)
    comments = [Comment(words, asked(part)) for (_, part), words in texts.items()]
    proposals = await asyncio.to_thread(loaded.propose, comments)
    least = float((await policy.current(session)).propose_above)
    await recording.take_pen(session)
    still = await _open(session, wanted, model)
    judgements = [
        _judgement(place, texts[place], proposal, model.id, least)
        for place, proposal in zip(texts, proposals, strict=True)
        if still.get(place) == texts[place]
    ]
    await recording.record(session, judgements, also=wanted)
    return len({each.response_id for each in judgements})


async def _open(
    session: AsyncSession, ids: Sequence[UUID], model: ThemeModel
) -> Mapping[Place, str]:
    """Give the texts that are the model's to code: no person has, nor it itself these words."""
    c = ThemeCoding
    rows = await session.execute(
        select(c.response_id, c.part, c.coded_by, c.model_id, c.text_hash).where(
            c.response_id.in_(ids), ~c.superseded
        )
    )
    stands = {(id_, part): (by, whose, known) for id_, part, by, whose, known in rows}
    found: dict[Place, str] = {}
    for id_, told in (await recording.texts_of(session, ids)).items():
        for part, words in told.items():
            by, whose, known = stands.get((id_, part), (None, None, b""))
            if by is CodedBy.PERSON or (whose == model.id and known == fingerprint(words)):
                continue
            found[id_, part] = words
    return found


def _judgement(
    place: Place, words: str, proposal: Proposal, model_id: UUID, least: float
) -> Judgement:
    sure = proposal.above(least)
    felt = proposal.sentiment if proposal.sentiment_confidence >= least else None
    confidence = sure[-1][1] if sure else proposal.likeliest[1]
    return Judgement(
        place[0],
        place[1],
        fingerprint(words),
        [code for code, _ in sure],
        felt,
        model_id=model_id,
        confidence=confidence,
        confidences=[round(each, 4) for _, each in sure],
    )
