"""Commands on courses and completions."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import today
from app.core.db import flush
from app.domain.identity.models import User
from app.domain.involvement.training import queries
from app.domain.involvement.training.errors import REFUSALS
from app.domain.involvement.training.models import Completion, Course, CourseVersion, known
from app.domain.people.register.errors import HELD
from app.domain.people.register.models import Person

_TAUGHT = ("summary", "outcomes", "months")


async def create_course(session: AsyncSession, told: Mapping[str, Any]) -> Course:
    """Make a course with its first version; raises CourseCodeTakenError."""
    values = {name: value for name, value in told.items() if name not in _TAUGHT}
    course = Course(**values, current=1, least=1, retired=False)
    session.add(course)
    await flush(session, REFUSALS)
    await _add_version(session, course, 1, told)
    return course


async def change_course(session: AsyncSession, course: Course, told: Mapping[str, Any]) -> None:
    """Rename a course, or say whether it is still given."""
    for name, value in told.items():
        setattr(course, name, value)
    await session.flush()


async def revise(
    session: AsyncSession, course: Course, told: Mapping[str, Any], *, earlier_counts: bool
) -> CourseVersion:
    """Add a version; unless earlier ones count, who completed one of them does the course again.

    Raises CourseRetiredError.
    """
    number = course.revise(earlier_counts=earlier_counts)
    await session.flush()
    return await _add_version(session, course, number, told)


async def complete(
    session: AsyncSession,
    who: Person | User,
    course: Course,
    number: int | None,
    completed_on: date,
    *,
    by: Actor,
) -> Completion:
    """Note that somebody completed a version of a course, its newest where none is told.

    Raises PersonMergedError, CourseVersionUnknownError, CompletionInFutureError,
    CompletionRecordedError.
    """
    if isinstance(who, Person):
        who.unmerged()
    version = known(await queries.version(session, course.id, number or course.current))
    completion = Completion.of(who, version, completed_on, today=today())
    completion.recorded_by = by.id
    session.add(completion)
    await flush(session, REFUSALS)
    return completion


async def take_back(session: AsyncSession, completion: Completion) -> None:
    """Delete what was noted by mistake; raises PersonHeldError."""
    await session.delete(completion)
    await flush(session, HELD)


async def _add_version(
    session: AsyncSession, course: Course, number: int, told: Mapping[str, Any]
) -> CourseVersion:
    taught = {name: told[name] for name in _TAUGHT}
    version = CourseVersion(course_id=course.id, number=number, **taught)
    session.add(version)
    await session.flush()
    return version
