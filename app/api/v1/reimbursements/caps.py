from typing import Annotated

from fastapi import Query, Response

from app.api.deps import IfMatch, Session, etag
from app.api.own import OwnClaims
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.registers.own import MATCHED, WHOSE
from app.api.v1.reimbursements.caps_schemas import (
    CapPreviewFilters,
    CapWarning,
    PaymentCapOut,
    PaymentCapValues,
)
from app.domain.involvement.participation import queries as participations
from app.domain.involvement.participation.errors import ParticipationNotFoundError
from app.domain.reimbursements.caps import queries, service
from app.domain.reimbursements.caps.errors import CapStartError, PaymentCapNotFoundError

router = router_at("/registers/people/me/payment-cap", "self")


@router.get("", responses=responses(*WHOSE, PaymentCapNotFoundError))
async def get_own_payment_cap(
    whose: OwnClaims, session: Session, response: Response
) -> PaymentCapOut:
    """Read the cap that one set on one's fees."""
    found = await queries.get(session, whose.person.id)
    response.headers["ETag"] = etag(found.version)
    return PaymentCapOut.of(found)


@router.put("", responses=responses(*WHOSE, CapStartError, *MATCHED))
async def set_own_payment_cap(
    whose: OwnClaims, session: Session, match: IfMatch, new: PaymentCapValues, response: Response
) -> PaymentCapOut:
    """Set a cap on one's fees, or put another in its place; the first has the ETag `"0"` before.

    It warns before a fee is taken, and never blocks one. Nobody is asked why it is set.
    """
    found = await queries.find(session, whose.person.id)
    match.check(found.version if found else 0)
    made = await service.set_cap(session, found, new.model_dump(), by=whose)
    response.headers["ETag"] = etag(made.version)
    return PaymentCapOut.of(made)


@router.delete("", status_code=204, responses=responses(*WHOSE, PaymentCapNotFoundError, *MATCHED))
async def remove_own_payment_cap(whose: OwnClaims, session: Session, match: IfMatch) -> None:
    """Take one's cap away; nothing is left of it."""
    found = await queries.get(session, whose.person.id)
    match.check(found.version)
    await service.remove(session, found)


@router.get(
    "/preview", responses=responses(*WHOSE, ParticipationNotFoundError, PaymentCapNotFoundError)
)
async def preview_own_payment_cap(
    whose: OwnClaims, session: Session, filters: Annotated[CapPreviewFilters, Query()]
) -> CapWarning:
    """Tell what a fee would come to in its period, before it is accepted."""
    found = await participations.get_own(session, filters.participation, whose.person)
    told = await queries.preview(session, found, filters.pence, filters.day)
    return CapWarning.of(told)
