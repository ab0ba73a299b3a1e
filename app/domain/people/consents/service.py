"""Commands on consents: publish a text, give, withdraw, and use for a purpose."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import flush
from app.domain.people.consents import queries
from app.domain.people.consents.errors import (
    REFUSALS,
    ConsentMissingError,
    ConsentTextSupersededError,
)
from app.domain.people.consents.models import Consent, ConsentChannel, ConsentText, Purpose, Use
from app.domain.people.register.models import Person


async def publish(session: AsyncSession, told: Mapping[str, Any], *, by: Actor) -> ConsentText:
    """Publish the next text of a purpose; of two at once one gets a ConflictError."""
    before = await queries.newest(session, told["purpose"])
    made = ConsentText(number=before.number + 1 if before else 1, published_by=by.id, **told)
    session.add(made)
    await flush(session, REFUSALS)
    return made


async def give(
    session: AsyncSession, person: Person, told: Mapping[str, Any], *, by: Actor
) -> Consent:
    """Note that a person, or somebody for them, agreed to the text that was current then.

    One to a newer text takes the place of the active one. Lock the person before: of two that come
    at once PostgreSQL may otherwise end one as a deadlock. Raises PersonMergedError,
    ConsentTextNotFoundError, ConsentTextSupersededError, ConsentTimeError, ConsentGiverError,
    ParentConsentError, ConsentActiveError, ConsentUsedError.
    """
    person.unmerged()
    text = await queries.text_of(session, told["text_id"])
    made = Consent(person_id=person.id, purpose=text.purpose, recorded_by=by.id)
    made.give(person, told, now())
    later = await queries.following(session, text)
    if later is not None and later.created_at <= made.given_at:
        raise ConsentTextSupersededError.at(
            "#/text_id", "Superseded when it was given", "consent_text_superseded"
        )
    if before := await queries.unended(session, person, text.purpose):
        before[0].renew(made, before[1].number, text.number)
        await flush(session, REFUSALS)
    session.add(made)
    await flush(session, REFUSALS)
    return made


async def withdraw(
    session: AsyncSession, consent: Consent, how: ConsentChannel, *, by: Actor
) -> None:
    """End a consent now; raises ConsentWithdrawnError, ConsentUsedError."""
    consent.withdraw(now(), how, by.id)
    await flush(session, REFUSALS)


async def use(
    session: AsyncSession,
    person: UUID,
    purpose: Purpose,
    what: str,
    subject_id: UUID,
    *,
    by: Actor | None = None,
) -> Use:
    """Note that something is done now for a purpose that a person consents to.

    Call it in the transaction that does it: the consent cannot end before that is committed.
    `what` is the kind of `subject_id` in snake case; `by` is None where the service does it.
    Raises ConsentMissingError.
    """
    consent = await queries.active(session, person, purpose)
    if consent is None:
        raise ConsentMissingError(purpose=purpose)
    made = Use(
        consent_id=consent.id,
        what=what,
        subject_id=subject_id,
        used_at=now(),
        used_by=by.id if by else None,
    )
    session.add(made)
    await flush(session, REFUSALS)
    return made
