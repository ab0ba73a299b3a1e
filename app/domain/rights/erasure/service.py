"""Erasing a person: everywhere that the registry names, in one transaction."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import exists, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import today
from app.core.db import constraint_of
from app.domain.identity.models import User
from app.domain.people.messages.templates.codes import Notice
from app.domain.people.notices.service import notify
from app.domain.people.register.errors import PersonHeldError
from app.domain.people.register.models import ContactChannel, Person, PersonStatus
from app.domain.rights.access import queries as access
from app.domain.rights.access import service as reading
from app.domain.rights.access.models import ReadingPurpose
from app.domain.rights.access.queries import Held, Subject, way
from app.domain.rights.erasure.errors import (
    DeciderUnknownError,
    ErasureReceivedError,
    MattersUnfinishedError,
)
from app.domain.rights.erasure.models import ErasureGround, ErasureRecord
from app.domain.rights.erasure.queries import Tombstone
from app.domain.rights.holds import queries as holds
from app.domain.rights.registry import ENTRIES, LETTERS, MENTIONS, Entry, Erasure, Mention

MENTIONED: Final = "[erased]"
_DONE: Final = (PersonStatus.LEFT, PersonStatus.ENQUIRY)


def _eraser(entry: Entry) -> str:
    deletes = "true" if entry.erasure is Erasure.DELETE else "false"
    return (
        f"SELECT subject_erase({way(entry)}, {deletes},"
        " CAST(:blanks AS jsonb), CAST(:sets AS jsonb))"
    )


def _unmention(mention: Mention) -> str:
    changed = [
        f"{column} = CASE WHEN {column}::text ~* :pattern"
        f" THEN regexp_replace({column}::text, :pattern, '{MENTIONED}', 'gi'){kind}"
        f" ELSE {column} END"
        for column in mention.columns
        for kind in (["::jsonb"] if column in mention.json else [""])
    ]
    words = ", ".join(mention.columns)
    return (
        f"UPDATE {mention.table} SET version = version + 1, updated_at = now(),"
        f" {', '.join(changed)} WHERE concat_ws(' ', {words}) ~* :pattern"
    )


_ERASERS: Final = [
    (each, text(_eraser(each))) for each in reversed(ENTRIES) if each.erasure is not Erasure.KEEP
]
_UNMENTION: Final = [text(_unmention(each)) for each in MENTIONS]
_LETTERS: Final = text(
    f"DELETE FROM {LETTERS} WHERE person_id IS NULL AND template_id IS NULL"
    " AND lower(recipient_email) = ANY(CAST(:emails AS text[]))"
)
_KEYS: Final = text("DELETE FROM idempotency_key WHERE entity_id = ANY(CAST(:ids AS uuid[]))")


async def in_the_way(
    session: AsyncSession, person: Person, *, by: UUID
) -> tuple[Subject, list[Held], list[dict[str, Any]]]:
    """Tell what is held of a person, and what stands in the way of erasing it.

    Raises PersonMergedError, PersonHeldError.
    """
    person.unmerged()
    hold = await holds.find(session, person.id)
    if hold is not None:
        raise PersonHeldError(since=str(hold.since))
    found, parts = await reading.read(session, person.id, ReadingPurpose.ERASURE, by=by)
    matters = access.unfinished(parts, today())
    if person.status not in _DONE:
        matters.insert(0, {"what": "person", "ids": [str(person.id)]})
    return found, parts, matters


async def erase(
    session: AsyncSession, person: Person, told: Mapping[str, Any], *, by: Actor
) -> ErasureRecord:
    """Erase a locked person, but for what a law has kept.

    Raises PersonMergedError, PersonHeldError, MattersUnfinishedError, ErasureReceivedError,
    DeciderUnknownError.
    """
    if told["received_on"] > today():
        raise ErasureReceivedError.at("#/received_on", "After today", "received_later")
    known = select(exists().where(User.id == told["decided_by"], User.active))
    if not await session.scalar(known):
        raise DeciderUnknownError.at("#/decided_by", "No active user", "decider_unknown")
    return await erased(session, person, told, by=by.id)


async def erased(
    session: AsyncSession, person: Person, told: Mapping[str, Any], *, by: UUID
) -> ErasureRecord:
    """Erase a locked person; raises PersonMergedError, PersonHeldError, MattersUnfinishedError."""
    found, _, matters = await in_the_way(session, person, by=by)
    if matters:
        raise MattersUnfinishedError(matters=matters)
    made = ErasureRecord(
        **told, person_id=person.id, records=found.records, erased_on=today(), done_by=by
    )
    await _tell(session, person)
    await _forget(session, made, found)
    return made


async def _tell(session: AsyncSession, person: Person) -> None:
    """Promise to tell the person that it is done; this outlives the record until it is sent."""
    if any(person.reached_by(each) for each in ContactChannel):
        once = f"{Notice.ERASURE_DONE}:{person.id}"
        await notify(session, person_id=person.id, notice=Notice.ERASURE_DONE, values={}, once=once)


async def reapply(session: AsyncSession, tombstone: Tombstone) -> bool:
    """Erase again who is back after a restore; gives whether there was anybody to erase.

    What a hold or an unfinished matter of an earlier day says is past: the erasure came after.
    """
    person = await session.get(Person, tombstone.person_id, with_for_update=True)
    if person is None or person.erased_on is not None:
        return False
    if person.merged_into is not None:
        person = await session.get_one(Person, person.merged_into, with_for_update=True)
    while (hold := await holds.find(session, person.id)) is not None:
        hold.lifted_on, hold.lifted_by = today(), tombstone.decided_by
        await session.flush()
    found = await access.subject(session, person.id)
    made = ErasureRecord(
        person_id=person.id,
        records=found.records,
        ground=ErasureGround(tombstone.ground),
        received_on=tombstone.received_on,
        erased_on=today(),
        refused=tombstone.refused,
        decided_by=tombstone.decided_by,
    )
    await _forget(session, made, found)
    return True


async def _forget(session: AsyncSession, made: ErasureRecord, found: Subject) -> None:
    session.add(made)
    await session.flush()
    session.expunge_all()  # what is loaded still holds what is erased
    await reading.about(session, made.id)
    touched: list[UUID] = []
    for entry, statement in _ERASERS:
        values = {"blanks": json.dumps(entry.blanks), "sets": _sets(entry)}
        try:
            touched += await session.scalar(statement, values) or []
        except IntegrityError as error:
            held = constraint_of(error) == "legal_hold"
            raise (PersonHeldError() if held else error) from None
    await reading.about(session, None)
    await session.execute(_LETTERS, {"emails": list(found.emails)})
    if found.pattern is not None:
        for statement in _UNMENTION:
            await session.execute(statement, {"pattern": found.pattern})
    await _forget_keys(session, [*touched, *found.records])


def _sets(entry: Entry) -> str:
    day = str(today())
    return json.dumps({k: v and v.replace("{today}", day) for k, v in entry.sets.items()})


async def _forget_keys(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """Drop the fingerprints of bodies that made what is erased."""
    await session.execute(_KEYS, {"ids": list(ids)})
