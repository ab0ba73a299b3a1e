from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.champions_schemas import (
    ChampionCoverageOut,
    ChampionFilters,
    ChampionList,
    ChampionNew,
    ChampionOut,
    ChampionPatch,
)
from app.api.v1.registers.posts_schemas import WhenFilters
from app.core import statement
from app.core.actor import Actor
from app.core.clock import today
from app.core.errors import InvalidError, PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.involvement.champions import queries, service
from app.domain.involvement.champions.errors import ChampionNotFoundError, ChampionOverlapError
from app.domain.involvement.naming.errors import (
    DayInFutureError,
    PeriodOrderError,
    PersonOrStaffError,
    StaffUnknownError,
)
from app.domain.organisation.errors import TeamNotFoundError
from app.domain.people.register.errors import PersonMergedError, PersonNotFoundError

router = router_at("/registers/champions", "registers")

Reader = Annotated[Actor, Security(authenticate, scopes=["registers:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["registers:manage"])]
FIELDS = tuple(ChampionOut.model_fields)
DAYS = (PeriodOrderError, DayInFutureError, ChampionOverlapError)


@router.get("", response_model=ChampionList)
async def list_champions(
    actor: Reader, door: Door, filters: Annotated[ChampionFilters, Query()]
) -> Response:
    """List the experience and involvement champions of teams, newest first.

    A key that is limited to teams sees theirs.
    """
    page = await queries.find(door, FIELDS, filters.page(), filters.filters(), to=actor)
    return json(page)


@router.post(
    "",
    status_code=201,
    response_model=ChampionOut,
    responses=responses(
        *DAYS,
        InvalidError,
        TeamNotFoundError,
        PersonNotFoundError,
        PersonMergedError,
        StaffUnknownError,
        PersonOrStaffError,
        IdempotencyMismatchError,
    ),
)
async def name_champion(
    actor: Keeper, session: Session, once: Creation, new: ChampionNew
) -> Response:
    """Name a person of the register, or a member of staff, a team's champion.

    Nothing is sent to them for it: where messages go is told by the team's contacts.
    """
    made = await once.do(
        lambda: service.name(session, new.model_dump(), by=actor),
        lambda id_: queries.get(session, id_, to=actor),
    )
    answer = await _shown(session, made.id, actor)
    answer.status_code = 201
    created(answer, f"/v1/registers/champions/{made.id}", made.version, once)
    return answer


@router.get("/coverage", response_model=ChampionCoverageOut)
async def get_champion_coverage(
    actor: Reader, door: Door, asked: Annotated[WhenFilters, Query()]
) -> Response:
    """Tell by directorate which open teams have a champion on a day, and which have none.

    A key that is limited to teams is told of these alone.
    """
    return json(await queries.coverage(door, asked.on or today(), to=actor))


@router.get(
    "/{champion_id:uuid}", response_model=ChampionOut, responses=responses(ChampionNotFoundError)
)
async def get_champion(actor: Reader, door: Door, champion_id: UUID) -> Response:
    """Read one champion."""
    return json(*await queries.show(door, FIELDS, champion_id, to=actor))


@router.patch(
    "/{champion_id:uuid}",
    response_model=ChampionOut,
    responses=responses(
        *DAYS, ChampionNotFoundError, PreconditionFailedError, PreconditionRequiredError
    ),
)
async def change_champion(
    actor: Keeper, session: Session, match: IfMatch, champion_id: UUID, change: ChampionPatch
) -> Response:
    """Correct from when until when somebody is a champion, or note their training."""
    found = await queries.get(session, champion_id, to=actor)
    match.check(found.version)
    await service.change(session, found, change.model_dump(exclude_unset=True))
    return await _shown(session, found.id, actor)


async def _shown(session: Session, champion_id: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, champion_id, to=actor))
