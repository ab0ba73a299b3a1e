from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.forums_schemas import (
    DaysFilters,
    ForumFiguresOut,
    ForumFilters,
    ForumList,
    ForumMemberFilters,
    ForumMemberList,
    ForumMemberNew,
    ForumMemberOut,
    ForumMemberPatch,
    ForumNew,
    ForumOut,
    ForumPatch,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import InvalidError, PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.involvement.forums import queries, service
from app.domain.involvement.forums.errors import (
    ForumMemberAttendedError,
    ForumMemberNotFoundError,
    ForumMemberOverlapError,
    ForumNameTakenError,
    ForumNotFoundError,
    ForumPathwayError,
)
from app.domain.involvement.forums.meetings.queries import attended_days
from app.domain.involvement.forums.models import Forum
from app.domain.involvement.naming.errors import (
    PeriodOrderError,
    PersonOrStaffError,
    StaffUnknownError,
)
from app.domain.organisation.errors import DirectorateNotFoundError
from app.domain.people.register.errors import PersonMergedError, PersonNotFoundError

router = router_at("/registers/forums", "registers")

Reader = Annotated[Actor, Security(authenticate, scopes=["registers:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["registers:manage"])]
FIELDS = tuple(ForumOut.model_fields)
MEMBER = tuple(ForumMemberOut.model_fields)
RULES = (ForumPathwayError, ForumNameTakenError, DirectorateNotFoundError, InvalidError)
CHANGES = (ForumNotFoundError, PreconditionFailedError, PreconditionRequiredError)


@router.get("", response_model=ForumList)
async def list_forums(
    actor: Reader, door: Door, filters: Annotated[ForumFilters, Query()]
) -> Response:
    """List the "Our voice" forums of pathways, the youth board and groups of the whole trust.

    A key that is limited to directorates sees theirs, and those of the trust.
    """
    page = await queries.find(door, FIELDS, filters.page(), filters.filters(), to=actor)
    return json(page)


@router.post(
    "",
    status_code=201,
    response_model=ForumOut,
    responses=responses(*RULES, IdempotencyMismatchError),
)
async def create_forum(actor: Keeper, session: Session, once: Creation, new: ForumNew) -> Response:
    """Begin a forum."""
    made = await once.do(
        lambda: service.found(session, new.model_dump(), by=actor),
        lambda id_: queries.get(session, id_, to=actor),
    )
    answer = await _shown(session, made.id, actor)
    answer.status_code = 201
    created(answer, f"/v1/registers/forums/{made.id}", made.version, once)
    return answer


@router.get("/figures", response_model=ForumFiguresOut)
async def get_forum_figures(
    actor: Reader, door: Door, asked: Annotated[DaysFilters, Query()]
) -> Response:
    """Tell of each forum whether members came, papers were in time, and who raised issues.

    Meetings count when held in these days, issues when raised in them. A paper that was never
    sent is not in time. A key that is limited to directorates is told of their forums and the
    trust's.
    """
    return json(await queries.figures(door, asked.from_day, asked.to_day, to=actor))


@router.get("/{forum_id:uuid}", response_model=ForumOut, responses=responses(ForumNotFoundError))
async def get_forum(actor: Reader, door: Door, forum_id: UUID) -> Response:
    """Read one forum."""
    return json(*await queries.show(door, FIELDS, forum_id, to=actor))


@router.patch("/{forum_id:uuid}", response_model=ForumOut, responses=responses(*RULES, *CHANGES))
async def change_forum(
    actor: Keeper, session: Session, match: IfMatch, forum_id: UUID, change: ForumPatch
) -> Response:
    """Change what a forum is, or close it, by JSON merge patch."""
    found = await queries.get(session, forum_id, to=actor)
    match.check(found.version)
    await service.change(session, found, change.model_dump(exclude_unset=True), by=actor)
    return await _shown(session, found.id, actor)


@router.get(
    "/{forum_id:uuid}/members",
    response_model=ForumMemberList,
    responses=responses(ForumNotFoundError),
)
async def list_forum_members(
    actor: Reader,
    session: Session,
    forum_id: UUID,
    filters: Annotated[ForumMemberFilters, Query()],
) -> Response:
    """List who is, was and will be a member of a forum."""
    forum = await queries.get(session, forum_id, to=actor)
    door = await statement.within(session)
    chosen = filters.filters() | {"forum": forum.id}
    return json(await queries.find_members(door, MEMBER, filters.page(), chosen, to=actor))


@router.post(
    "/{forum_id:uuid}/members",
    status_code=201,
    response_model=ForumMemberOut,
    responses=responses(
        ForumNotFoundError,
        PersonNotFoundError,
        PersonMergedError,
        StaffUnknownError,
        PersonOrStaffError,
        PeriodOrderError,
        ForumMemberOverlapError,
        IdempotencyMismatchError,
    ),
)
async def add_forum_member(
    actor: Keeper, session: Session, once: Creation, forum_id: UUID, new: ForumMemberNew
) -> Response:
    """Let a person of the register, or a member of staff, be a member from a day on."""
    forum = await queries.get(session, forum_id, to=actor)
    made = await once.do(
        lambda: service.join(session, forum, new.model_dump(), by=actor),
        lambda id_: queries.member(session, forum, id_),
    )
    answer = await _shown_member(session, forum, made.id, actor)
    answer.status_code = 201
    created(answer, f"/v1/registers/forums/{forum.id}/members/{made.id}", made.version, once)
    return answer


@router.patch(
    "/{forum_id:uuid}/members/{member_id}",
    response_model=ForumMemberOut,
    responses=responses(
        ForumMemberNotFoundError,
        PeriodOrderError,
        ForumMemberOverlapError,
        ForumMemberAttendedError,
        *CHANGES,
    ),
)
async def change_forum_member(
    actor: Keeper,
    session: Session,
    match: IfMatch,
    forum_id: UUID,
    member_id: UUID,
    change: ForumMemberPatch,
) -> Response:
    """Correct from when until when somebody is a member, or let it end."""
    forum = await queries.get(session, forum_id, to=actor)
    found = await queries.member(session, forum, member_id)
    match.check(found.version)
    days = await attended_days(session, found)
    await service.change_member(session, found, change.model_dump(exclude_unset=True), days)
    return await _shown_member(session, forum, found.id, actor)


async def _shown(session: Session, forum_id: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, forum_id, to=actor))


async def _shown_member(session: Session, forum: Forum, member_id: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await queries.show_member(door, MEMBER, forum, member_id, to=actor))
