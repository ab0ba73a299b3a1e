from collections.abc import AsyncIterator, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security
from fastapi.responses import StreamingResponse

from app.api.deps import Paging, Session, authenticate, json
from app.api.own import Oneself
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.reimbursements.tax_years_schemas import CSV, AnnualReturnOut, TaxYearOut, Year
from app.core.actor import Actor
from app.core.errors import ForbiddenError
from app.domain.people.register import queries as register
from app.domain.people.register.errors import PersonNotFoundError
from app.domain.people.supporters.errors import NotBoundError, OwnRecordNotFoundError
from app.domain.reimbursements.tax_years import queries, service
from app.domain.reimbursements.tax_years.errors import TaxYearNotFoundError
from app.domain.reimbursements.tax_years.queries import Cell
from app.reports import sheets
from app.reports.sheets import Format

router = router_at("/reimbursements/tax-years", "reimbursements")
own = router_at("/registers/people/me/tax-years", "self")

Reader = Annotated[Actor, Security(authenticate, scopes=["payments:read"])]
Payroll = Annotated[Actor, Security(authenticate, scopes=["payments:read", "payees:read"])]
_OWN = responses(OwnRecordNotFoundError, NotBoundError, TaxYearNotFoundError)


@router.get(
    "/{year}/people/{person_id:uuid}",
    responses=responses(PersonNotFoundError, TaxYearNotFoundError),
)
async def get_tax_year(actor: Reader, session: Session, year: Year, person_id: UUID) -> TaxYearOut:
    """Tell what somebody was paid in a tax year, with the records merged into theirs."""
    person = await register.get(session, person_id, to=actor)
    return TaxYearOut.of(await queries.of_person(session, person, year))


@router.get(
    "/{year}/people/{person_id:uuid}/export",
    response_class=StreamingResponse,
    responses={**responses(PersonNotFoundError, TaxYearNotFoundError), **CSV},
)
async def export_tax_year(actor: Reader, session: Session, year: Year, person_id: UUID) -> Response:
    """Download the same as CSV: the sums first, then each payment."""
    person = await register.get(session, person_id, to=actor)
    told = queries.lines(await queries.of_person(session, person, year))
    return await _file(f"tax-year-{year}", queries.HEADER, _one(told))


@router.get(
    "/{year}/return",
    response_model=AnnualReturnOut,
    responses=responses(ForbiddenError, TaxYearNotFoundError),
)
async def get_annual_return(
    actor: Payroll, session: Session, year: Year, paging: Annotated[Paging, Query()]
) -> Response:
    """List who was paid fees by payroll in a tax year, or given vouchers, and how much.

    It proves itself: `holds` is true while its fees are what the ledger booked. That payroll
    numbers were looked at is kept. A key that is limited to a part of the trust reads none of it.
    """
    return json(await service.annual_return(session, year, paging.page(), by=actor))


@router.get(
    "/{year}/return/export",
    response_class=StreamingResponse,
    responses={**responses(ForbiddenError, TaxYearNotFoundError), **CSV},
)
async def export_annual_return(actor: Payroll, session: Session, year: Year) -> Response:
    """Download the return as CSV, one row a person.

    A cell that a spreadsheet would take for a formula has an apostrophe before it.
    """
    rows = service.rows(session, year, by=actor)
    return await _file(f"involvement-payments-{year}", service.HEADER, rows)


@own.get("/{year}", responses=_OWN)
async def get_own_tax_year(whose: Oneself, session: Session, year: Year) -> TaxYearOut:
    """Read what one was paid oneself in a tax year."""
    return TaxYearOut.of(await queries.of_person(session, whose.person, year))


@own.get("/{year}/export", response_class=StreamingResponse, responses={**_OWN, **CSV})
async def export_own_tax_year(whose: Oneself, session: Session, year: Year) -> Response:
    """Download what one was paid oneself in a tax year as CSV."""
    told = queries.lines(await queries.of_person(session, whose.person, year))
    return await _file(f"tax-year-{year}", queries.HEADER, _one(told))


async def _one(page: Sequence[Sequence[Cell]]) -> AsyncIterator[Sequence[Sequence[Cell]]]:
    yield page


async def _file(name: str, header: Sequence[str], pages: sheets.Rows) -> Response:
    file = await sheets.write(Format.CSV, header, pages)
    return StreamingResponse(
        sheets.chunks(file),
        media_type=sheets.MEDIA[Format.CSV],
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
