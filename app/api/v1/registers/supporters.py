from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, IfMatch, Paging, Session, authenticate, created, json
from app.api.own import Oneself, OwnCreation, SignedIn
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.registers.own import ALONE, MATCHED
from app.api.v1.registers.own_schemas import (
    ActedForList,
    ActedForOut,
    SupportedList,
    SupportedOut,
    SupporterList,
    SupporterNew,
    SupporterOut,
)
from app.core.actor import Actor
from app.core.idempotency import IdempotencyMismatchError
from app.domain.people.consents.errors import ConsentMissingError
from app.domain.people.register import queries as register
from app.domain.people.register.errors import PersonMergedError, PersonNotFoundError
from app.domain.people.supporters import queries, service
from app.domain.people.supporters.errors import (
    OwnRecordNotFoundError,
    SupporterEndedError,
    SupporterNotFoundError,
    SupporterTimeError,
)
from app.domain.people.supporters.models import Supporter

router = router_at("/registers/people", "registers")
own = router_at("/registers/people/me", "self")

Reader = Annotated[Actor, Security(authenticate, scopes=["registers:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["registers:manage"])]
ACTED = tuple(ActedForOut.model_fields)
NAMES = (PersonMergedError, SupporterTimeError, ConsentMissingError, IdempotencyMismatchError)
ENDS = (SupporterNotFoundError, SupporterEndedError, *MATCHED)


@own.get("/supporters", responses=responses(*ALONE))
async def list_own_supporters(whose: Oneself, session: Session) -> SupporterList:
    """List whom one let act for oneself, for what and until when."""
    return _listed(await queries.of_person(session, whose.person))


@own.post("/supporters", status_code=201, responses=responses(*ALONE, *NAMES))
async def name_own_supporter(
    whose: Oneself, session: Session, begin: OwnCreation, new: SupporterNew, response: Response
) -> SupporterOut:
    """Name somebody who may act for oneself; it needs one's consent to `supporter`."""
    once = begin(whose)
    made = await once.do(
        lambda: service.name(session, whose.person, new.model_dump(), by=whose.by),
        lambda id_: queries.get(session, whose.person, id_),
    )
    created(response, "/v1/registers/people/me/supporters", made.version, once)
    return SupporterOut.of(made)


@own.post(
    "/supporters/{supporter_id}/end",
    response_model=SupporterOut,
    responses=responses(*ALONE, *ENDS),
)
async def end_own_supporter(
    whose: Oneself, session: Session, match: IfMatch, supporter_id: UUID
) -> Response:
    """Let a supporter act no more, at once; withdrawing the consent ends them all."""
    found = await queries.get(session, whose.person, supporter_id)
    match.check(found.version)
    await service.end(session, found, by=whose.by)
    return _written(found)


@own.get("/acted-for", response_model=ActedForList, responses=responses(*ALONE))
async def list_what_was_done_for_oneself(
    whose: Oneself, session: Session, paging: Annotated[Paging, Query()]
) -> Response:
    """List what supporters and staff did for oneself, newest first."""
    return json(await queries.acted(session, ACTED, paging.page(), whose.person))


@own.get("/supported", responses=responses(OwnRecordNotFoundError))
async def list_whom_one_supports(login: SignedIn, session: Session) -> SupportedList:
    """List for whom one may act today, by `On-Behalf-Of`."""
    found = await queries.supported(session, login)
    return SupportedList(items=[SupportedOut.of(each, name) for each, name in found])


@router.get("/{person_id:uuid}/supporters", responses=responses(PersonNotFoundError))
async def list_person_supporters(actor: Reader, session: Session, person_id: UUID) -> SupporterList:
    """List whom a person let act for them, for what and until when."""
    person = await register.get(session, person_id, to=actor)
    return _listed(await queries.of_person(session, person))


@router.post(
    "/{person_id:uuid}/supporters",
    status_code=201,
    responses=responses(PersonNotFoundError, *NAMES),
)
async def name_person_supporter(
    actor: Keeper,
    session: Session,
    once: Creation,
    person_id: UUID,
    new: SupporterNew,
    response: Response,
) -> SupporterOut:
    """Note on a person's word whom they let act for them; it needs their consent to `supporter`."""
    person = await register.get(session, person_id, to=actor)
    made = await once.do(
        lambda: service.name(session, person, new.model_dump(), by=actor),
        lambda id_: queries.get(session, person, id_),
    )
    created(response, f"/v1/registers/people/{person.id}/supporters", made.version, once)
    return SupporterOut.of(made)


@router.post(
    "/{person_id:uuid}/supporters/{supporter_id:uuid}/end",
    response_model=SupporterOut,
    responses=responses(PersonNotFoundError, *ENDS),
)
async def end_person_supporter(
    actor: Keeper, session: Session, match: IfMatch, person_id: UUID, supporter_id: UUID
) -> Response:
    """Let a supporter act for a person no more, at once."""
    person = await register.get(session, person_id, to=actor)
    found = await queries.get(session, person, supporter_id)
    match.check(found.version)
    await service.end(session, found, by=actor)
    return _written(found)


@router.get(
    "/{person_id:uuid}/acted-for",
    response_model=ActedForList,
    responses=responses(PersonNotFoundError),
)
async def list_what_was_done_for_person(
    actor: Reader, session: Session, person_id: UUID, paging: Annotated[Paging, Query()]
) -> Response:
    """List what supporters and staff did for a person on their word, newest first."""
    person = await register.get(session, person_id, to=actor)
    return json(await queries.acted(session, ACTED, paging.page(), person))


def _listed(found: Sequence[Supporter]) -> SupporterList:
    return SupporterList(items=[SupporterOut.of(each) for each in found])


def _written(found: Supporter) -> Response:
    return json(SupporterOut.of(found).model_dump_json().encode(), found.version)
