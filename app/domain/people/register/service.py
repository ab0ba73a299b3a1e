"""Commands on the register: take an enquiry, welcome, change, pause, let go, merge."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Table, exists, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import today
from app.core.db import Base, flush
from app.domain.identity.models import User
from app.domain.organisation.errors import DirectorateNotFoundError
from app.domain.organisation.models import Directorate
from app.domain.people.register.errors import (
    REFUSALS,
    LeadUnknownError,
    PersonMergedError,
    PersonStatusError,
)
from app.domain.people.register.models import Person, PersonStatus, RolePeriod, StatusChange

MERGED: Final = "The record was merged into another one"


async def enquire(
    session: AsyncSession, told: Mapping[str, Any], *, by: Actor | None = None
) -> Person:
    """Put somebody on the register who asked to be involved; `by` is None where they did it.

    Raises ChannelMissingError, BornLaterError, DirectorateNotFoundError.
    """
    person = Person(status=PersonStatus.ENQUIRY, status_since=today())
    person.tell(told, today())
    await _check_directorate(session, person.directorate_id, by)
    session.add(person)
    await flush(session, REFUSALS)
    await _note(session, person, None, by)
    return person


async def change(
    session: AsyncSession, person: Person, told: Mapping[str, Any], *, by: Actor
) -> None:
    """Correct what is known of a person.

    Raises PersonMergedError, ChannelMissingError, BornLaterError, LeadUnknownError,
    DirectorateNotFoundError.
    """
    if "directorate_id" in told:
        await _check_directorate(session, told["directorate_id"], by)
    if "lead_id" in told:
        await _check_lead(session, told["lead_id"])
    person.tell(told, today())
    await flush(session, REFUSALS)


async def welcome(session: AsyncSession, person: Person, lead_id: UUID, *, by: Actor) -> None:
    """Let a lead welcome a person; raises PersonStatusError, LeadUnknownError."""
    await _check_lead(session, lead_id)
    person.turn(PersonStatus.WELCOMED, today())
    person.lead_id = lead_id
    await _note(session, person, None, by)


async def turn(
    session: AsyncSession,
    person: Person,
    status: PersonStatus,
    reason: str | None,
    until: date | None = None,
    *,
    by: Actor,
) -> None:
    """Let a welcomed person be active, paused until a day or for now, or gone.

    Raises PersonMergedError, PersonStatusError.
    """
    person.turn(status, today(), until)
    await _note(session, person, reason, by)


async def resume(session: AsyncSession, person: Person, *, by: Actor) -> None:
    """Let a person end their pause; raises PersonMergedError, PersonStatusError."""
    person.unmerged()
    if person.status is not PersonStatus.PAUSED:
        raise PersonStatusError(f"The status is {person.status}", state=person.status)
    await turn(session, person, PersonStatus.ACTIVE, None, by=by)


async def give_role(session: AsyncSession, person: Person, told: Mapping[str, Any]) -> RolePeriod:
    """Give a role for a time; raises PersonMergedError, RolePeriodOrderError, RoleOverlapError."""
    person.unmerged()
    period = RolePeriod(
        person_id=person.id, role=told["role"], valid_from=told["valid_from"], valid_to=None
    )
    period.last(told["valid_to"])
    session.add(period)
    await flush(session, REFUSALS)
    return period


async def end_role(session: AsyncSession, period: RolePeriod, until: date | None) -> None:
    """Let a role end, or go on; raises RolePeriodOrderError, RoleOverlapError."""
    period.last(until)
    await flush(session, REFUSALS)


async def merge(session: AsyncSession, person: Person, duplicate: Person, *, by: Actor) -> None:
    """Let one record stand for two of the same person.

    What belongs to the duplicate goes over, whichever table it is in. What the person has already,
    such as the same role at the same time, stays where it is, and the duplicate stays readable.
    Empty details are filled from the duplicate. Raises PersonMergedError.
    """
    person.unmerged()
    duplicate.unmerged()
    if person.id == duplicate.id:
        raise PersonMergedError("A record is not merged into itself")
    for name in _DETAILS:
        if not getattr(person, name):
            setattr(person, name, getattr(duplicate, name))
    for name in _LISTS:
        both = [*getattr(person, name), *getattr(duplicate, name)]
        setattr(person, name, list(dict.fromkeys(both)))
    await session.flush()
    for table, column in _references():
        await _hand_over(session, table, column, duplicate.id, person.id)
    duplicate.status, duplicate.status_since = PersonStatus.LEFT, today()
    duplicate.paused_until, duplicate.merged_into = None, person.id
    await _note(session, duplicate, MERGED, by)


_DETAILS: Final = (
    "known_as", "pronouns", "born_on", "email", "phone", "address", "preferred_channel",
    "lived_experience", "availability_note", "asked", "directorate_id",
)  # fmt: skip
_LISTS: Final = ("lived_experience_tags", "interests", "skills", "pathways", "availability")


def _references() -> Sequence[tuple[Table, str]]:
    """Name every column that refers to a person, but for the history that is read with theirs."""
    return [
        (table, key.parent.name)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is Person.__table__ and table is not StatusChange.__table__
    ]


async def _hand_over(session: AsyncSession, table: Table, column: str, of: UUID, to: UUID) -> None:
    """Let each row belong to another person, save those that a constraint keeps where they are.

    The database does it as the tables' owner: rows that are hidden from whoever merges go too.
    """
    await session.execute(
        text("SELECT hand_over(CAST(:relation AS regclass), :refers, :of, :to)"),
        {"relation": table.name, "refers": column, "of": of, "to": to},
    )


async def _note(
    session: AsyncSession, person: Person, reason: str | None, by: Actor | None
) -> None:
    session.add(
        StatusChange(
            person_id=person.id,
            status=person.status,
            since=person.status_since,
            reason=reason,
            changed_by=by.id if by else None,
        )
    )
    await session.flush()


async def _check_lead(session: AsyncSession, lead_id: UUID) -> None:
    known = select(exists().where(User.id == lead_id, User.active))
    if not await session.scalar(known):
        raise LeadUnknownError.at("#/lead_id", "No active user has this id", "lead_unknown")


async def _check_directorate(session: AsyncSession, id_: UUID | None, by: Actor | None) -> None:
    """Refuse a directorate that is not there, or not the caller's."""
    if id_ is None:
        return
    theirs = by is None or by.teams is None or id_ in (by.directorates or ())
    if not theirs or await session.get(Directorate, id_) is None:
        raise DirectorateNotFoundError
