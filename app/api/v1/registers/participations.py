from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.participations_schemas import (
    Asking,
    FeedbackNew,
    MatchFilters,
    MatchList,
    ParticipationFilters,
    ParticipationList,
    ParticipationOut,
    ParticipationStatusNew,
    matches,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError, Once
from app.domain.involvement import matching
from app.domain.involvement.opportunities import queries as opportunities
from app.domain.involvement.opportunities.errors import (
    OpportunityFullError,
    OpportunityNotFoundError,
    OpportunityStatusError,
)
from app.domain.involvement.participation import queries, service
from app.domain.involvement.participation.errors import (
    GatesMissingError,
    ParticipationExistsError,
    ParticipationNotFoundError,
    ParticipationStatusError,
)
from app.domain.involvement.participation.models import Participation, Side
from app.domain.people.register import queries as people
from app.domain.people.register.errors import (
    PersonMergedError,
    PersonNotFoundError,
    PersonStatusError,
)

router = router_at("/registers", "registers")

Reader = Annotated[Actor, Security(authenticate, scopes=["registers:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["registers:opportunities"])]
FIELDS = tuple(ParticipationOut.model_fields)
BEGINS = (
    OpportunityNotFoundError,
    OpportunityStatusError,
    PersonNotFoundError,
    PersonMergedError,
    PersonStatusError,
    ParticipationExistsError,
    IdempotencyMismatchError,
)
CHANGES = (
    ParticipationNotFoundError,
    ParticipationStatusError,
    PreconditionFailedError,
    PreconditionRequiredError,
)


@router.get(
    "/opportunities/{opportunity_id}/matches",
    response_model=MatchList,
    responses=responses(OpportunityNotFoundError),
)
async def list_matches(
    actor: Reader, session: Session, opportunity_id: UUID, filters: Annotated[MatchFilters, Query()]
) -> Response:
    """List who fits an opportunity and why, who has not been asked for longest first.

    Who fits is active, was neither invited nor applied yet, has the check and the courses it
    requires, shares one of its pathways and one of its skills or interests where it names any, and
    can come to one of its times, or told no availability.
    """
    place, limit = filters.place(), filters.limit
    found = await matching.find(session, opportunity_id, place, limit, to=actor)
    return json(matches(*found))


@router.post(
    "/opportunities/{opportunity_id}/applications",
    status_code=201,
    response_model=ParticipationOut,
    responses=responses(*BEGINS),
)
async def apply_for_opportunity(
    actor: Keeper, session: Session, once: Creation, opportunity_id: UUID, told: Asking
) -> Response:
    """Take a person's application; what they lack is asked for when they are accepted."""
    opportunity = await opportunities.get(session, opportunity_id, to=actor)
    person = await people.get(session, told.person_id, to=actor)
    made = await once.do(
        lambda: service.apply(session, opportunity, person, by=actor),
        lambda id_: queries.get(session, id_, to=actor),
    )
    return await _made(session, made, actor, once)


@router.post(
    "/opportunities/{opportunity_id}/invitations",
    status_code=201,
    response_model=ParticipationOut,
    responses=responses(*BEGINS),
)
async def invite_to_opportunity(
    actor: Keeper, session: Session, once: Creation, opportunity_id: UUID, told: Asking
) -> Response:
    """Invite a person; from now on they were asked more lately than others."""
    opportunity = await opportunities.to_change(session, opportunity_id, to=actor)
    person = await people.get(session, told.person_id, to=actor)
    made = await once.do(
        lambda: service.invite(session, opportunity, person, by=actor),
        lambda id_: queries.get(session, id_, to=actor),
    )
    return await _made(session, made, actor, once)


@router.get("/participations", response_model=ParticipationList)
async def list_participations(
    actor: Reader, door: Door, filters: Annotated[ParticipationFilters, Query()]
) -> Response:
    """List who was asked to take part in what or asked to, and what came of it, newest first."""
    page = await queries.find(door, FIELDS, filters.page(), filters.filters(), to=actor)
    return json(page)


@router.get(
    "/participations/{participation_id}",
    response_model=ParticipationOut,
    responses=responses(ParticipationNotFoundError),
)
async def get_participation(actor: Reader, door: Door, participation_id: UUID) -> Response:
    """Read one participation."""
    return json(*await queries.show(door, FIELDS, participation_id, to=actor))


@router.put(
    "/participations/{participation_id}/status",
    response_model=ParticipationOut,
    responses=responses(
        OpportunityNotFoundError,
        OpportunityStatusError,
        OpportunityFullError,
        GatesMissingError,
        *CHANGES,
    ),
)
async def set_participation_status(
    actor: Keeper,
    session: Session,
    match: IfMatch,
    participation_id: UUID,
    told: ParticipationStatusNew,
) -> Response:
    """Accept, decline or withdraw; note who came, and what is completed.

    Being accepted takes one of the places, and needs the check and the courses that the
    opportunity requires: `missing` names those that the person lacks.
    """
    found = await queries.get(session, participation_id, to=actor)
    match.check(found.version)
    await service.turn(session, found, told.status, told.reason, by=actor)
    return await _shown(session, found.id, actor)


@router.put(
    "/participations/{participation_id}/feedback/{side}",
    response_model=ParticipationOut,
    responses=responses(*CHANGES),
)
async def set_participation_feedback(
    actor: Keeper,
    session: Session,
    match: IfMatch,
    participation_id: UUID,
    side: Side,
    told: FeedbackNew,
) -> Response:
    """Note what a person who took part says of it, or what the person was told once decided."""
    found = await queries.get(session, participation_id, to=actor)
    match.check(found.version)
    await service.feed_back(session, found, side, told.words, by=actor)
    return await _shown(session, found.id, actor)


async def _made(session: Session, made: Participation, actor: Actor, once: Once) -> Response:
    answer = await _shown(session, made.id, actor)
    answer.status_code = 201
    created(answer, f"/v1/registers/participations/{made.id}", made.version, once)
    return answer


async def _shown(session: Session, participation_id: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, participation_id, to=actor))
