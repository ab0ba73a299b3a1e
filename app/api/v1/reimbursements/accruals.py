from typing import Annotated

from fastapi import Query, Response, Security
from fastapi.responses import StreamingResponse

from app.api.deps import Door, authenticate, json
from app.api.strict import router_at
from app.api.v1.reimbursements.accruals_schemas import AccrualsFilters, AccrualsOut
from app.api.v1.reimbursements.tax_years_schemas import CSV
from app.core.actor import Actor
from app.domain.reimbursements.accruals import queries
from app.reports import sheets
from app.reports.sheets import Format

router = router_at("/reimbursements/accruals", "reimbursements")

Reader = Annotated[Actor, Security(authenticate, scopes=["ledger:read"])]
Filters = Annotated[AccrualsFilters, Query()]


@router.get("", response_model=AccrualsOut)
async def get_accruals(actor: Reader, door: Door, filters: Filters) -> Response:
    """Tell what is owed for involvement at the end of a day, by cost centre and account.

    It is told of any day: how claims stood then comes from what was done with them; their lines
    and budgets are as they are now. What was paid by then is left out, of a claim in part too.
    Fees of activities that nobody claimed count while they can be claimed, once the person came
    and unless they declined. A claim without a budget falls to its directorate's own cost centre,
    where there is just one. A limited key sees the cost centres of its directorates and of none.
    """
    return json(await queries.show(door, filters.day(), to=actor))


@router.get("/export", response_class=StreamingResponse, responses=CSV)
async def export_accruals(actor: Reader, door: Door, filters: Filters) -> Response:
    """Download the same as CSV, one row a cost centre and account."""
    day = filters.day()
    rows = queries.rows(door, day, to=actor)
    file = await sheets.write(Format.CSV, queries.HEADER, rows)
    return StreamingResponse(
        sheets.chunks(file),
        media_type=sheets.MEDIA[Format.CSV],
        headers={"Content-Disposition": f'attachment; filename="accruals-{day}.csv"'},
    )
