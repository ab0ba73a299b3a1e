from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from app.api.deps import IfMatch, Session, created, json
from app.api.own import OwnConsents, OwnCreation
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.registers.consents_schemas import (
    ConsentFilters,
    ConsentList,
    ConsentOut,
    ConsentTextFilters,
    ConsentTextList,
    ConsentTextOut,
)
from app.api.v1.registers.own import MATCHED, WHOSE
from app.api.v1.registers.own_schemas import OwnConsentNew
from app.core import statement
from app.core.idempotency import IdempotencyMismatchError
from app.domain.people.consents import queries, service
from app.domain.people.consents.errors import (
    ConsentActiveError,
    ConsentNotFoundError,
    ConsentTextNotFoundError,
    ConsentTextSupersededError,
    ConsentUsedError,
    ConsentWithdrawnError,
    ParentConsentError,
)
from app.domain.people.register import queries as register
from app.domain.people.register.errors import PersonMergedError
from app.domain.people.register.models import Person
from app.domain.people.supporters.service import channel_of, consent_by

router = router_at("/registers/people/me", "self")

TEXT = tuple(ConsentTextOut.model_fields)
CONSENT = tuple(ConsentOut.model_fields)


@router.get("/consent-texts", response_model=ConsentTextList, responses=responses(*WHOSE))
async def list_consent_texts_for_oneself(
    _: OwnConsents, session: Session, filters: Annotated[ConsentTextFilters, Query()]
) -> Response:
    """List what one is asked to agree to, plain and in easy read; newest first."""
    door, page = await statement.within(session), filters.page()
    return json(await queries.find_texts(door, TEXT, page, filters.filters()))


@router.get("/consents", response_model=ConsentList, responses=responses(*WHOSE))
async def list_own_consents(
    whose: OwnConsents, session: Session, filters: Annotated[ConsentFilters, Query()]
) -> Response:
    """List what one agreed to, newest first, and what of it one withdrew."""
    door, page = await statement.within(session), filters.page()
    return json(await queries.find(door, CONSENT, page, filters.filters(), whose.person))


@router.post(
    "/consents",
    status_code=201,
    response_model=ConsentOut,
    responses=responses(
        *WHOSE,
        PersonMergedError,
        ConsentTextNotFoundError,
        ConsentTextSupersededError,
        ParentConsentError,
        ConsentActiveError,
        ConsentUsedError,
        IdempotencyMismatchError,
    ),
)
async def give_own_consent(
    whose: OwnConsents, session: Session, begin: OwnCreation, new: OwnConsentNew
) -> Response:
    """Agree to a text. A supporter is named with it; nobody but the person lets supporters act."""
    person, once = await register.alone(session, whose.person), begin(whose)
    text = await queries.text_of(session, new.text_id)
    told = {"text_id": text.id, "given_at": None, **consent_by(whose, text.purpose)}
    made = await once.do(
        lambda: service.give(session, person, told, by=whose.by),
        lambda id_: queries.get(session, person, id_),
    )
    answer = await _shown(session, made.id, person)
    answer.status_code = 201
    created(answer, f"/v1/registers/people/me/consents/{made.id}", made.version, once)
    return answer


@router.get(
    "/consents/{consent_id}",
    response_model=ConsentOut,
    responses=responses(*WHOSE, ConsentNotFoundError),
)
async def get_own_consent(whose: OwnConsents, session: Session, consent_id: UUID) -> Response:
    """Read one of one's own consents."""
    return await _shown(session, consent_id, whose.person)


@router.post(
    "/consents/{consent_id}/withdrawal",
    response_model=ConsentOut,
    responses=responses(
        *WHOSE, ConsentNotFoundError, ConsentWithdrawnError, ConsentUsedError, *MATCHED
    ),
)
async def withdraw_own_consent(
    whose: OwnConsents, session: Session, match: IfMatch, consent_id: UUID
) -> Response:
    """Withdraw a consent, from now on; what was done by it stays on the record."""
    consent = await queries.get(session, whose.person, consent_id, lock=True)
    match.check(consent.version)
    await service.withdraw(session, consent, channel_of(whose), by=whose.by)
    return await _shown(session, consent.id, whose.person)


async def _shown(session: Session, consent_id: UUID, person: Person) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, CONSENT, consent_id, person))
