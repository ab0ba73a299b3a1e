from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.posts_schemas import (
    PostCoverageOut,
    PostFiguresFilters,
    PostFiguresOut,
    PostFilters,
    PostList,
    PostNew,
    PostOut,
    PostPatch,
    WhenFilters,
)
from app.core import statement
from app.core.actor import Actor
from app.core.clock import today
from app.core.errors import InvalidError, PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.involvement.naming.errors import DayInFutureError, PeriodOrderError
from app.domain.involvement.naming.queries import financial_year
from app.domain.involvement.posts import queries, service
from app.domain.involvement.posts.errors import (
    PostNotFoundError,
    PostVacantError,
    PostWteError,
    WteExceededError,
)
from app.domain.organisation.errors import TeamNotFoundError
from app.domain.people.register.errors import PersonMergedError, PersonNotFoundError

router = router_at("/registers/posts", "registers")

Reader = Annotated[Actor, Security(authenticate, scopes=["registers:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["registers:manage"])]
FIELDS = tuple(PostOut.model_fields)
RULES = (
    InvalidError,
    TeamNotFoundError,
    PersonNotFoundError,
    PersonMergedError,
    PostWteError,
    PeriodOrderError,
    PostVacantError,
    DayInFutureError,
    WteExceededError,
)


@router.get("", response_model=PostList)
async def list_posts(
    actor: Reader, door: Door, filters: Annotated[PostFilters, Query()]
) -> Response:
    """List lived-experience roles and peer support workers' posts, newest first.

    A key that is limited to teams sees theirs.
    """
    page = await queries.find(door, FIELDS, filters.page(), filters.filters(), to=actor)
    return json(page)


@router.post(
    "",
    status_code=201,
    response_model=PostOut,
    responses=responses(*RULES, IdempotencyMismatchError),
)
async def create_post(actor: Keeper, session: Session, once: Creation, new: PostNew) -> Response:
    """Note a post in a team, held by a person of the register or vacant."""
    made = await once.do(
        lambda: service.note(session, new.model_dump(), by=actor),
        lambda id_: queries.get(session, id_, to=actor),
    )
    answer = await _shown(session, made.id, actor)
    answer.status_code = 201
    created(answer, f"/v1/registers/posts/{made.id}", made.version, once)
    return answer


@router.get("/figures", response_model=PostFiguresOut)
async def get_post_figures(
    actor: Reader, door: Door, asked: Annotated[PostFiguresFilters, Query()]
) -> Response:
    """Tell the WTE of posts on a day, and the peer support workers trained in a financial year.

    Whoever was trained for several posts counts once, on the first day, where that team stood
    then. A key that is limited to teams is told of these alone.
    """
    day = asked.on or today()
    year = financial_year(day) if asked.year is None else asked.year
    return json(await queries.figures(door, day, year, to=actor))


@router.get("/coverage", response_model=PostCoverageOut)
async def get_post_coverage(
    actor: Reader, door: Door, asked: Annotated[WhenFilters, Query()]
) -> Response:
    """Name the services without a lived-experience role and the teams without a peer.

    A vacancy does not count. A key that is limited to teams is told of these alone.
    """
    return json(await queries.coverage(door, asked.on or today(), to=actor))


@router.get("/{post_id:uuid}", response_model=PostOut, responses=responses(PostNotFoundError))
async def get_post(actor: Reader, door: Door, post_id: UUID) -> Response:
    """Read one post."""
    return json(*await queries.show(door, FIELDS, post_id, to=actor))


@router.patch(
    "/{post_id:uuid}",
    response_model=PostOut,
    responses=responses(
        *RULES, PostNotFoundError, PreconditionFailedError, PreconditionRequiredError
    ),
)
async def change_post(
    actor: Keeper, session: Session, match: IfMatch, post_id: UUID, change: PostPatch
) -> Response:
    """Correct, fill or end a post, by JSON merge patch.

    Where somebody follows its holder, end it and note another: the past stays as it was.
    """
    found = await queries.get(session, post_id, to=actor)
    match.check(found.version)
    await service.change(session, found, change.model_dump(exclude_unset=True), by=actor)
    return await _shown(session, found.id, actor)


async def _shown(session: Session, post_id: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, post_id, to=actor))
