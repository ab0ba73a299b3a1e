from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.mentoring_schemas import (
    MentoringEnd,
    MentoringFilters,
    MentoringMeetingNew,
    MentoringPairList,
    MentoringPairNew,
    MentoringPairOut,
    MentoringPairPatch,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.involvement.mentoring import queries, service
from app.domain.involvement.mentoring.errors import (
    MentoringDayError,
    MentoringEndedError,
    MentoringMeetingTakenError,
    MentoringOverlapError,
    MentoringPairNotFoundError,
)
from app.domain.involvement.naming.errors import DayInFutureError, StaffUnknownError
from app.domain.people.register.errors import PersonMergedError, PersonNotFoundError

router = router_at("/registers/mentoring", "registers")

Reader = Annotated[Actor, Security(authenticate, scopes=["registers:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["registers:manage"])]
FIELDS = tuple(MentoringPairOut.model_fields)
GOING = (MentoringPairNotFoundError, MentoringEndedError, MentoringDayError)
CHANGES = (*GOING, PreconditionFailedError, PreconditionRequiredError)


@router.get("", response_model=MentoringPairList)
async def list_mentoring_pairs(
    actor: Reader, door: Door, filters: Annotated[MentoringFilters, Query()]
) -> Response:
    """List the pairs of reverse mentoring whose mentor you may see, newest first."""
    page = await queries.find(door, FIELDS, filters.page(), filters.filters(), to=actor)
    return json(page)


@router.post(
    "",
    status_code=201,
    response_model=MentoringPairOut,
    responses=responses(
        PersonNotFoundError,
        PersonMergedError,
        StaffUnknownError,
        MentoringOverlapError,
        IdempotencyMismatchError,
    ),
)
async def create_mentoring_pair(
    actor: Keeper, session: Session, once: Creation, new: MentoringPairNew
) -> Response:
    """Let a person of the register be the mentor of a member of staff."""
    made = await once.do(
        lambda: service.pair(session, new.model_dump(), by=actor),
        lambda id_: queries.get(session, id_, to=actor),
    )
    answer = await _shown(session, made.id, actor)
    answer.status_code = 201
    created(answer, f"/v1/registers/mentoring/{made.id}", made.version, once)
    return answer


@router.get(
    "/{pair_id:uuid}",
    response_model=MentoringPairOut,
    responses=responses(MentoringPairNotFoundError),
)
async def get_mentoring_pair(actor: Reader, door: Door, pair_id: UUID) -> Response:
    """Read one pair, and when it met."""
    return json(*await queries.show(door, FIELDS, pair_id, to=actor))


@router.patch(
    "/{pair_id:uuid}",
    response_model=MentoringPairOut,
    responses=responses(MentoringOverlapError, *CHANGES),
)
async def change_mentoring_pair(
    actor: Keeper, session: Session, match: IfMatch, pair_id: UUID, change: MentoringPairPatch
) -> Response:
    """Correct a pair's goals or its start, by JSON merge patch."""
    found = await queries.get(session, pair_id, to=actor)
    match.check(found.version)
    await service.change(session, found, change.model_dump(exclude_unset=True))
    return await _shown(session, found.id, actor)


@router.post(
    "/{pair_id:uuid}/meetings",
    status_code=201,
    response_model=MentoringPairOut,
    responses=responses(
        *GOING, DayInFutureError, MentoringMeetingTakenError, IdempotencyMismatchError
    ),
)
async def add_mentoring_meeting(
    actor: Keeper, session: Session, once: Creation, pair_id: UUID, new: MentoringMeetingNew
) -> Response:
    """Note that a pair met on a day; answers the pair."""
    found = await queries.get(session, pair_id, to=actor)
    await once.do(
        lambda: service.meet(session, found, new.met_on, new.note),
        lambda id_: queries.meeting(session, found, id_),
    )
    answer = await _shown(session, found.id, actor)
    answer.status_code = 201
    created(answer, f"/v1/registers/mentoring/{found.id}", found.version, once)
    return answer


@router.put(
    "/{pair_id:uuid}/end",
    response_model=MentoringPairOut,
    responses=responses(DayInFutureError, *CHANGES),
)
async def end_mentoring_pair(
    actor: Keeper, session: Session, match: IfMatch, pair_id: UUID, told: MentoringEnd
) -> Response:
    """End a pair, and tell what was learned."""
    found = await queries.get(session, pair_id, to=actor)
    match.check(found.version)
    await service.end(session, found, told.ended_on, told.learning)
    return await _shown(session, found.id, actor)


async def _shown(session: Session, pair_id: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, pair_id, to=actor))
