from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.training_schemas import (
    CompletionFilters,
    CompletionList,
    CompletionNew,
    CompletionOut,
    CourseFilters,
    CourseList,
    CourseNew,
    CourseOut,
    CoursePatch,
    CourseVersionList,
    CourseVersionNew,
    CourseVersionOut,
    taught,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.identity.errors import UserNotFoundError
from app.domain.identity.models import User
from app.domain.identity.queries import get_user
from app.domain.involvement.training import queries, service
from app.domain.involvement.training.errors import (
    CompletionInFutureError,
    CompletionNotFoundError,
    CompletionRecordedError,
    CourseCodeTakenError,
    CourseNotFoundError,
    CourseRetiredError,
    CourseVersionUnknownError,
)
from app.domain.people.register import queries as people
from app.domain.people.register.errors import (
    PersonHeldError,
    PersonMergedError,
    PersonNotFoundError,
)
from app.domain.people.register.models import Person

router = router_at("/registers", "registers")

Reader = Annotated[Actor, Security(authenticate, scopes=["registers:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["registers:checks"])]
Manager = Annotated[Actor, Security(authenticate, scopes=["registers:manage"])]
COURSE = tuple(CourseOut.model_fields)
COMPLETION = tuple(CompletionOut.model_fields)
STALE = (PreconditionFailedError, PreconditionRequiredError)


@router.get("/courses", response_model=CourseList)
async def list_courses(
    _: Reader, door: Door, filters: Annotated[CourseFilters, Query()]
) -> Response:
    """List training courses and induction packs, newest first."""
    return json(await queries.find_courses(door, COURSE, filters.page(), filters.filters()))


@router.post(
    "/courses",
    status_code=201,
    response_model=CourseOut,
    responses=responses(CourseCodeTakenError, IdempotencyMismatchError),
)
async def create_course(_: Manager, session: Session, once: Creation, new: CourseNew) -> Response:
    """Make a course or an induction pack, with its first version."""
    made = await once.do(
        lambda: service.create_course(session, new.model_dump()),
        lambda id_: queries.get_course(session, id_),
    )
    answer = await _shown(session, made.id)
    answer.status_code = 201
    created(answer, f"/v1/registers/courses/{made.id}", made.version, once)
    return answer


@router.get(
    "/courses/{course_id}", response_model=CourseOut, responses=responses(CourseNotFoundError)
)
async def get_course(_: Reader, door: Door, course_id: UUID) -> Response:
    """Read one course."""
    return json(*await queries.show_course(door, COURSE, course_id))


@router.patch(
    "/courses/{course_id}",
    response_model=CourseOut,
    responses=responses(CourseNotFoundError, *STALE),
)
async def change_course(
    _: Manager, session: Session, match: IfMatch, course_id: UUID, change: CoursePatch
) -> Response:
    """Rename a course or say that it is no longer given, by JSON merge patch."""
    found = await queries.get_course(session, course_id)
    match.check(found.version)
    await service.change_course(session, found, change.model_dump(exclude_unset=True))
    return await _shown(session, found.id)


@router.get("/courses/{course_id}/versions", responses=responses(CourseNotFoundError))
async def list_course_versions(_: Reader, session: Session, course_id: UUID) -> CourseVersionList:
    """List what a course taught in each version, newest first."""
    course = await queries.get_course(session, course_id)
    found = await queries.versions(session, course)
    return CourseVersionList(items=[CourseVersionOut.of(v) for v in found])


@router.post(
    "/courses/{course_id}/versions",
    status_code=201,
    responses=responses(CourseNotFoundError, CourseRetiredError, IdempotencyMismatchError),
)
async def revise_course(
    _: Manager,
    session: Session,
    once: Creation,
    course_id: UUID,
    new: CourseVersionNew,
    response: Response,
) -> CourseVersionOut:
    """Add a version of a course; completions name the version they are of."""
    course = await queries.get_course(session, course_id, lock=True)
    made = await once.do(
        lambda: service.revise(session, course, taught(new), earlier_counts=new.earlier_counts),
        lambda id_: queries.get_version(session, id_),
    )
    response.headers["Location"] = f"/v1/registers/courses/{course.id}/versions"
    if once.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return CourseVersionOut.of(made)


@router.get("/completions", response_model=CompletionList)
async def list_completions(
    actor: Keeper, door: Door, filters: Annotated[CompletionFilters, Query()]
) -> Response:
    """List who completed which course, newest record first: people of the register, and staff."""
    page = await queries.find_completions(
        door, COMPLETION, filters.page(), filters.filters(), to=actor
    )
    return json(page)


@router.post(
    "/completions",
    status_code=201,
    response_model=CompletionOut,
    responses=responses(
        PersonNotFoundError,
        PersonMergedError,
        UserNotFoundError,
        CourseNotFoundError,
        CourseVersionUnknownError,
        CompletionInFutureError,
        CompletionRecordedError,
        IdempotencyMismatchError,
    ),
)
async def note_completion(
    actor: Keeper, session: Session, once: Creation, new: CompletionNew
) -> Response:
    """Note that a person of the register or a staff user completed a course."""
    who = await _who(session, new, actor)
    course = await queries.get_course(session, new.course_id)
    number, day = new.course_version, new.completed_on
    made = await once.do(
        lambda: service.complete(session, who, course, number, day, by=actor),
        lambda id_: queries.get_completion(session, id_, to=actor),
    )
    door = await statement.within(session)
    answer = json(*await queries.show_completion(door, COMPLETION, made.id, to=actor))
    answer.status_code = 201
    created(answer, f"/v1/registers/completions/{made.id}", made.version, once)
    return answer


@router.get(
    "/completions/{completion_id}",
    response_model=CompletionOut,
    responses=responses(CompletionNotFoundError),
)
async def get_completion(actor: Keeper, door: Door, completion_id: UUID) -> Response:
    """Read one completion."""
    return json(*await queries.show_completion(door, COMPLETION, completion_id, to=actor))


@router.delete(
    "/completions/{completion_id}",
    status_code=204,
    responses=responses(CompletionNotFoundError, PersonHeldError, *STALE),
)
async def take_back_completion(
    actor: Keeper, session: Session, match: IfMatch, completion_id: UUID
) -> None:
    """Delete a completion that was noted by mistake."""
    found = await queries.get_completion(session, completion_id, to=actor)
    match.check(found.version)
    await service.take_back(session, found)


async def _who(session: Session, new: CompletionNew, actor: Actor) -> Person | User:
    if new.person_id is not None:
        return await people.get(session, new.person_id, to=actor)
    return await get_user(session, new.user_id)  # type: ignore[arg-type]


async def _shown(session: Session, course_id: UUID) -> Response:
    return json(*await queries.show_course(await statement.within(session), COURSE, course_id))
