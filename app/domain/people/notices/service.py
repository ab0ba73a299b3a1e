"""Telling people of the register: the one way by which every area's notices go."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.organisation.models import Trust
from app.domain.people.consents import queries as consented
from app.domain.people.consents import service as consents
from app.domain.people.consents.models import Purpose
from app.domain.people.messages import queries as outbox
from app.domain.people.messages import service as messages
from app.domain.people.messages.models import ByHand, Message, MessageStatus
from app.domain.people.messages.templates import queries as templates
from app.domain.people.messages.templates.codes import KINDS, Kind, Notice
from app.domain.people.messages.templates.filling import filled
from app.domain.people.needs import queries as needs
from app.domain.people.needs.codes import Format
from app.domain.people.needs.formats import Usable, usable
from app.domain.people.notices import choosing
from app.domain.people.notices.choosing import TRUST_LANGUAGE, Reach
from app.domain.people.register.models import ContactChannel, Person

NO_CONSENT: Final = "no consent"
_WHAT: Final = "message"


async def notify(
    session: AsyncSession,
    *,
    person_id: UUID,
    notice: Notice,
    values: Mapping[str, str],
    once: str,
) -> UUID:
    """Promise a notice with the caller's transaction; gives the id of the one that stands.

    It goes by the person's channel, in a format and language that they can use. What no machine
    can send so waits on the print list; what needs a consent that is not there has failed, on the
    lead's list. `values` are those that the notice has, beside the name and the trust. A second one
    with the same `once` is none.
    """
    kind = KINDS[notice]
    if values.keys() != kind.examples.keys():
        raise ValueError(f"{notice} takes {sorted(kind.examples)}")
    # Most reminders of a morning were promised on an earlier one.
    if (promised := await outbox.promised(session, once)) is not None:
        return promised
    person = await _standing(session, person_id)
    said = await _said(session, person, notice, values)
    told = said | await _way(session, person, kind, said)
    id_, new = await messages.promise(session, told, once=once)
    if new:
        await _use_consents(session, person.id, told, kind, id_)
    return id_


async def retry(session: AsyncSession, message: Message) -> None:
    """Let a message that failed be tried anew, as the person is reached, and can read, by now.

    Raises MessageNotFailedError, MessageForgottenError.
    """
    message.retry()
    if message.person_id is not None:
        person = await session.get_one(Person, message.person_id)
        kind = KINDS[Notice(message.kind)]
        can = usable(await needs.of_person(session, person.id))
        fits = can.takes(message.format or Format.PLAIN_TEXT, message.language or TRUST_LANGUAGE)
        said = {"text": message.text, "by_hand": None if fits else choosing.lacking(can)}
        for name, value in (await _way(session, person, kind, said)).items():
            setattr(message, name, value)
        if message.status is MessageStatus.QUEUED:
            message.problem = None
        told = {"status": message.status, "channel": message.channel}
        await _use_consents(session, person.id, told, kind, message.id)
    await messages.enqueue(session, message)


async def _standing(session: AsyncSession, person_id: UUID) -> Person:
    """Load a person, or the one whose record stands for theirs."""
    person = await session.get_one(Person, person_id)
    while person.merged_into is not None:
        person = await session.get_one(Person, person.merged_into)
    return person


async def _said(
    session: AsyncSession, person: Person, notice: Notice, values: Mapping[str, str]
) -> dict[str, Any]:
    """Fill the text that the person can use, or the one that somebody makes theirs from."""
    can = usable(await needs.of_person(session, person.id))
    order = list(choosing.wanted(person.language, can))
    found = await templates.first_of(session, notice, order) if order else None
    lacking = None if found else choosing.lacking(can)
    if found is None:
        found = await templates.get(session, notice, TRUST_LANGUAGE, _source(can))
    full = {**values, "name": person.known_as or person.name}
    full["trust"] = await session.scalar(select(Trust.name).limit(1)) or "The trust"
    return {
        "kind": notice,
        "person_id": person.id,
        "template_id": found.id,
        "format": found.format,
        "language": found.language,
        "subject": filled(found.subject, full),
        "text": filled(found.body, full),
        "by_hand": lacking,
    }


def _source(can: Usable) -> Format:
    """Name the shipped text from which another form is made."""
    return Format.EASY_READ if can.formats == (Format.EASY_READ,) else Format.PLAIN_TEXT


async def _way(
    session: AsyncSession, person: Person, kind: Kind, said: Mapping[str, Any]
) -> dict[str, Any]:
    """Choose the channel, and the state that a message begins in."""
    known = frozenset(each for each in ContactChannel if person.reached_by(each))
    texts = kind.essential or await _agrees(session, person.id, Purpose.TEXT_MESSAGES)
    channel = Reach(person.preferred_channel, known, texts).channel()
    because: ByHand | None = said["by_hand"] or choosing.by_hand(channel, said["text"])
    status = MessageStatus.QUEUED if because is None else MessageStatus.TO_PRINT
    told: dict[str, Any] = {
        "channel": channel or person.preferred_channel or ContactChannel.PHONE,
        "by_hand": because,
        "status": status,
    }
    if kind.purpose is not None and not await _agrees(session, person.id, kind.purpose):
        return told | {"status": MessageStatus.FAILED, "problem": NO_CONSENT}
    if not kind.outlives:
        return told
    return told | {
        "person_id": None,
        "recipient_name": person.name,
        "recipient_email": person.email,
        "recipient_phone": person.phone,
        "recipient_address": person.address,
    }


async def _use_consents(
    session: AsyncSession, person_id: UUID, told: Mapping[str, Any], kind: Kind, id_: UUID
) -> None:
    """Note by which consents a message is sent."""
    if told["status"] is MessageStatus.FAILED:
        return
    purposes = [] if kind.purpose is None else [kind.purpose]
    by_sms = told["channel"] is ContactChannel.SMS and told["status"] is MessageStatus.QUEUED
    if by_sms and not kind.essential:
        purposes.append(Purpose.TEXT_MESSAGES)
    for purpose in purposes:
        await consents.use(session, person_id, purpose, _WHAT, id_)


async def _agrees(session: AsyncSession, person_id: UUID, purpose: Purpose) -> bool:
    return await consented.active(session, person_id, purpose) is not None
