from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Door, IfMatch, Session, authenticate, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.feedback.moderation_schemas import (
    EscalationNew,
    ModerationOut,
    Queue,
    QueueFilters,
    QueueItem,
    RedactionNew,
    Released,
    ReleaseMany,
    Skipped,
    WithholdingNew,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.domain.feedback.moderation import queries, service
from app.domain.feedback.moderation.errors import (
    DoNotPublishError,
    ModerationNotFoundError,
    StillIdentifiesError,
    TextChangedError,
)

# `:uuid` in paths: `releases` is no id, and takes only its own method.
router = router_at("/feedback/moderation", "moderation")

Moderator = Annotated[Actor, Security(authenticate, scopes=["feedback:moderate"])]
FIELDS = tuple(ModerationOut.model_fields)
SHOWN = tuple(QueueItem.model_fields)
DECISIONS = (ModerationNotFoundError, PreconditionFailedError, PreconditionRequiredError)


@router.get("", response_model=Queue)
async def list_moderation(
    actor: Moderator, door: Door, filters: Annotated[QueueFilters, Query()]
) -> Response:
    """List texts that wait for a decision: those that likely tell of harm first, then the oldest.

    Shown to the public is only what a person or the trust's rule released; the rule is in
    `/v1/feedback/policy`. Staff with their team's comments read them meanwhile, masked.
    """
    return json(await queries.queue(door, SHOWN, filters.limit, filters.filters(), to=actor))


@router.post("/releases")
async def release_texts(actor: Moderator, session: Session, asked: ReleaseMany) -> Released:
    """Release those of a page of texts that wait and in which nothing is marked.

    Each comes with the version that was read; what is marked, changed or decided meanwhile is
    told and stays as it is. Asking again does no harm.
    """
    versions = {item.id: item.version for item in asked.items}
    passed = await service.release_many(session, versions, by=actor)
    skipped = [Skipped(id=id_, problem=why) for id_, why in passed.skipped.items()]
    return Released(released=passed.released, skipped=skipped)


@router.get(
    "/{moderation_id:uuid}",
    response_model=ModerationOut,
    responses=responses(ModerationNotFoundError),
)
async def get_moderation(actor: Moderator, door: Door, moderation_id: UUID) -> Response:
    """Read one text with its marks, what is proposed, and what was decided of it so far."""
    return json(*await queries.one(door, FIELDS, moderation_id, to=actor))


@router.post(
    "/{moderation_id:uuid}/release",
    response_model=ModerationOut,
    responses=responses(DoNotPublishError, TextChangedError, *DECISIONS),
)
async def release_text(
    actor: Moderator, session: Session, match: IfMatch, moderation_id: UUID
) -> Response:
    """Show a text as it was written; nobody can where its author asked otherwise."""
    found = await queries.get(session, moderation_id, to=actor)
    match.check(found.version)
    await service.release(session, found, by=actor)
    return await _shown(session, actor, moderation_id)


@router.post(
    "/{moderation_id:uuid}/redaction",
    response_model=ModerationOut,
    responses=responses(DoNotPublishError, TextChangedError, StillIdentifiesError, *DECISIONS),
)
async def redact_text(
    actor: Moderator, session: Session, match: IfMatch, moderation_id: UUID, new: RedactionNew
) -> Response:
    """Show another text in its place: your own, or the proposed one.

    It is screened again, and refused where an identifier stands in it, unless `confirmed`.
    """
    found = await queries.get(session, moderation_id, to=actor)
    match.check(found.version)
    await service.redact(session, found, new.redaction(), by=actor)
    return await _shown(session, actor, moderation_id)


@router.post(
    "/{moderation_id:uuid}/withholding",
    response_model=ModerationOut,
    responses=responses(*DECISIONS),
)
async def withhold_text(
    actor: Moderator, session: Session, match: IfMatch, moderation_id: UUID, new: WithholdingNew
) -> Response:
    """Do not show a text to the public, and say why."""
    found = await queries.get(session, moderation_id, to=actor)
    match.check(found.version)
    await service.withhold(session, found, new.reason, by=actor)
    return await _shown(session, actor, moderation_id)


@router.post(
    "/{moderation_id:uuid}/escalation",
    response_model=ModerationOut,
    responses=responses(*DECISIONS),
)
async def escalate_text(
    actor: Moderator, session: Session, match: IfMatch, moderation_id: UUID, new: EscalationNew
) -> Response:
    """Tell the named contact at once that a text needs them, and do not show it.

    The message tells where to look and nothing that was written. The escalation is listed until
    somebody acknowledges it; where no contact is named it is `unreached`, and listed first.
    """
    found = await queries.get(session, moderation_id, to=actor)
    match.check(found.version)
    await service.escalate(session, found, new.new(), by=actor)
    return await _shown(session, actor, moderation_id)


async def _shown(session: Session, actor: Actor, moderation_id: UUID) -> Response:
    door = await statement.within(session)
    return json(*await queries.one(door, FIELDS, moderation_id, to=actor))
