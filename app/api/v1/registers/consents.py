from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.consents_schemas import (
    ConsentFilters,
    ConsentList,
    ConsentNew,
    ConsentOut,
    ConsentTextFilters,
    ConsentTextList,
    ConsentTextNew,
    ConsentTextOut,
    UseFilters,
    UseList,
    UseOut,
    Withdrawal,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import ConflictError, PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.people.consents import queries, service
from app.domain.people.consents.errors import (
    ConsentActiveError,
    ConsentGiverError,
    ConsentNotFoundError,
    ConsentTextNotFoundError,
    ConsentTextSupersededError,
    ConsentTimeError,
    ConsentUsedError,
    ConsentWithdrawnError,
    ParentConsentError,
)
from app.domain.people.register import queries as register
from app.domain.people.register.errors import PersonMergedError, PersonNotFoundError
from app.domain.people.register.models import Person

router = router_at("/registers", "registers")

Reader = Annotated[Actor, Security(authenticate, scopes=["registers:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["registers:manage"])]
Publisher = Annotated[Actor, Security(authenticate, scopes=["registers:configure"])]
TEXT = tuple(ConsentTextOut.model_fields)
CONSENT = tuple(ConsentOut.model_fields)
USE = tuple(UseOut.model_fields)


@router.get("/consent-texts", response_model=ConsentTextList)
async def list_consent_texts(
    _: Reader, door: Door, filters: Annotated[ConsentTextFilters, Query()]
) -> Response:
    """List what people are asked to agree to, for each purpose, newest first.

    A later number supersedes the ones before it; who agreed to one of these agreed to just that.
    """
    return json(await queries.find_texts(door, TEXT, filters.page(), filters.filters()))


@router.post(
    "/consent-texts",
    status_code=201,
    response_model=ConsentTextOut,
    responses=responses(ConflictError, IdempotencyMismatchError),
)
async def publish_consent_text(
    actor: Publisher, session: Session, once: Creation, new: ConsentTextNew
) -> Response:
    """Publish the next text of a purpose. It cannot be changed or taken back, only superseded."""
    made = await once.do(
        lambda: service.publish(session, new.model_dump(), by=actor),
        lambda id_: queries.text_of(session, id_),
    )
    answer = json(*await queries.show_text(await statement.within(session), TEXT, made.id))
    answer.status_code = 201
    created(answer, f"/v1/registers/consent-texts/{made.id}", made.version, once)
    return answer


@router.get(
    "/consent-texts/{text_id}",
    response_model=ConsentTextOut,
    responses=responses(ConsentTextNotFoundError),
)
async def get_consent_text(_: Reader, door: Door, text_id: UUID) -> Response:
    """Read one consent text, plain and in easy read."""
    return json(*await queries.show_text(door, TEXT, text_id))


@router.get(
    "/people/{person_id}/consents",
    response_model=ConsentList,
    responses=responses(PersonNotFoundError),
)
async def list_person_consents(
    actor: Reader, session: Session, person_id: UUID, filters: Annotated[ConsentFilters, Query()]
) -> Response:
    """List what a person agreed to, newest first, and what of it they withdrew."""
    person = await register.get(session, person_id, to=actor)
    door = await statement.within(session)
    return json(await queries.find(door, CONSENT, filters.page(), filters.filters(), person))


@router.post(
    "/people/{person_id}/consents",
    status_code=201,
    response_model=ConsentOut,
    responses=responses(
        PersonNotFoundError,
        PersonMergedError,
        ConsentTextNotFoundError,
        ConsentTextSupersededError,
        ConsentTimeError,
        ConsentGiverError,
        ParentConsentError,
        ConsentActiveError,
        ConsentUsedError,
        IdempotencyMismatchError,
    ),
)
async def give_person_consent(
    actor: Keeper, session: Session, once: Creation, person_id: UUID, new: ConsentNew
) -> Response:
    """Note that a person agreed to a text, or a parent or supporter for them.

    It is the text that was current when they did. Under 16 a parent agrees. Agreeing to a newer
    text ends the consent to an older one, which was active until then.
    """
    person = await register.get(session, person_id, to=actor, lock=True)
    made = await once.do(
        lambda: service.give(session, person, new.model_dump(), by=actor),
        lambda id_: queries.get(session, person, id_),
    )
    answer = await _shown(session, made.id, person)
    answer.status_code = 201
    created(answer, f"/v1/registers/people/{person.id}/consents/{made.id}", made.version, once)
    return answer


@router.get(
    "/people/{person_id}/consents/{consent_id}",
    response_model=ConsentOut,
    responses=responses(PersonNotFoundError, ConsentNotFoundError),
)
async def get_person_consent(
    actor: Reader, session: Session, person_id: UUID, consent_id: UUID
) -> Response:
    """Read one of a person's consents."""
    return await _shown(session, consent_id, await register.get(session, person_id, to=actor))


@router.post(
    "/people/{person_id}/consents/{consent_id}/withdrawal",
    response_model=ConsentOut,
    responses=responses(
        PersonNotFoundError,
        ConsentNotFoundError,
        ConsentWithdrawnError,
        ConsentUsedError,
        PreconditionFailedError,
        PreconditionRequiredError,
    ),
)
async def withdraw_person_consent(
    actor: Keeper,
    session: Session,
    match: IfMatch,
    person_id: UUID,
    consent_id: UUID,
    told: Withdrawal,
) -> Response:
    """Withdraw a consent, from now on; what was done by it stays on the record."""
    person = await register.get(session, person_id, to=actor)
    consent = await queries.get(session, person, consent_id, lock=True)
    match.check(consent.version)
    await service.withdraw(session, consent, told.how, by=actor)
    return await _shown(session, consent.id, person)


@router.get(
    "/people/{person_id}/uses", response_model=UseList, responses=responses(PersonNotFoundError)
)
async def list_person_uses(
    actor: Reader, session: Session, person_id: UUID, filters: Annotated[UseFilters, Query()]
) -> Response:
    """List what was done by a person's consents, newest first."""
    person = await register.get(session, person_id, to=actor)
    door = await statement.within(session)
    return json(await queries.find_uses(door, USE, filters.page(), filters.filters(), person))


async def _shown(session: Session, consent_id: UUID, person: Person) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, CONSENT, consent_id, person))
