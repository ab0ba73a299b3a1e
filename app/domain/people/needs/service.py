"""Commands on what people need, and the check that comes before a message."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now, today
from app.core.db import flush
from app.domain.people.needs import queries
from app.domain.people.needs.codes import Format
from app.domain.people.needs.errors import REFUSALS, FormatRefusedError
from app.domain.people.needs.formats import usable
from app.domain.people.needs.models import PersonNeed
from app.domain.people.register.errors import HELD
from app.domain.people.register.models import Person


async def record(session: AsyncSession, person: Person, told: Mapping[str, Any]) -> PersonNeed:
    """Note what a person needs, talked through today.

    Raises PersonMergedError, NeedConceptError, NeedEmptyError, NeedFormatsError, NeedReviewError.
    """
    values = dict(told)
    made = PersonNeed(person_id=person.id)
    made.review(values.pop("review_on"), today())
    made.tell(values)
    session.add(made)
    await _of(session, person)
    return made


async def change(
    session: AsyncSession, person: Person, need: PersonNeed, told: Mapping[str, Any]
) -> None:
    """Correct a need; raises what `record` raises, but for NeedReviewError."""
    need.tell(told)
    await _of(session, person)


async def review(session: AsyncSession, person: Person, need: PersonNeed, told: Any) -> None:
    """Note that a need still stands; raises PersonMergedError, NeedReviewError."""
    need.review(told, today())
    await _of(session, person)


async def end(session: AsyncSession, person: Person, need: PersonNeed) -> None:
    """Take away a need that is no more; raises PersonMergedError, PersonHeldError."""
    await session.delete(need)
    await flush(session, HELD)
    await _of(session, person)


async def check_format(
    session: AsyncSession, person_id: UUID, format_: Format, language: str = "en"
) -> None:
    """Refuse to tell somebody something in a form they cannot use.

    Raises FormatRefusedError, whose `formats` and `languages` they can; null languages are any.
    """
    can = usable(await queries.of_person(session, person_id))
    if not can.takes(format_, language):
        raise FormatRefusedError(
            formats=[str(each) for each in can.formats],
            languages=None if can.languages is None else list(can.languages),
        )


async def _of(session: AsyncSession, person: Person) -> None:
    """Write it, as a change of the person: their record shows it, under its version."""
    person.unmerged()
    person.updated_at = now()
    await flush(session, REFUSALS)
