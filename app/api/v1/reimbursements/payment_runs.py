from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, File, Query, Request, Response, Security, UploadFile

from app.api.deps import Creation, Door, FieldKeys, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, TooLargeError, responses
from app.api.strict import router_at
from app.api.v1.reimbursements.claims import shown
from app.api.v1.reimbursements.claims_schemas import ClaimOut
from app.api.v1.reimbursements.payment_runs_schemas import (
    PaymentFilters,
    PaymentList,
    PaymentOut,
    PaymentRunFilters,
    PaymentRunList,
    PaymentRunNew,
    PaymentRunOut,
    Proof,
    ProofDays,
    Release,
    ResultsOut,
    RunProof,
    Waiting,
    WaitingList,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.core.keyring import KeysMissingError
from app.domain.reimbursements.claims import queries as claims
from app.domain.reimbursements.claims.errors import ClaimNotFoundError
from app.domain.reimbursements.layouts.errors import PaymentFileError, ResultFileError
from app.domain.reimbursements.payments import queries, results, service
from app.domain.reimbursements.payments.errors import (
    LayoutMissingError,
    PaymentNotReturnedError,
    PaymentResultsError,
    PaymentRunChangedError,
    PaymentRunEmptyError,
    PaymentRunNotFoundError,
    PaymentRunReleaserError,
    PaymentRunStatusError,
)
from app.domain.reimbursements.payments.service import Originator

LARGEST: Final = 6 * 1024**2
again = router_at("/reimbursements/claims", "reimbursements")
router = router_at("/reimbursements/payment-runs", "reimbursements", largest=LARGEST)

Reader = Annotated[Actor, Security(authenticate, scopes=["payments:read"])]
Maker = Annotated[Actor, Security(authenticate, scopes=["payments:create"])]
Releaser = Annotated[Actor, Security(authenticate, scopes=["payments:release"])]
FIELDS = tuple(PaymentRunOut.model_fields)
PAYMENT = tuple(PaymentOut.model_fields)
CHANGES = (
    PaymentRunNotFoundError,
    PaymentRunStatusError,
    PreconditionFailedError,
    PreconditionRequiredError,
)
FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    }
}
Csv = Annotated[
    UploadFile,
    File(
        description="CSV in UTF-8, at most 5 MiB: reference, outcome, day, reason_code, amount.",
        json_schema_extra={"format": "binary"},
    ),
]


async def _originator(request: Request) -> Originator:
    told = request.app.state.settings.payments
    return Originator(
        told.originator_name,
        told.originator_sort_code,
        told.originator_account,
        told.service_user_number,
    )


Payer = Annotated[Originator, Depends(_originator)]


@router.get("", response_model=PaymentRunList)
async def list_payment_runs(
    _: Reader, door: Door, filters: Annotated[PaymentRunFilters, Query()]
) -> Response:
    """List payment runs, newest first."""
    return json(await queries.find(door, FIELDS, filters.page(), filters.filters()))


@router.get("/waiting")
async def list_waiting_payments(_: Reader, session: Session) -> WaitingList:
    """Tell for each layout in use how many claims wait on its route, and how many can be paid."""
    found = await service.waiting(session)
    return WaitingList(items=[Waiting.model_validate(each, from_attributes=True) for each in found])


@router.get("/proof")
async def prove_payment_runs(
    _: Reader, session: Session, days: Annotated[ProofDays, Query()]
) -> Proof:
    """Prove the runs that arrive in these days: lines, file and ledger come to the same."""
    found = await queries.proof(session, days.first, days.last)
    return Proof(
        items=[RunProof.of(each) for each in found], holds=all(each.holds for each in found)
    )


@router.post(
    "",
    status_code=201,
    response_model=PaymentRunOut,
    responses=responses(
        LayoutMissingError,
        PaymentRunEmptyError,
        PaymentFileError,
        KeysMissingError,
        IdempotencyMismatchError,
    ),
)
async def make_payment_run(
    actor: Maker,
    session: Session,
    once: Creation,
    keys: FieldKeys,
    payer: Payer,
    new: PaymentRunNew,
) -> Response:
    """Take what waits on a route into a run, and write its file; somebody else releases it."""
    made = await once.do(
        lambda: service.make(session, new.route, new.layout, keys=keys, originator=payer, by=actor),
        lambda id_: queries.get(session, id_),
    )
    answer = await _shown(session, made.id)
    answer.status_code = 201
    created(answer, f"/v1/reimbursements/payment-runs/{made.id}", made.version, once)
    return answer


@router.get(
    "/{run_id:uuid}",
    response_model=PaymentRunOut,
    responses=responses(PaymentRunNotFoundError),
)
async def get_payment_run(_: Reader, door: Door, run_id: UUID) -> Response:
    """Read one run: what it pays, on which days, and what came of it."""
    return json(*await queries.show(door, FIELDS, run_id))


@router.get(
    "/{run_id:uuid}/payments",
    response_model=PaymentList,
    responses=responses(PaymentRunNotFoundError),
)
async def list_run_payments(
    _: Reader, door: Door, run_id: UUID, filters: Annotated[PaymentFilters, Query()]
) -> Response:
    """List what a run pays, newest first."""
    await queries.show(door, ("id",), run_id)
    told = {**filters.filters(), "run": run_id}
    return json(await queries.find_payments(door, PAYMENT, filters.page(), told))


@router.get(
    "/{run_id:uuid}/file",
    response_class=Response,
    responses={**responses(PaymentRunNotFoundError, KeysMissingError), **FILE},
)
async def download_payment_file(
    actor: Maker, session: Session, keys: FieldKeys, run_id: UUID
) -> Response:
    """Download a run's file: the same bytes each time, as the hash says."""
    found = await queries.get(session, run_id)
    content = await service.file(session, found, keys, by=actor)
    headers = {
        "Content-Disposition": f'attachment; filename="{found.file_name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.post(
    "/{run_id:uuid}/release",
    response_model=PaymentRunOut,
    responses=responses(*CHANGES, PaymentRunReleaserError, PaymentRunChangedError),
)
async def release_payment_run(
    actor: Releaser, session: Session, match: IfMatch, run_id: UUID, told: Release
) -> Response:
    """Let a run go out, as somebody who had no hand in it; `validate_only` changes nothing."""
    found = await queries.get(session, run_id)
    match.check(found.version)
    act = service.check_release if told.validate_only else service.release
    await act(session, found, by=actor)
    return await _shown(session, run_id)


@router.post("/{run_id:uuid}/void", response_model=PaymentRunOut, responses=responses(*CHANGES))
async def void_payment_run(
    actor: Maker, session: Session, match: IfMatch, run_id: UUID
) -> Response:
    """Let a run not go out; what it took waits again."""
    found = await queries.get(session, run_id)
    match.check(found.version)
    await service.void(session, found, by=actor)
    return await _shown(session, run_id)


@router.post(
    "/{run_id:uuid}/results",
    responses=responses(
        PaymentRunNotFoundError,
        PaymentRunStatusError,
        PaymentResultsError,
        ResultFileError,
        TooLargeError,
    ),
)
async def import_payment_results(
    actor: Maker, session: Session, run_id: UUID, file: Csv
) -> ResultsOut:
    """Take in what came of a run's payments, by reference: all lines or none.

    The same file once more changes nothing. What came back can be paid again once the payee is
    put right; of what is unknown a later file tells.
    """
    found = await queries.get(session, run_id)
    taken = await results.take(session, found, await file.read(), by=actor)
    return ResultsOut(paid=taken.paid, returned=taken.returned, unknown=taken.unknown)


@again.post(
    "/{claim_id:uuid}/retry",
    response_model=ClaimOut,
    responses=responses(
        ClaimNotFoundError,
        PaymentNotReturnedError,
        PreconditionFailedError,
        PreconditionRequiredError,
    ),
)
async def retry_claim_payment(
    actor: Maker, session: Session, match: IfMatch, claim_id: UUID
) -> Response:
    """Let what came back wait for the next run, once the payee was put right."""
    found = await claims.get(session, claim_id, to=actor)
    match.check(found.version)
    await results.retry(session, found, by=actor)
    return await shown(session, claim_id, actor)


async def _shown(session: Session, run_id: UUID) -> Response:
    return json(*await queries.show(await statement.within(session), FIELDS, run_id))
