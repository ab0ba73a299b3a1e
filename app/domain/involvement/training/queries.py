"""Reads of courses, their versions, and who completed them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, Uuid, bindparam, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.involvement.training.errors import CompletionNotFoundError, CourseNotFoundError
from app.domain.involvement.training.models import Completion, Course, CourseVersion
from app.domain.people.register.models import Person

C, D = Course, Completion


def _value(name: str, type_: Any = None) -> Any:
    return bindparam(name, type_=type_ or Text())


_COURSES: Final[Mapping[str, ColumnElement[bool]]] = {
    "kind": C.kind == _value("kind"),
    "given": C.retired.is_(False),
    "retired": C.retired.is_(True),
}
_NAMED: Final = (
    select(C.id)
    .where(or_(C.code == _value("course"), cast(C.id, Text) == _value("course")))
    .scalar_subquery()
)
_VISIBLE: Final = or_(
    D.person_id.is_(None),
    select(Person.id)
    .where(
        Person.id == D.person_id,
        or_(
            Person.directorate_id.is_(None),
            Person.directorate_id == _value("visible", ARRAY(Uuid())).any_(),
        ),
    )
    .correlate(D)
    .exists(),
)
_COMPLETIONS: Final[Mapping[str, ColumnElement[bool]]] = {
    "visible": _VISIBLE,
    "course": D.course_id == _NAMED,
    "person": D.person_id == _value("person", Uuid()),
    "user": D.user_id == _value("user", Uuid()),
}


def _courses(using: frozenset[str]) -> Select[Any]:
    return select(C).where(*(_COURSES[name] for name in sorted(using)))


def _completions(using: frozenset[str]) -> Select[Any]:
    return select(D).where(*(_COMPLETIONS[name] for name in sorted(using)))


_V: Final = CourseVersion.__table__.c
_CURRENT: Final = {
    name: select(_V[name])
    .where(_V.course_id == C.id, _V.number == C.current)
    .correlate(C)
    .scalar_subquery()
    for name in ("summary", "outcomes", "months")
}
COURSES: Final = JsonRows(
    {**{column.key: column for column in C.__table__.columns}, **_CURRENT},
    _courses,
    CourseNotFoundError,
    C.__table__.c.version,
)
COMPLETIONS: Final = JsonRows(
    {column.key: column for column in D.__table__.columns},
    _completions,
    CompletionNotFoundError,
    D.__table__.c.version,
)


async def find_courses(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any]
) -> bytes:
    """Give a page of courses as JSON; `state` among the filters is given or retired."""
    chosen = dict(filters)
    if "state" in chosen:
        chosen[chosen.pop("state")] = True
    return await COURSES.page(door, fields, page, chosen)


async def show_course(door: Statement, fields: tuple[str, ...], id_: UUID) -> tuple[bytes, int]:
    """Give one course as JSON, and the record's version."""
    return await COURSES.one(door, fields, id_, {})


async def find_completions(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of completions as JSON: of people whom one may see, and of staff."""
    return await COMPLETIONS.page(door, fields, page, {**filters, **_limits(to)})


async def find_own_completions(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], person: Person
) -> bytes:
    """Give a page of what one person completed as JSON."""
    return await COMPLETIONS.page(door, fields, page, {**filters, "person": person.id})


async def show_completion(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one completion as JSON, and its version."""
    return await COMPLETIONS.one(door, fields, id_, _limits(to))


async def get_course(session: AsyncSession, id_: UUID, *, lock: bool = False) -> Course:
    """Load a course; raises CourseNotFoundError."""
    found = await session.get(C, id_, with_for_update=lock or None)
    if found is None:
        raise CourseNotFoundError
    return found


async def versions(session: AsyncSession, course: Course) -> Sequence[CourseVersion]:
    """Give every version of a course, newest first."""
    found = select(CourseVersion).where(CourseVersion.course_id == course.id)
    return (await session.scalars(found.order_by(CourseVersion.number.desc()))).all()


async def version(session: AsyncSession, course_id: UUID, number: int) -> CourseVersion | None:
    found = select(CourseVersion).where(
        CourseVersion.course_id == course_id, CourseVersion.number == number
    )
    return await session.scalar(found)


async def get_version(session: AsyncSession, id_: UUID) -> CourseVersion:
    return await session.get_one(CourseVersion, id_)


async def get_completion(session: AsyncSession, id_: UUID, *, to: Actor) -> Completion:
    """Load a completion that one may see; raises CompletionNotFoundError."""
    found = select(D).where(D.id == id_)
    if to.teams is not None:
        found = found.where(_VISIBLE).params(_limits(to))
    completion = await session.scalar(found)
    if completion is None:
        raise CompletionNotFoundError
    return completion


def _limits(to: Actor) -> dict[str, Any]:
    return {} if to.teams is None else {"visible": list(to.directorates or ())}
