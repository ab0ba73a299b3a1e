from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from app.api.deps import Creation, Door, IfMatch, Session, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.organisation.access import Manager, Reader
from app.api.v1.organisation.team_schemas import (
    On,
    PlacementList,
    TeamFilters,
    TeamList,
    TeamNew,
    TeamOut,
    TeamPatch,
)
from app.core import statement
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.organisation import queries, service, teams
from app.domain.organisation.errors import (
    ClosedBeforeOpenedError,
    CodeTakenError,
    InUseError,
    LocationCodeTakenError,
    PlacementContradictedError,
    TeamNotFoundError,
    TrustUnnamedError,
)
from app.domain.organisation.models import Team

router = router_at("/organisation/teams", "organisation")

FIELDS = tuple(TeamOut.model_fields)
TAKEN = (CodeTakenError, LocationCodeTakenError, ClosedBeforeOpenedError)
CHANGES = (TeamNotFoundError, PreconditionFailedError, PreconditionRequiredError)


@router.get("", response_model=TeamList)
async def list_teams(_: Reader, door: Door, filters: Annotated[TeamFilters, Query()]) -> Response:
    """List teams and wards, newest first, as they stand today or stood `on` a day.

    The organisation's structure is not secret: a key that is limited to teams sees all of it.
    """
    return json(await queries.TEAMS.page(door, FIELDS, filters.page(), filters.filters()))


@router.post(
    "",
    status_code=201,
    response_model=TeamOut,
    responses=responses(*TAKEN, TrustUnnamedError, IdempotencyMismatchError),
)
async def create_team(_: Manager, session: Session, once: Creation, new: TeamNew) -> Response:
    """Add a team or ward to a service.

    Waiting events of its location codes are taken up at once, so that their responses appear
    under the team.
    """
    made = await once.do(
        lambda: teams.create(session, new.new()), lambda id_: queries.get(session, Team, id_)
    )
    answer = await _shown(session, made.id)
    answer.status_code = 201
    created(answer, f"/v1/organisation/teams/{made.id}", made.version, once)
    return answer


@router.get("/{team_id}", response_model=TeamOut, responses=responses(TeamNotFoundError))
async def get_team(_: Reader, door: Door, team_id: UUID, on: Annotated[On, Query()]) -> Response:
    """Read one team, as it stands today or stood `on` a day."""
    return json(*await queries.TEAMS.one(door, FIELDS, team_id, on.values()))


@router.get(
    "/{team_id}/placements", response_model=PlacementList, responses=responses(TeamNotFoundError)
)
async def list_placements(_: Reader, door: Door, team_id: UUID) -> Response:
    """List where a team stood at which time, newest first; all of it on one page."""
    return json(await queries.placements(door, team_id))


@router.patch(
    "/{team_id}",
    response_model=TeamOut,
    responses=responses(*TAKEN, PlacementContradictedError, *CHANGES),
)
async def change_team(
    _: Manager, session: Session, match: IfMatch, team_id: UUID, change: TeamPatch
) -> Response:
    """Change a team, by JSON merge patch.

    Where it stands changes from the month of `effective_from`: figures of the months before stay
    where they were counted. Codes change from the day of `location_codes_from`; waiting events
    of new codes are taken up at once, and what was counted before stays with its team. A team
    that has had responses is closed by `closed_on`, not deleted.
    """
    found = await service.to_change(session, Team, team_id)
    match.check(found.version)
    await teams.change(session, found, change.change())
    return await _shown(session, found.id)


@router.delete("/{team_id}", status_code=204, responses=responses(InUseError, *CHANGES))
async def delete_team(_: Manager, session: Session, match: IfMatch, team_id: UUID) -> None:
    """Delete a team that nothing refers to; one that has had responses is closed instead."""
    found = await service.to_change(session, Team, team_id)
    match.check(found.version)
    await teams.delete(session, found)


async def _shown(session: Session, team_id: UUID) -> Response:
    door = await statement.within(session)
    return json(*await queries.TEAMS.one(door, FIELDS, team_id, On().values()))
