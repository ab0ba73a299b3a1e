from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response, Security

from app.api import direct
from app.api.deps import (
    Door,
    IdempotencyKey,
    IfMatch,
    Session,
    WriteDoor,
    authenticate,
    created,
    json,
    keyed,
)
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.reimbursements.claims_schemas import (
    ClaimActionOut,
    ClaimFilters,
    ClaimHistory,
    ClaimItem,
    ClaimLines,
    ClaimList,
    ClaimNew,
    ClaimOut,
    ClaimSumFilters,
    ClaimSummary,
    Repetition,
    Submission,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.people.register.errors import PersonNotFoundError
from app.domain.people.supporters import service as supporters
from app.domain.reimbursements.choices.errors import ChoiceDeclinedError, ChoiceMissingError
from app.domain.reimbursements.claims import making, queries, service
from app.domain.reimbursements.claims.errors import (
    ActivityMissingError,
    ClaimDayError,
    ClaimDuplicateError,
    ClaimEmptyError,
    ClaimHandsError,
    ClaimLateError,
    ClaimNotFoundError,
    ClaimPartPaidError,
    ClaimStatusError,
    ClaimTotalError,
    ReceiptClaimedError,
    ReceiptMissingError,
    VouchersNotAllowedError,
)
from app.domain.reimbursements.flags import service as flags
from app.domain.reimbursements.rates.errors import LineHoursMissingError, RateMissingError
from app.domain.reimbursements.receipts.errors import (
    ReceiptNotFoundError,
    ReceiptQuarantinedError,
)

hot = direct.router_at("/reimbursements/claims", "reimbursements")
router = router_at("/reimbursements/claims", "reimbursements")

Reader = Annotated[Actor, Security(authenticate, scopes=["claims:read"])]
Writer = Annotated[Actor, Security(authenticate, scopes=["claims:write"])]
ITEM, FIELDS = tuple(ClaimItem.model_fields), tuple(ClaimOut.model_fields)
PRICED = (
    ChoiceMissingError,
    ChoiceDeclinedError,
    VouchersNotAllowedError,
    RateMissingError,
    LineHoursMissingError,
    ClaimDayError,
    ClaimDuplicateError,
    ClaimTotalError,
    ReceiptClaimedError,
    ReceiptNotFoundError,
    ReceiptQuarantinedError,
)
CHANGES = (
    ClaimNotFoundError,
    ClaimStatusError,
    PreconditionFailedError,
    PreconditionRequiredError,
)
SUBMITTED = (*CHANGES, *PRICED, ClaimEmptyError, ClaimHandsError, ReceiptMissingError)


@router.get("", response_model=ClaimList)
async def list_claims(
    actor: Reader, door: Door, filters: Annotated[ClaimFilters, Query()]
) -> Response:
    """List claims for activities one may see, newest first."""
    return json(await queries.find(door, ITEM, filters.page(), filters.filters(), to=actor))


@router.get("/summary", response_model=ClaimSummary)
async def sum_claims(
    actor: Reader, door: Door, filters: Annotated[ClaimSumFilters, Query()]
) -> Response:
    """Tell how many claims stand how, and what they come to."""
    told = filters.model_dump(exclude_none=True)
    return json(await queries.summary(door, told, to=actor))


@hot.post(
    "",
    status_code=201,
    response_model=ClaimOut,
    responses=responses(
        PersonNotFoundError, ActivityMissingError, *PRICED, IdempotencyMismatchError
    ),
)
async def make_claim(
    request: Request,
    actor: Writer,
    door: Door,
    write_door: WriteDoor,
    new: ClaimNew,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Begin a claim for a person, on their word; it is a draft until it is submitted."""
    key = await keyed(request, actor, idempotency_key)
    made = await making.make_for(door, write_door, new.model_dump(), key, FIELDS, by=actor)
    answer = json(made.body)
    answer.status_code = 201
    created(answer, f"/v1/reimbursements/claims/{made.id}", made.version, made)
    return answer


@router.get("/{claim_id:uuid}", response_model=ClaimOut, responses=responses(ClaimNotFoundError))
async def get_claim(actor: Reader, door: Door, claim_id: UUID) -> Response:
    """Read one claim with its lines, and who must do something next."""
    return json(*await queries.show(door, FIELDS, claim_id, to=actor))


@router.get("/{claim_id:uuid}/history", responses=responses(ClaimNotFoundError))
async def get_claim_history(actor: Reader, session: Session, claim_id: UUID) -> ClaimHistory:
    """Read what was done with a claim, by whom and when, oldest first."""
    found = await queries.get(session, claim_id, to=actor)
    acts = await queries.history(session, found)
    return ClaimHistory(items=[ClaimActionOut.of(each) for each in acts])


@router.put("/{claim_id:uuid}/lines", response_model=ClaimOut, responses=responses(*SUBMITTED))
async def change_claim_lines(
    actor: Writer, session: Session, match: IfMatch, claim_id: UUID, told: ClaimLines
) -> Response:
    """Put other lines in place of a claim's; what was certified and approved is void by it."""
    found = await queries.get(session, claim_id, to=actor)
    match.check(found.version)
    operation = "change_claim_lines"
    whose = await supporters.for_person(session, found.person_id, operation, by=actor)
    await flags.change(session, found, told.model_dump(), by=whose)
    return await shown(session, found.id, actor)


@router.post(
    "/{claim_id:uuid}/submission",
    response_model=ClaimOut,
    responses=responses(*SUBMITTED, ClaimLateError),
)
async def submit_claim(
    actor: Writer, session: Session, match: IfMatch, claim_id: UUID, told: Submission
) -> Response:
    """Hand a claim in for a person, on their word."""
    found = await queries.get(session, claim_id, to=actor)
    match.check(found.version)
    whose = await supporters.for_person(session, found.person_id, "submit_claim", by=actor)
    await flags.submit(session, found, by=whose, late_because=told.late_because)
    return await shown(session, found.id, actor)


@router.post(
    "/{claim_id:uuid}/withdrawal",
    response_model=ClaimOut,
    responses=responses(*CHANGES, ClaimPartPaidError),
)
async def withdraw_claim(
    actor: Writer, session: Session, match: IfMatch, claim_id: UUID
) -> Response:
    """Take a claim back for a person, on their word."""
    found = await queries.get(session, claim_id, to=actor)
    match.check(found.version)
    whose = await supporters.for_person(session, found.person_id, "withdraw_claim", by=actor)
    await service.withdraw(session, found, by=whose)
    return await shown(session, found.id, actor)


@router.post(
    "/{claim_id:uuid}/repetitions",
    status_code=201,
    response_model=ClaimList,
    responses=responses(ClaimNotFoundError, ActivityMissingError, *PRICED),
)
async def repeat_claim(
    actor: Writer, session: Session, claim_id: UUID, told: Repetition
) -> Response:
    """Begin the same claim for other days of the activity, as drafts."""
    found = await queries.get(session, claim_id, to=actor)
    whose = await supporters.for_person(session, found.person_id, "repeat_claim", by=actor)
    made = await service.repeat(session, found, told.days, by=whose)
    door = await statement.within(session)
    body = await queries.some(door, ITEM, [each.id for each in made])
    where = {"Location": f"/v1/reimbursements/claims/{made[0].id}"}
    return Response(body, status_code=201, headers=where, media_type="application/json")


async def shown(session: Session, claim_id: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, claim_id, to=actor))
