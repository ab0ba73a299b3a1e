from uuid import UUID

from fastapi import Response

from app.api.deps import IfMatch, Session, created, json
from app.api.own import OwnCreation, OwnProfile
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.registers.needs_schemas import NeedNew, NeedOut, NeedPatch, NeedReview
from app.api.v1.registers.own import MATCHED, WHOSE
from app.core import statement
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
from app.domain.people.register.errors import PersonMergedError
from app.domain.people.register.models import Person

router = router_at("/registers/people/me/needs", "self")

FIELDS = tuple(NeedOut.model_fields)
SAYS = (NeedConceptError, NeedEmptyError, NeedFormatsError)
CHANGES = (*WHOSE, PersonMergedError, NeedNotFoundError, *MATCHED)


@router.post(
    "",
    status_code=201,
    response_model=NeedOut,
    responses=responses(
        *WHOSE, PersonMergedError, *SAYS, NeedReviewError, IdempotencyMismatchError
    ),
)
async def record_own_need(
    whose: OwnProfile, session: Session, begin: OwnCreation, new: NeedNew
) -> Response:
    """Tell what one needs to be told things; one's record shows it, and messages obey it."""
    person, once = await register.alone(session, whose.person), begin(whose)
    made = await once.do(
        lambda: service.record(session, person, new.model_dump()),
        lambda id_: queries.get(session, person, id_),
    )
    answer = await _shown(session, made.id, person)
    answer.status_code = 201
    created(answer, f"/v1/registers/people/me/needs/{made.id}", made.version, once)
    return answer


@router.get("/{need_id}", response_model=NeedOut, responses=responses(*WHOSE, NeedNotFoundError))
async def get_own_need(whose: OwnProfile, session: Session, need_id: UUID) -> Response:
    """Read one of one's own needs."""
    return await _shown(session, need_id, whose.person)


@router.patch("/{need_id}", response_model=NeedOut, responses=responses(*SAYS, *CHANGES))
async def change_own_need(
    whose: OwnProfile, session: Session, match: IfMatch, need_id: UUID, change: NeedPatch
) -> Response:
    """Correct a need, by JSON merge patch."""
    person = await register.alone(session, whose.person)
    need = await queries.get(session, person, need_id)
    match.check(need.version)
    await service.change(session, person, need, change.model_dump(exclude_unset=True))
    return await _shown(session, need.id, person)


@router.post(
    "/{need_id}/review", response_model=NeedOut, responses=responses(NeedReviewError, *CHANGES)
)
async def review_own_need(
    whose: OwnProfile, session: Session, match: IfMatch, need_id: UUID, told: NeedReview
) -> Response:
    """Say that a need still stands, and when to look at it again."""
    person = await register.alone(session, whose.person)
    need = await queries.get(session, person, need_id)
    match.check(need.version)
    await service.review(session, person, need, told.review_on)
    return await _shown(session, need.id, person)


@router.delete("/{need_id}", status_code=204, responses=responses(*CHANGES))
async def end_own_need(whose: OwnProfile, session: Session, match: IfMatch, need_id: UUID) -> None:
    """Take away a need that is no more."""
    person = await register.alone(session, whose.person)
    need = await queries.get(session, person, need_id)
    match.check(need.version)
    await service.end(session, person, need)


async def _shown(session: Session, need_id: UUID, person: Person) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, need_id, person))
