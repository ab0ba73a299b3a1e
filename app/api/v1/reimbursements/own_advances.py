from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from app.api.deps import Session, created, json
from app.api.own import OwnClaims, OwnCreation
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.registers.own import WHOSE
from app.api.v1.reimbursements.advances import ASKED, FIELDS
from app.api.v1.reimbursements.advances_schemas import (
    AdvanceList,
    AdvanceOut,
    OwnAdvanceFilters,
    OwnAdvanceNew,
    need_of,
)
from app.core import statement
from app.domain.people.register.models import Person
from app.domain.reimbursements.advances import queries, service
from app.domain.reimbursements.advances.errors import AdvanceNotFoundError

router = router_at("/registers/people/me/advances", "self")


@router.get("", response_model=AdvanceList, responses=responses(*WHOSE))
async def list_own_advances(
    whose: OwnClaims, session: Session, filters: Annotated[OwnAdvanceFilters, Query()]
) -> Response:
    """List what one asked for in advance of activities, newest first."""
    door, page = await statement.within(session), filters.page()
    return json(await queries.find_own(door, FIELDS, page, filters.filters(), whose.person))


@router.post("", status_code=201, response_model=AdvanceOut, responses=responses(*WHOSE, *ASKED))
async def ask_for_own_advance(
    whose: OwnClaims, session: Session, begin: OwnCreation, new: OwnAdvanceNew
) -> Response:
    """Ask for money, or for travel that the trust books, before an activity."""
    once = begin(whose)
    made = await once.do(
        lambda: service.ask(session, new.participation_id, need_of(new), by=whose),
        lambda id_: queries.get_own(session, id_, whose.person),
    )
    answer = await _shown(session, made.id, whose.person)
    answer.status_code = 201
    created(answer, f"/v1/registers/people/me/advances/{made.id}", made.version, once)
    return answer


@router.get(
    "/{advance_id}", response_model=AdvanceOut, responses=responses(*WHOSE, AdvanceNotFoundError)
)
async def get_own_advance(whose: OwnClaims, session: Session, advance_id: UUID) -> Response:
    """Read one of one's own advances, and how it stands."""
    return await _shown(session, advance_id, whose.person)


async def _shown(session: Session, advance_id: UUID, person: Person) -> Response:
    door = await statement.within(session)
    return json(*await queries.show_own(door, FIELDS, advance_id, person))
