"""What people decide of texts: each decision is kept, and supersedes the one before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import InvalidError
from app.domain.feedback.codes import ModerationStatus
from app.domain.feedback.models import FeedbackResponse
from app.domain.feedback.moderation import escalations, queries, screened
from app.domain.feedback.moderation.errors import (
    DoNotPublishError,
    StillIdentifiesError,
    TextChangedError,
)
from app.domain.feedback.moderation.escalations import NewEscalation
from app.domain.feedback.moderation.marks import IDENTIFIERS, Certainty, Mark, MarkKind
from app.domain.feedback.moderation.models import (
    EscalationKind,
    Moderation,
    ModerationDecision,
    Reason,
)
from app.domain.feedback.moderation.screening import screen, standing
from app.domain.feedback.parts import parts

_REASONS: Final = {
    EscalationKind.SAFEGUARDING: Reason.SAFEGUARDING_CONCERN,
    EscalationKind.COMPLAINT: Reason.FORMAL_COMPLAINT,
}


@dataclass(frozen=True, slots=True)
class Redaction:
    """What is shown instead; the proposed text where none is told.

    `confirmed` says that a person looked at what screening would refuse.
    """

    reason: Reason
    text: str | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Passed:
    """Which of several texts were released, and why the others were not."""

    released: list[UUID]
    skipped: dict[UUID, str]


async def release(session: AsyncSession, moderation: Moderation, *, by: Actor) -> None:
    """Show a text as it was written.

    Raises DoNotPublishError, TextChangedError.
    """
    response = await _response(session, moderation)
    _check_publishable(response)
    _text(moderation, response)
    await _decide(session, moderation, ModerationStatus.RELEASED, by)


async def redact(
    session: AsyncSession, moderation: Moderation, redaction: Redaction, *, by: Actor
) -> None:
    """Show another text in its place, from which what was marked is gone.

    Raises DoNotPublishError, TextChangedError, StillIdentifiesError, InvalidError.
    """
    response = await _response(session, moderation)
    _check_publishable(response)
    words = _text(moderation, response)
    shown = redaction.text if redaction.text is not None else moderation.proposed
    if shown is None:
        raise InvalidError.at("#/text", "Nothing is proposed here; tell the text", "needed")
    if not redaction.confirmed:
        _check_redacted(words, _marks(moderation), shown)
    await _decide(session, moderation, ModerationStatus.REDACTED, by, redaction.reason, shown)


async def withhold(
    session: AsyncSession, moderation: Moderation, reason: Reason, *, by: Actor
) -> None:
    """Never show a text, for a reason."""
    await _decide(session, moderation, ModerationStatus.WITHHELD, by, reason)


async def escalate(
    session: AsyncSession, moderation: Moderation, new: NewEscalation, *, by: Actor
) -> None:
    """Tell the named contact of a text at once, and hold it; raises nothing for want of one."""
    response = await _response(session, moderation)
    reason = _REASONS[new.kind]
    await _decide(session, moderation, ModerationStatus.ESCALATED, by, reason)
    await escalations.raise_(session, moderation, response.team_id, new, by=by)


async def release_many(session: AsyncSession, asked: Mapping[UUID, int], *, by: Actor) -> Passed:
    """Release those of several texts that nothing is marked in and nobody decided of yet.

    Each is told with the version that was read; the others stay as they are.
    """
    found = await queries.locked(session, list(asked), to=by)
    passed = Passed([], {})
    for id_, version in asked.items():
        why = _not_passed(found.get(id_), version)
        if why is not None:
            passed.skipped[id_] = why
        else:
            moderation, _ = found[id_]
            await _decide(session, moderation, ModerationStatus.RELEASED, by)
            passed.released.append(id_)
    return passed


def _not_passed(found: tuple[Moderation, FeedbackResponse] | None, version: int) -> str | None:
    """Say by the slug of a refusal why one of many is not released."""
    if found is None:
        return "moderation-not-found"
    moderation, response = found
    if moderation.version != version or moderation.status is not ModerationStatus.HELD:
        return "precondition-failed"
    if moderation.kinds:
        return "marked"
    try:
        _check_publishable(response)
        _text(moderation, response)
    except (DoNotPublishError, TextChangedError) as refusal:
        return refusal.slug
    return None


async def _response(session: AsyncSession, moderation: Moderation) -> FeedbackResponse:
    return await session.get_one(FeedbackResponse, moderation.response_id, populate_existing=True)


def _check_publishable(response: FeedbackResponse) -> None:
    if response.consent_public is False:
        raise DoNotPublishError


def _text(moderation: Moderation, response: FeedbackResponse) -> str:
    """Give the text that was screened; raises TextChangedError where it is another today."""
    found = parts(response.comment_good, response.comment_better, response.texts)
    words = found.get(moderation.part)
    if words is None or screened.hash_of(words) != moderation.text_hash:
        raise TextChangedError
    return words


def _marks(moderation: Moderation) -> tuple[Mark, ...]:
    return tuple(
        Mark(m["start"], m["end"], MarkKind(m["kind"]), Certainty(m["certainty"]))
        for m in moderation.marks
    )


def _check_redacted(words: str, marks: tuple[Mark, ...], shown: str) -> None:
    """Refuse what still tells what was marked, or an identifier that nobody marked before."""
    kinds = set(standing(words, marks, shown))
    kinds |= {mark.kind.value for mark in screen(shown).marks if mark.kind in IDENTIFIERS}
    if kinds:
        raise StillIdentifiesError(
            errors=[
                {"pointer": "#/text", "detail": f"Still holds: {kind}", "code": kind}
                for kind in sorted(kinds)
            ]
        )


async def _decide(
    session: AsyncSession,
    moderation: Moderation,
    status: ModerationStatus,
    by: Actor,
    reason: Reason | None = None,
    shown: str | None = None,
) -> None:
    await session.execute(
        update(ModerationDecision)
        .where(
            ModerationDecision.moderation_id == moderation.id,
            ModerationDecision.superseded.is_(False),
        )
        .values(superseded=True, updated_at=now(), version=ModerationDecision.version + 1)
    )
    moderation.status, moderation.reason, moderation.released_text = status, reason, shown
    moderation.decided_by, moderation.decided_at = by.id, now()
    moderation.version += 1
    session.add(
        ModerationDecision(
            moderation_id=moderation.id,
            text_hash=moderation.text_hash,
            status=status,
            reason=reason,
            released_text=shown,
            decided_by=by.id,
        )
    )
    await session.flush()
