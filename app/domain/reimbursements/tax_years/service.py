"""Reading the annual return, which leaves a trace of each whose payroll number is read."""

from collections.abc import AsyncIterator, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.errors import ForbiddenError
from app.core.paging import Page
from app.domain.reimbursements.payees import service as payees
from app.domain.reimbursements.payees.models import AccessPurpose
from app.domain.reimbursements.tax_years import annual

Cell = str | int | None
HEADER: Final = ("payroll_number", "name", "fees_pence", "payments", "vouchers_pence")


async def annual_return(session: AsyncSession, year: int, page: Page, *, by: Actor) -> bytes:
    """Give a page of a year's return as JSON.

    Raises ForbiddenError, TaxYearNotFoundError.
    """
    _check_whole(by)
    body, shown = await annual.page(session, year, page)
    await payees.note(session, shown, AccessPurpose.LOOKED_AT, by=by.id)
    return body


async def rows(
    session: AsyncSession, year: int, *, by: Actor
) -> AsyncIterator[Sequence[Sequence[Cell]]]:
    """Give a year's return as the rows of a file, in the order of HEADER.

    Raises ForbiddenError, TaxYearNotFoundError.
    """
    _check_whole(by)
    found = await annual.people(session, year)
    await payees.note(session, [each.id for each in found], AccessPurpose.LOOKED_AT, by=by.id)
    yield [[getattr(each, name) for name in HEADER] for each in found]


def _check_whole(by: Actor) -> None:
    """Refuse who is limited to a part of the trust: the return is the whole trust's."""
    if by.limited:
        raise ForbiddenError("The return is the whole trust's")
