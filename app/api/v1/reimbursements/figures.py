from typing import Annotated

from fastapi import Response, Security

from app.api.deps import Creation, Session, authenticate, created
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.reimbursements.figures_schemas import (
    BenefitFigureList,
    BenefitFigureNew,
    BenefitFigureOut,
)
from app.core.actor import Actor
from app.core.idempotency import IdempotencyMismatchError
from app.domain.reimbursements.figures import queries, service

PLACE = "/reimbursements/benefit-figures"
router = router_at(PLACE, "reimbursements")

Reader = Annotated[Actor, Security(authenticate, scopes=["claims:read"])]
Configurer = Annotated[Actor, Security(authenticate, scopes=["reimbursements:configure"])]


@router.get("")
async def list_benefit_figures(_: Reader, session: Session) -> BenefitFigureList:
    """List what somebody on a benefit may earn, as published, each with its date.

    Nobody is asked whether they have a benefit: the figures are shown to everybody.
    """
    return BenefitFigureList(items=await shown(session), next=None)


@router.post("", status_code=201, responses=responses(IdempotencyMismatchError))
async def add_benefit_figure(
    actor: Configurer, session: Session, once: Creation, new: BenefitFigureNew, response: Response
) -> BenefitFigureOut:
    """Add a figure as it was published; it stands from its day on, and those before it stay."""
    made = await once.do(
        lambda: service.add(session, new.model_dump(), by=actor),
        lambda id_: queries.get(session, id_),
    )
    created(response, f"/v1{PLACE}", made.version, once)
    return BenefitFigureOut.of(made)


async def shown(session: Session) -> list[BenefitFigureOut]:
    return [BenefitFigureOut.of(each) for each in await queries.current(session)]
