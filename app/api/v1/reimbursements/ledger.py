from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Door, Session, authenticate, json
from app.api.own import Oneself
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.reimbursements.ledger_schemas import (
    BudgetStatementHead,
    BudgetStatementOut,
    PostingFilters,
    PostingList,
    PostingOut,
    ProofFilters,
    ProofOut,
    StandingOut,
    StatementFilters,
    StatementHead,
    StatementLine,
    StatementOut,
    proved,
)
from app.core.actor import Actor
from app.core.clock import today
from app.domain.people.register import queries as register
from app.domain.people.register.errors import PersonNotFoundError
from app.domain.people.supporters.errors import NotBoundError, OwnRecordNotFoundError
from app.domain.reimbursements.budgets import queries as budgets
from app.domain.reimbursements.budgets.errors import BudgetNotFoundError
from app.domain.reimbursements.ledger import queries as books
from app.domain.reimbursements.ledger.errors import PostingNotFoundError
from app.domain.reimbursements.statements import queries
from app.domain.reimbursements.statements.queries import Time, Whole
from app.domain.reimbursements.vouchers import queries as vouchers

router = router_at("/reimbursements/ledger", "reimbursements")
own = router_at("/registers/people/me", "self")

Reader = Annotated[Actor, Security(authenticate, scopes=["ledger:read"])]
Filters = Annotated[StatementFilters, Query()]
FIELDS = tuple(PostingOut.model_fields)
LINES = tuple(StatementLine.model_fields)


@router.get("/postings", response_model=PostingList)
async def list_postings(
    actor: Reader, door: Door, filters: Annotated[PostingFilters, Query()]
) -> Response:
    """List postings with their entries, newest first: of budgets one may see, and of none."""
    page = await queries.find(door, FIELDS, filters.page(), filters.filters(), to=actor)
    return json(page)


@router.get(
    "/postings/{posting_id:uuid}",
    response_model=PostingOut,
    responses=responses(PostingNotFoundError),
)
async def get_posting(actor: Reader, door: Door, posting_id: UUID) -> Response:
    """Read one posting."""
    return json(*await queries.show(door, FIELDS, posting_id, to=actor))


@router.get(
    "/budgets/{budget_id:uuid}",
    response_model=BudgetStatementOut,
    responses=responses(BudgetNotFoundError),
)
async def get_budget_statement(
    actor: Reader, session: Session, budget_id: UUID, filters: Filters
) -> Response:
    """Tell what a budget came to in a time: how it stood before and after, and each entry."""
    found = await budgets.get(session, budget_id, to=actor)
    whole = await queries.of_budget(session, LINES, filters.page(), found, _time(filters))
    sums = {"amount_pence": found.amount_pence, "left_pence": found.left_pence}
    return _joined(BudgetStatementHead(budget_id=found.id, **sums, **_told(filters, whole)), whole)


@router.get(
    "/people/{person_id:uuid}",
    response_model=StatementOut,
    responses=responses(PersonNotFoundError),
)
async def get_person_statement(
    actor: Reader, session: Session, person_id: UUID, filters: Filters
) -> Response:
    """Tell what was approved for a person and paid to them in a time."""
    found = await register.get(session, person_id, to=actor)
    whole = await queries.of_person(session, LINES, filters.page(), found, _time(filters))
    return _joined(StatementHead(**_told(filters, whole)), whole)


@router.get("/proof")
async def prove_ledger(
    _: Reader, session: Session, filters: Annotated[ProofFilters, Query()]
) -> ProofOut:
    """Prove that the books balance: every account's sums, and that all of them are nothing."""
    proof = await books.proof(session, filters.on or today())
    worth = sum(value * count for value, count in (await vouchers.stock(session)).items())
    return proved(proof, list(await budgets.differing(session)), worth)


@own.get(
    "/statement",
    response_model=StatementOut,
    responses=responses(OwnRecordNotFoundError, NotBoundError),
)
async def get_own_statement(whose: Oneself, session: Session, filters: Filters) -> Response:
    """Read what was approved for oneself and paid in a time."""
    told = _time(filters)
    whole = await queries.of_person(session, LINES, filters.page(), whose.person, told)
    return _joined(StatementHead(**_told(filters, whole)), whole)


def _time(filters: StatementFilters) -> Time:
    return Time(filters.day_from, filters.day_to or today())


def _told(filters: StatementFilters, whole: Whole) -> dict[str, object]:
    told = _time(filters)
    return {
        "day_from": told.day_from,
        "day_to": told.day_to,
        "opening": StandingOut.of(whole.opening),
        "closing": StandingOut.of(whole.closing),
    }


def _joined(head: StatementHead, whole: Whole) -> Response:
    """Put the head before the page that PostgreSQL wrote."""
    return json(head.model_dump_json().encode()[:-1] + b"," + whole.page[1:])
