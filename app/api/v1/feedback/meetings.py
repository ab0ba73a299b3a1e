from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.feedback.meetings_schemas import (
    Attendance,
    Cancellation,
    HeardNew,
    HeardTaken,
    MeetingFilters,
    MeetingList,
    MeetingNew,
    MeetingOut,
    MeetingPatch,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import InvalidError, PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.feedback.meetings import queries, service
from app.domain.feedback.meetings.errors import (
    MeetingNotFoundError,
    MeetingNotYetError,
    MeetingNowhereError,
    MeetingStateError,
    MeetingTimesError,
)
from app.domain.organisation.errors import TeamNotFoundError

router = router_at("/feedback/meetings", "feedback")

Reader = Annotated[Actor, Security(authenticate, scopes=["feedback:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["feedback:act"])]
FIELDS = tuple(MeetingOut.model_fields)
PLANS = (MeetingTimesError, MeetingNowhereError, TeamNotFoundError)
CHANGES = (
    MeetingNotFoundError,
    MeetingStateError,
    PreconditionFailedError,
    PreconditionRequiredError,
)


@router.get("", response_model=MeetingList)
async def list_meetings(
    actor: Reader, door: Door, filters: Annotated[MeetingFilters, Query()]
) -> Response:
    """List PALS surgeries, feedback clinics and "hear say" meetings, newest plan first.

    A key that is limited to teams sees theirs, and those for the whole trust.
    """
    page = await queries.find(door, FIELDS, filters.page(), filters.filters(), to=actor)
    return json(page)


@router.post(
    "",
    status_code=201,
    response_model=MeetingOut,
    responses=responses(*PLANS, InvalidError, IdempotencyMismatchError),
)
async def create_meeting(
    actor: Keeper, session: Session, once: Creation, new: MeetingNew
) -> Response:
    """Plan a meeting; the public is told of it at once."""
    made = await once.do(
        lambda: service.plan(session, dict(new), by=actor),
        lambda id_: queries.get(session, id_, to=actor),
    )
    answer = await _shown(session, made.id, actor)
    answer.status_code = 201
    created(answer, f"/v1/feedback/meetings/{made.id}", made.version, once)
    return answer


@router.get("/{meeting_id}", response_model=MeetingOut, responses=responses(MeetingNotFoundError))
async def get_meeting(actor: Reader, door: Door, meeting_id: UUID) -> Response:
    """Read one meeting."""
    return json(*await queries.show(door, FIELDS, meeting_id, to=actor))


@router.patch(
    "/{meeting_id}",
    response_model=MeetingOut,
    responses=responses(*PLANS, InvalidError, *CHANGES),
)
async def change_meeting(
    actor: Keeper, session: Session, match: IfMatch, meeting_id: UUID, change: MeetingPatch
) -> Response:
    """Plan a meeting anew, by JSON merge patch; one that was held or cancelled stays as it is."""
    found = await queries.get(session, meeting_id, to=actor)
    match.check(found.version)
    await service.change(session, found, change.model_dump(exclude_unset=True), by=actor)
    return await _shown(session, found.id, actor)


@router.put(
    "/{meeting_id}/attendance",
    response_model=MeetingOut,
    responses=responses(MeetingNotYetError, *CHANGES),
)
async def hold_meeting(
    actor: Keeper, session: Session, match: IfMatch, meeting_id: UUID, told: Attendance
) -> Response:
    """Say that a meeting was held and who came to it, or correct the counts.

    A meeting to which a patient or carer came is a collection of feedback for its teams.
    """
    found = await queries.get(session, meeting_id, to=actor)
    match.check(found.version)
    await service.hold(session, found, told.model_dump())
    return await _shown(session, found.id, actor)


@router.post("/{meeting_id}/cancellation", response_model=MeetingOut, responses=responses(*CHANGES))
async def cancel_meeting(
    actor: Keeper, session: Session, match: IfMatch, meeting_id: UUID, told: Cancellation
) -> Response:
    """Cancel a planned meeting; the public list says so, and why, until its day."""
    found = await queries.get(session, meeting_id, to=actor)
    match.check(found.version)
    await service.cancel(session, found, told.because)
    return await _shown(session, found.id, actor)


@router.post(
    "/{meeting_id}/responses",
    status_code=202,
    responses=responses(
        MeetingNotFoundError, MeetingStateError, InvalidError, IdempotencyMismatchError
    ),
)
async def hear_at_meeting(
    actor: Keeper, session: Session, once: Creation, meeting_id: UUID, told: HeardNew
) -> HeardTaken:
    """Take down what was heard at a meeting, all of it or nothing.

    Each becomes a response of the source `meeting` on the meeting's day within seconds, is
    counted, and its words are held from the public until released. Send an `Idempotency-Key`: a
    repeat without one is heard twice.
    """
    meeting = await queries.get(session, meeting_id, to=actor, lock=True)
    await once.do(
        lambda: service.hear(session, meeting, [item.told() for item in told.items]),
        lambda id_: queries.get(session, id_, to=actor),
    )
    return HeardTaken(taken=len(told.items))


async def _shown(session: Session, meeting_id: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, meeting_id, to=actor))
