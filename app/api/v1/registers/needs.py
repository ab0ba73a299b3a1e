from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.needs_schemas import (
    NeedFilters,
    NeedFound,
    NeedList,
    NeedNew,
    NeedOut,
    NeedPatch,
    NeedReview,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.people.needs import queries, service
from app.domain.people.needs.errors import (
    NeedConceptError,
    NeedEmptyError,
    NeedFormatsError,
    NeedNotFoundError,
    NeedReviewError,
)
from app.domain.people.register import queries as register
from app.domain.people.register.errors import (
    PersonHeldError,
    PersonMergedError,
    PersonNotFoundError,
)
from app.domain.people.register.models import Person

router = router_at("/registers", "registers")

Reader = Annotated[Actor, Security(authenticate, scopes=["registers:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["registers:manage"])]
FIELDS, FOUND = tuple(NeedOut.model_fields), tuple(NeedFound.model_fields)
SAYS = (NeedConceptError, NeedEmptyError, NeedFormatsError)
CHANGES = (
    PersonNotFoundError,
    PersonMergedError,
    NeedNotFoundError,
    PreconditionFailedError,
    PreconditionRequiredError,
)


@router.get("/needs", response_model=NeedList)
async def list_needs(
    actor: Reader, door: Door, filters: Annotated[NeedFilters, Query()]
) -> Response:
    """List what people on the register need, newest first: those whose review is overdue, say.

    A key that is limited to directorates sees the needs of those whom it sees.
    """
    return json(await queries.find(door, FOUND, filters.page(), filters.filters(), to=actor))


@router.post(
    "/people/{person_id}/needs",
    status_code=201,
    response_model=NeedOut,
    responses=responses(
        PersonNotFoundError, PersonMergedError, *SAYS, NeedReviewError, IdempotencyMismatchError
    ),
)
async def record_person_need(
    actor: Keeper, session: Session, once: Creation, person_id: UUID, new: NeedNew
) -> Response:
    """Note what a person needs, as talked through today; their record shows it from now on.

    A message in a format or language that does not meet all of a person's needs is refused.
    """
    person = await register.get(session, person_id, to=actor, lock=True)
    made = await once.do(
        lambda: service.record(session, person, new.model_dump()),
        lambda id_: queries.get(session, person, id_),
    )
    answer = await _shown(session, made.id, person)
    answer.status_code = 201
    created(answer, f"/v1/registers/people/{person.id}/needs/{made.id}", made.version, once)
    return answer


@router.get(
    "/people/{person_id}/needs/{need_id}",
    response_model=NeedOut,
    responses=responses(PersonNotFoundError, NeedNotFoundError),
)
async def get_person_need(
    actor: Reader, session: Session, person_id: UUID, need_id: UUID
) -> Response:
    """Read one of a person's needs."""
    return await _shown(session, need_id, await register.get(session, person_id, to=actor))


@router.patch(
    "/people/{person_id}/needs/{need_id}",
    response_model=NeedOut,
    responses=responses(*SAYS, *CHANGES),
)
async def change_person_need(
    actor: Keeper,
    session: Session,
    match: IfMatch,
    person_id: UUID,
    need_id: UUID,
    change: NeedPatch,
) -> Response:
    """Correct a need, by JSON merge patch."""
    person = await register.get(session, person_id, to=actor, lock=True)
    need = await queries.get(session, person, need_id)
    match.check(need.version)
    await service.change(session, person, need, change.model_dump(exclude_unset=True))
    return await _shown(session, need.id, person)


@router.post(
    "/people/{person_id}/needs/{need_id}/review",
    response_model=NeedOut,
    responses=responses(NeedReviewError, *CHANGES),
)
async def review_person_need(
    actor: Keeper,
    session: Session,
    match: IfMatch,
    person_id: UUID,
    need_id: UUID,
    told: NeedReview,
) -> Response:
    """Note that a need was talked through today and still stands, and when to do so again."""
    person = await register.get(session, person_id, to=actor, lock=True)
    need = await queries.get(session, person, need_id)
    match.check(need.version)
    await service.review(session, person, need, told.review_on)
    return await _shown(session, need.id, person)


@router.delete(
    "/people/{person_id}/needs/{need_id}",
    status_code=204,
    responses=responses(PersonHeldError, *CHANGES),
)
async def end_person_need(
    actor: Keeper, session: Session, match: IfMatch, person_id: UUID, need_id: UUID
) -> None:
    """Take away a need that is no more, or never was."""
    person = await register.get(session, person_id, to=actor, lock=True)
    need = await queries.get(session, person, need_id)
    match.check(need.version)
    await service.end(session, person, need)


async def _shown(session: Session, need_id: UUID, person: Person) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, need_id, person))
