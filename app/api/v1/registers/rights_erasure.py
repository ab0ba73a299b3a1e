from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Door, IfMatch, Paging, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.rights_schemas import (
    ErasureList,
    ErasureNew,
    ErasureOut,
    HoldNew,
    HoldOut,
)
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.domain.people.register import queries as people
from app.domain.people.register.errors import (
    PersonHeldError,
    PersonMergedError,
    PersonNotFoundError,
)
from app.domain.rights.erasure import queries, service
from app.domain.rights.erasure.errors import (
    DeciderUnknownError,
    ErasureNotFoundError,
    ErasureReceivedError,
    MattersUnfinishedError,
)
from app.domain.rights.holds import queries as holds
from app.domain.rights.holds import service as holding
from app.domain.rights.holds.errors import HoldNotFoundError

router = router_at("/registers", "rights")

Reader = Annotated[Actor, Security(authenticate, scopes=["rights:read"])]
Governor = Annotated[Actor, Security(authenticate, scopes=["rights:govern"])]
FIELDS = tuple(ErasureOut.model_fields)
HOLD = "/people/{person_id}/legal-hold"
MATCHED = (PreconditionFailedError, PreconditionRequiredError)


@router.post(
    "/people/{person_id}/erasure",
    status_code=201,
    responses=responses(
        PersonNotFoundError,
        PersonMergedError,
        PersonHeldError,
        MattersUnfinishedError,
        ErasureReceivedError,
        DeciderUnknownError,
        *MATCHED,
    ),
)
async def erase_person(
    actor: Governor,
    session: Session,
    match: IfMatch,
    person_id: UUID,
    told: ErasureNew,
    response: Response,
) -> ErasureOut:
    """Erase a person who left, and every record merged into theirs; nothing brings it back.

    What a law keeps stays, without words; figures stay. `matters` of a refusal names what is
    still to come to its end, by table and ids. If-Match takes the person's version.
    """
    person = await people.get(session, person_id, to=actor, lock=True)
    match.check(person.version)
    made = await service.erase(session, person, told.model_dump(mode="python"), by=actor)
    created(response, f"/v1/registers/erasures/{made.id}", made.version)
    return ErasureOut.model_validate(made)


@router.get("/erasures", response_model=ErasureList)
async def list_erasures(_: Reader, door: Door, paging: Annotated[Paging, Query()]) -> Response:
    """List erasures, newest first; none tells who somebody was."""
    return json(await queries.find(door, FIELDS, paging.page()))


@router.get(
    "/erasures/{erasure_id:uuid}",
    response_model=ErasureOut,
    responses=responses(ErasureNotFoundError),
)
async def get_erasure(_: Reader, session: Session, erasure_id: UUID) -> Response:
    """Read one erasure."""
    found = await queries.get(session, erasure_id)
    return json(ErasureOut.model_validate(found).model_dump_json().encode(), found.version)


@router.get(
    HOLD, response_model=HoldOut, responses=responses(PersonNotFoundError, HoldNotFoundError)
)
async def get_legal_hold(actor: Reader, session: Session, person_id: UUID) -> Response:
    """Read the legal hold that stands on a person."""
    person = await people.get(session, person_id, to=actor)
    found = await holds.get(session, person.id)
    return json(HoldOut.model_validate(found).model_dump_json().encode(), found.version)


@router.put(
    HOLD,
    response_model=HoldOut,
    responses=responses(PersonNotFoundError, PersonMergedError, *MATCHED),
)
async def put_legal_hold(
    actor: Governor, session: Session, match: IfMatch, person_id: UUID, told: HoldNew
) -> Response:
    """Hold what there is of a person: the database refuses to delete or erase any of it."""
    person = await people.get(session, person_id, to=actor, lock=True)
    found = await holds.find(session, person.id)
    match.check(found.version if found else 0)
    made = await holding.put(session, person, told.reason, by=actor)
    return json(HoldOut.model_validate(made).model_dump_json().encode(), made.version)


@router.delete(
    HOLD, status_code=204, responses=responses(PersonNotFoundError, HoldNotFoundError, *MATCHED)
)
async def lift_legal_hold(
    actor: Governor, session: Session, match: IfMatch, person_id: UUID
) -> None:
    """Lift a legal hold; that there was one stays known."""
    person = await people.get(session, person_id, to=actor, lock=True)
    found = await holds.get(session, person.id)
    match.check(found.version)
    await holding.lift(session, found, by=actor)
