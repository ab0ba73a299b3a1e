from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response, Security

from app.api.deps import Creation, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.forum_meetings_schemas import (
    ForumAttendanceIn,
    ForumMeetingFilters,
    ForumMeetingList,
    ForumMeetingNew,
    ForumMeetingOut,
    ForumMeetingPatch,
    GuestNew,
    PaperNew,
    PaperPatch,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.involvement.forums import queries as forums
from app.domain.involvement.forums.errors import ForumNotFoundError
from app.domain.involvement.forums.meetings import queries, service
from app.domain.involvement.forums.meetings.errors import (
    ForumMeetingNotFoundError,
    ForumMeetingNotYetError,
    ForumMeetingNowhereError,
    ForumMeetingStateError,
    ForumPaperNotFoundError,
    GuestTakenError,
    NotInvitedError,
)
from app.domain.involvement.forums.models import Forum
from app.domain.involvement.naming.errors import (
    DayInFutureError,
    PersonOrStaffError,
    StaffUnknownError,
)
from app.domain.people.register.errors import PersonMergedError, PersonNotFoundError

router = router_at("/registers/forums/{forum_id}/meetings", "registers")

Reader = Annotated[Actor, Security(authenticate, scopes=["registers:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["registers:manage"])]
FIELDS = tuple(ForumMeetingOut.model_fields)
ABSENT = (ForumNotFoundError, ForumMeetingNotFoundError)
CHANGES = (*ABSENT, PreconditionFailedError, PreconditionRequiredError)


async def _place(forum_id: UUID, meeting_id: UUID) -> tuple[UUID, UUID]:
    """Tell which meeting of which forum the path names."""
    return forum_id, meeting_id


@router.get("", response_model=ForumMeetingList, responses=responses(ForumNotFoundError))
async def list_forum_meetings(
    actor: Reader,
    session: Session,
    forum_id: UUID,
    filters: Annotated[ForumMeetingFilters, Query()],
) -> Response:
    """List a forum's meetings, newest plan first."""
    forum = await forums.get(session, forum_id, to=actor)
    door = await statement.within(session)
    chosen = filters.filters() | {"forum": forum.id}
    return json(await queries.find(door, FIELDS, filters.page(), chosen, to=actor))


@router.post(
    "",
    status_code=201,
    response_model=ForumMeetingOut,
    responses=responses(ForumNotFoundError, ForumMeetingNowhereError, IdempotencyMismatchError),
)
async def create_forum_meeting(
    actor: Keeper, session: Session, once: Creation, forum_id: UUID, new: ForumMeetingNew
) -> Response:
    """Plan a meeting; its papers are due as many days before as the forum says now."""
    forum = await forums.get(session, forum_id, to=actor)
    made = await once.do(
        lambda: service.plan(session, forum, new.model_dump()),
        lambda id_: queries.get(session, forum, id_),
    )
    answer = await _shown(session, forum, made.id, actor)
    answer.status_code = 201
    created(answer, f"/v1/registers/forums/{forum.id}/meetings/{made.id}", made.version, once)
    return answer


@router.get("/{meeting_id:uuid}", response_model=ForumMeetingOut, responses=responses(*ABSENT))
async def get_forum_meeting(
    actor: Reader, session: Session, forum_id: UUID, meeting_id: UUID
) -> Response:
    """Read one meeting of a forum."""
    forum = await forums.get(session, forum_id, to=actor)
    return await _shown(session, forum, meeting_id, actor)


@router.patch(
    "/{meeting_id:uuid}",
    response_model=ForumMeetingOut,
    responses=responses(ForumMeetingNowhereError, ForumMeetingStateError, *CHANGES),
)
async def change_forum_meeting(
    actor: Keeper,
    session: Session,
    match: IfMatch,
    forum_id: UUID,
    meeting_id: UUID,
    change: ForumMeetingPatch,
) -> Response:
    """Plan a meeting anew, by JSON merge patch; one that was held or cancelled stays."""
    forum = await forums.get(session, forum_id, to=actor)
    found = await queries.get(session, forum, meeting_id)
    match.check(found.version)
    await service.change(session, forum, found, change.model_dump(exclude_unset=True))
    return await _shown(session, forum, found.id, actor)


@router.put(
    "/{meeting_id:uuid}/cancellation",
    response_model=ForumMeetingOut,
    responses=responses(ForumMeetingStateError, *CHANGES),
)
async def cancel_forum_meeting(
    actor: Keeper, session: Session, match: IfMatch, forum_id: UUID, meeting_id: UUID
) -> Response:
    """Cancel a planned meeting."""
    forum = await forums.get(session, forum_id, to=actor)
    found = await queries.get(session, forum, meeting_id)
    match.check(found.version)
    await service.cancel(session, found)
    return await _shown(session, forum, found.id, actor)


@router.put(
    "/{meeting_id:uuid}/attendance",
    response_model=ForumMeetingOut,
    responses=responses(ForumMeetingStateError, ForumMeetingNotYetError, NotInvitedError, *CHANGES),
)
async def hold_forum_meeting(
    actor: Keeper,
    session: Session,
    match: IfMatch,
    forum_id: UUID,
    meeting_id: UUID,
    told: ForumAttendanceIn,
) -> Response:
    """Say that a meeting was held and who came, or correct it: members and invited guests only."""
    forum = await forums.get(session, forum_id, to=actor)
    found = await queries.get(session, forum, meeting_id, lock=True)
    match.check(found.version)
    await service.hold(session, found, told.members, told.guests)
    return await _shown(session, forum, found.id, actor)


@router.post(
    "/{meeting_id:uuid}/papers",
    status_code=201,
    response_model=ForumMeetingOut,
    responses=responses(DayInFutureError, IdempotencyMismatchError, *ABSENT),
)
async def add_forum_paper(
    actor: Keeper,
    session: Session,
    once: Creation,
    forum_id: UUID,
    meeting_id: UUID,
    new: PaperNew,
) -> Response:
    """Add a paper to a meeting; answers the meeting."""
    forum = await forums.get(session, forum_id, to=actor)
    meeting = await queries.get(session, forum, meeting_id)
    made = await once.do(
        lambda: service.add_paper(session, meeting, new.model_dump()),
        lambda id_: queries.paper(session, meeting, id_),
    )
    answer = await _shown(session, forum, meeting.id, actor)
    answer.status_code = 201
    place = f"/v1/registers/forums/{forum.id}/meetings/{meeting.id}/papers/{made.id}"
    created(answer, place, meeting.version, once)
    return answer


@router.patch(
    "/{meeting_id:uuid}/papers/{paper_id}",
    response_model=ForumMeetingOut,
    responses=responses(ForumPaperNotFoundError, DayInFutureError, *CHANGES),
)
async def change_forum_paper(
    actor: Keeper,
    session: Session,
    match: IfMatch,
    at: Annotated[tuple[UUID, UUID], Depends(_place)],
    paper_id: UUID,
    change: PaperPatch,
) -> Response:
    """Correct a paper, or tell when it was sent; `If-Match` is the meeting's, as is the answer."""
    forum = await forums.get(session, at[0], to=actor)
    meeting = await queries.get(session, forum, at[1])
    match.check(meeting.version)
    paper = await queries.paper(session, meeting, paper_id)
    await service.change_paper(session, meeting, paper, change.model_dump(exclude_unset=True))
    return await _shown(session, forum, meeting.id, actor)


@router.post(
    "/{meeting_id:uuid}/guests",
    status_code=201,
    response_model=ForumMeetingOut,
    responses=responses(
        ForumMeetingStateError,
        PersonNotFoundError,
        PersonMergedError,
        StaffUnknownError,
        PersonOrStaffError,
        GuestTakenError,
        IdempotencyMismatchError,
        *ABSENT,
    ),
)
async def invite_forum_guest(
    actor: Keeper,
    session: Session,
    once: Creation,
    forum_id: UUID,
    meeting_id: UUID,
    new: GuestNew,
) -> Response:
    """Invite somebody who is no member to a planned meeting; answers the meeting."""
    forum = await forums.get(session, forum_id, to=actor)
    meeting = await queries.get(session, forum, meeting_id)
    made = await once.do(
        lambda: service.invite(session, meeting, new.model_dump(), by=actor),
        lambda id_: queries.guest(session, meeting, id_),
    )
    answer = await _shown(session, forum, meeting.id, actor)
    answer.status_code = 201
    place = f"/v1/registers/forums/{forum.id}/meetings/{meeting.id}/guests/{made.id}"
    created(answer, place, meeting.version, once)
    return answer


async def _shown(session: Session, forum: Forum, meeting_id: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, forum, meeting_id, to=actor))
