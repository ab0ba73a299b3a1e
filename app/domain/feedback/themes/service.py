"""Commands: a person codes, a model is stored, a model is let propose."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import jobs
from app.core.actor import Actor
from app.core.clock import now
from app.domain.feedback.models import FeedbackResponse
from app.domain.feedback.parts import parts
from app.domain.feedback.themes import classifier, queries, recording
from app.domain.feedback.themes.classifier import Trained
from app.domain.feedback.themes.coding import fingerprint
from app.domain.feedback.themes.errors import (
    ModelNotFoundError,
    ModelUnusableError,
    PartNotFoundError,
)
from app.domain.feedback.themes.framework import CURRENT, VERSION
from app.domain.feedback.themes.models import ThemeModel, ThemeModelFile
from app.domain.feedback.themes.recording import Judgement

RECODE = "recode_themes"
_SEEN_TO_LOAD: set[UUID] = set()


async def to_code(session: AsyncSession, response_id: UUID, *, by: Actor) -> FeedbackResponse:
    """Load a response with nobody else changing it; raises ResponseNotFoundError."""
    await recording.take_pen(session)
    return await queries.response(session, response_id, to=by)


async def code(
    session: AsyncSession,
    response: FeedbackResponse,
    part: str,
    themes: Sequence[str],
    sentiment: int | None,
    *,
    by: Actor,
) -> None:
    """Say what a part is about, over whatever was said before.

    Raises PartNotFoundError, and InvalidError for themes that cannot be used.
    """
    texts = parts(response.comment_good, response.comment_better, response.texts)
    if part not in texts:
        raise PartNotFoundError
    judgement = Judgement(
        response.id,
        part,
        fingerprint(texts[part]),
        CURRENT.check(themes),
        sentiment,
        actor_id=by.id,
    )
    await recording.record(session, [judgement])


async def store(
    session: AsyncSession, trained: Trained, *, trained_on: str, trained_by: str
) -> ThemeModel:
    """Keep a model with where it comes from; it proposes nothing until it is activated."""
    stored = ThemeModel(
        framework=VERSION,
        format=trained.format,
        libraries=trained.libraries,
        trained_on=trained_on,
        examples=trained.examples,
        themes=list(trained.themes),
        scores=trained.scores,
        trained_by=trained_by,
        sha256=trained.sha256,
        size=len(trained.packed),
    )
    session.add(stored)
    await session.flush()
    session.add(ThemeModelFile(model_id=stored.id, bytes=trained.packed))
    await session.flush()
    return stored


async def load(session: AsyncSession, model: ThemeModel) -> classifier.Proposing:
    """Give the classifier of a model; raises ModelUnusableError, ThemesNotInstalledError."""
    if model.framework != VERSION:
        raise ModelUnusableError("It speaks another version of the framework", reason="framework")
    file = await session.get(ThemeModelFile, model.id)
    if file is None:
        raise ModelUnusableError("Its file is gone", reason="unreadable")
    return await asyncio.to_thread(classifier.load, file.bytes, model.sha256)


async def usable(session: AsyncSession) -> ThemeModel:
    """Give the model that proposes, once it is seen to load.

    Raises ModelNotFoundError, ModelUnusableError, ThemesNotInstalledError.
    """
    model = await queries.active(session)
    if model is None:
        raise ModelNotFoundError
    if model.id not in _SEEN_TO_LOAD:
        await load(session, model)
        _SEEN_TO_LOAD.add(model.id)
    return model


async def activate(session: AsyncSession, model_id: UUID, *, owner_id: UUID) -> ThemeModel:
    """Let a model propose from now on, and promise that what nobody has coded is looked at.

    Raises ModelNotFoundError, ModelUnusableError, ThemesNotInstalledError.
    """
    model = await queries.model(session, model_id)
    await load(session, model)
    await deactivate(session)
    model.active, model.activated_at = True, now()
    await session.flush()
    await jobs.enqueue(session, jobs.Job(kind=RECODE, owner_id=owner_id))
    return model


async def deactivate(session: AsyncSession) -> None:
    """Let no model propose."""
    model = await queries.active(session)
    if model is not None:
        model.active, model.activated_at = False, None
        await session.flush()
