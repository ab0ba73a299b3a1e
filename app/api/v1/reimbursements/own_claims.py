from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from app.api.deps import IfMatch, Session, created, json
from app.api.own import OwnClaims, OwnCreation
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.registers.own import WHOSE
from app.api.v1.reimbursements.claims import CHANGES, FIELDS, ITEM, PRICED, SUBMITTED
from app.api.v1.reimbursements.claims_schemas import (
    ClaimActionOut,
    ClaimHistory,
    ClaimLines,
    ClaimList,
    ClaimOut,
    OwnClaimFilters,
    OwnClaimNew,
    Repetition,
)
from app.core import statement
from app.core.idempotency import IdempotencyMismatchError
from app.domain.people.register.models import Person
from app.domain.reimbursements.claims import queries, service
from app.domain.reimbursements.claims.errors import (
    ActivityMissingError,
    ClaimLateError,
    ClaimNotFoundError,
    ClaimPartPaidError,
)
from app.domain.reimbursements.flags import service as flags

router = router_at("/registers/people/me/claims", "self")


@router.get("", response_model=ClaimList, responses=responses(*WHOSE))
async def list_own_claims(
    whose: OwnClaims, session: Session, filters: Annotated[OwnClaimFilters, Query()]
) -> Response:
    """List one's own claims, newest first: where each stands, and who has it since when."""
    door, page = await statement.within(session), filters.page()
    return json(await queries.find_own(door, ITEM, page, filters.filters(), whose.person))


@router.post(
    "",
    status_code=201,
    response_model=ClaimOut,
    responses=responses(*WHOSE, ActivityMissingError, *PRICED, IdempotencyMismatchError),
)
async def make_own_claim(
    whose: OwnClaims, session: Session, begin: OwnCreation, new: OwnClaimNew
) -> Response:
    """Begin a claim for an activity; it is a draft until it is submitted."""
    once = begin(whose)
    made = await once.do(
        lambda: service.make(session, new.model_dump(), by=whose),
        lambda id_: queries.get_own(session, id_, whose.person),
    )
    answer = await _shown(session, made.id, whose.person)
    answer.status_code = 201
    created(answer, f"/v1/registers/people/me/claims/{made.id}", made.version, once)
    return answer


@router.get("/{claim_id}", response_model=ClaimOut, responses=responses(*WHOSE, ClaimNotFoundError))
async def get_own_claim(whose: OwnClaims, session: Session, claim_id: UUID) -> Response:
    """Read one of one's own claims with its lines."""
    return await _shown(session, claim_id, whose.person)


@router.get("/{claim_id}/history", responses=responses(*WHOSE, ClaimNotFoundError))
async def get_own_claim_history(whose: OwnClaims, session: Session, claim_id: UUID) -> ClaimHistory:
    """Read what was done with one's claim and when, oldest first."""
    found = await queries.get_own(session, claim_id, whose.person)
    acts = await queries.history(session, found)
    return ClaimHistory(items=[ClaimActionOut.of(each) for each in acts])


@router.put("/{claim_id}/lines", response_model=ClaimOut, responses=responses(*WHOSE, *SUBMITTED))
async def change_own_claim_lines(
    whose: OwnClaims, session: Session, match: IfMatch, claim_id: UUID, told: ClaimLines
) -> Response:
    """Put other lines in place of those of a claim; it is looked at anew from the start."""
    found = await queries.get_own(session, claim_id, whose.person)
    match.check(found.version)
    await flags.change(session, found, told.model_dump(), by=whose)
    return await _shown(session, found.id, whose.person)


@router.post(
    "/{claim_id}/submission",
    response_model=ClaimOut,
    responses=responses(*WHOSE, *SUBMITTED, ClaimLateError),
)
async def submit_own_claim(
    whose: OwnClaims, session: Session, match: IfMatch, claim_id: UUID
) -> Response:
    """Hand a claim in."""
    found = await queries.get_own(session, claim_id, whose.person)
    match.check(found.version)
    await flags.submit(session, found, by=whose)
    return await _shown(session, found.id, whose.person)


@router.post(
    "/{claim_id}/withdrawal",
    response_model=ClaimOut,
    responses=responses(*WHOSE, *CHANGES, ClaimPartPaidError),
)
async def withdraw_own_claim(
    whose: OwnClaims, session: Session, match: IfMatch, claim_id: UUID
) -> Response:
    """Take a claim back."""
    found = await queries.get_own(session, claim_id, whose.person)
    match.check(found.version)
    await service.withdraw(session, found, by=whose)
    return await _shown(session, found.id, whose.person)


@router.post(
    "/{claim_id}/repetitions",
    status_code=201,
    response_model=ClaimList,
    responses=responses(*WHOSE, ClaimNotFoundError, ActivityMissingError, *PRICED),
)
async def repeat_own_claim(
    whose: OwnClaims, session: Session, claim_id: UUID, told: Repetition
) -> Response:
    """Begin the same claim for other days of the activity, as drafts."""
    found = await queries.get_own(session, claim_id, whose.person)
    made = await service.repeat(session, found, told.days, by=whose)
    door = await statement.within(session)
    body = await queries.some(door, ITEM, [each.id for each in made])
    where = {"Location": f"/v1/registers/people/me/claims/{made[0].id}"}
    return Response(body, status_code=201, headers=where, media_type="application/json")


async def _shown(session: Session, claim_id: UUID, person: Person) -> Response:
    door = await statement.within(session)
    return json(*await queries.show_own(door, FIELDS, claim_id, person))
