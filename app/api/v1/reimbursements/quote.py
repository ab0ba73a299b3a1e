from typing import Annotated

from fastapi import Security

from app.api.deps import Door, authenticate
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.reimbursements.quote_schemas import Quote, QuoteNew
from app.core.actor import Actor
from app.domain.reimbursements.rates import queries
from app.domain.reimbursements.rates.errors import LineHoursMissingError, RateMissingError

router = router_at("/reimbursements/quote", "reimbursements")

Reader = Annotated[Actor, Security(authenticate, scopes=["rates:read"])]


@router.post("", responses=responses(RateMissingError, LineHoursMissingError))
async def quote_lines(_: Reader, door: Door, new: QuoteNew) -> Quote:
    """Price any set of lines without storing anything.

    Each line is priced by the rate card of its day. Mileage thresholds and limits of a day hold
    for all lines together, in their order; what comes below the penny is rounded once a line,
    half a penny up. Where no active card holds, a draft prices the line, and it is `unconfirmed`.
    """
    lines = new.priceable()
    prices = await queries.price(
        door, lines, scheme=new.scheme, miles_before=new.miles_before, drafts=True
    )
    return Quote.of(lines, prices)
