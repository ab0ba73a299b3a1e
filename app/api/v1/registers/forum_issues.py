from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.forum_issues_schemas import (
    ForumIssueFilters,
    ForumIssueList,
    ForumIssueNew,
    ForumIssueOut,
    ForumIssuePatch,
    IssueAnswer,
    IssueClosing,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import InvalidError, PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.involvement.forums import queries as forums
from app.domain.involvement.forums.errors import ForumNotFoundError
from app.domain.involvement.forums.issues import queries, service
from app.domain.involvement.forums.issues.errors import (
    ForumIssueNotFoundError,
    IssueClosedError,
    IssueDayError,
    IssueMeetingError,
    IssueTeamsError,
    IssueUnansweredError,
    IssueWithoutActionError,
)
from app.domain.involvement.naming.errors import DayInFutureError
from app.domain.organisation.errors import TeamNotFoundError

router = router_at("/registers/forum-issues", "registers")

Reader = Annotated[Actor, Security(authenticate, scopes=["registers:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["registers:manage"])]
FIELDS = tuple(ForumIssueOut.model_fields)
RULES = (InvalidError, IssueTeamsError, IssueMeetingError, DayInFutureError)
CHANGES = (
    ForumIssueNotFoundError,
    IssueClosedError,
    PreconditionFailedError,
    PreconditionRequiredError,
)


@router.get("", response_model=ForumIssueList)
async def list_forum_issues(
    actor: Reader, door: Door, filters: Annotated[ForumIssueFilters, Query()]
) -> Response:
    """List what was raised at forums, newest first.

    A limited key sees what was raised at forums it sees, and what its teams are asked.
    """
    page = await queries.find(door, FIELDS, filters.page(), filters.filters(), to=actor)
    return json(page)


@router.post(
    "",
    status_code=201,
    response_model=ForumIssueOut,
    responses=responses(*RULES, ForumNotFoundError, IdempotencyMismatchError),
)
async def raise_forum_issue(
    actor: Keeper, session: Session, once: Creation, new: ForumIssueNew
) -> Response:
    """Note what a patient, a carer or staff raised at a forum."""
    forum = await forums.get(session, new.forum_id, to=actor)
    made = await once.do(
        lambda: service.put(session, forum, new.model_dump(exclude={"forum_id"})),
        lambda id_: queries.get(session, id_, to=actor),
    )
    answer = await _shown(session, made.id, actor)
    answer.status_code = 201
    created(answer, f"/v1/registers/forum-issues/{made.id}", made.version, once)
    return answer


@router.get(
    "/{issue_id:uuid}", response_model=ForumIssueOut, responses=responses(ForumIssueNotFoundError)
)
async def get_forum_issue(actor: Reader, door: Door, issue_id: UUID) -> Response:
    """Read one issue."""
    return json(*await queries.show(door, FIELDS, issue_id, to=actor))


@router.patch(
    "/{issue_id:uuid}", response_model=ForumIssueOut, responses=responses(*RULES, *CHANGES)
)
async def change_forum_issue(
    actor: Keeper, session: Session, match: IfMatch, issue_id: UUID, change: ForumIssuePatch
) -> Response:
    """Correct an open issue, or say what is done about it, by whom and by when."""
    found = await queries.get(session, issue_id, to=actor)
    match.check(found.version)
    await service.change(session, found, change.model_dump(exclude_unset=True))
    return await _shown(session, found.id, actor)


@router.put(
    "/{issue_id:uuid}/answers/{team_id}",
    response_model=ForumIssueOut,
    responses=responses(TeamNotFoundError, *CHANGES),
)
async def answer_forum_issue(
    actor: Keeper,
    session: Session,
    match: IfMatch,
    issue_id: UUID,
    team_id: UUID,
    told: IssueAnswer,
) -> Response:
    """Answer for one of the two teams; a key that is limited to teams answers for its own."""
    found = await queries.get(session, issue_id, to=actor)
    match.check(found.version)
    await service.answer(session, found, team_id, told.answer, by=actor)
    return await _shown(session, found.id, actor)


@router.put(
    "/{issue_id:uuid}/closing",
    response_model=ForumIssueOut,
    responses=responses(
        IssueWithoutActionError, IssueUnansweredError, IssueDayError, DayInFutureError, *CHANGES
    ),
)
async def close_forum_issue(
    actor: Keeper, session: Session, match: IfMatch, issue_id: UUID, told: IssueClosing
) -> Response:
    """Close an issue after something was done and both of its teams, if it has any, answered."""
    found = await queries.get(session, issue_id, to=actor)
    match.check(found.version)
    await service.close(session, found, told.closed_on, told.outcome)
    return await _shown(session, found.id, actor)


async def _shown(session: Session, issue_id: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, issue_id, to=actor))
