"""The constraints refuse what the rules refuse, and each refusal has its name."""

from datetime import date

import pytest

from app.core.db import flush
from app.core.errors import ConflictError
from app.domain.organisation.errors import (
    REFUSALS,
    ClosedBeforeOpenedError,
    CodeTakenError,
    LocationCodeTakenError,
    PlacementOverlapError,
)
from app.domain.organisation.models import Directorate, Placement, Service, Team, TeamLocation


@pytest.fixture
async def team(given) -> Team:
    return await given.team(code="T", iwgc=["X"])


@pytest.fixture
async def stand(team, session) -> dict:
    """Where the team stands, as values of another placement."""
    (placement,) = await session.run_sync(lambda s: s.query(Placement).all())
    names = ("team_id", "directorate_id", "service_id", "segment", "setting")
    return {name: getattr(placement, name) for name in names}


async def refused(session, record) -> type:
    session.add(record)
    with pytest.raises(Exception) as refusal:  # noqa: PT011  its kind is what is asked
        await flush(session, REFUSALS)
    await session.rollback()
    return refusal.type


async def test_codes_name_one_record(session, given, team, stand):
    service = await session.get_one(Service, stand["service_id"])
    directorate = await session.get_one(Directorate, stand["directorate_id"])
    again = (
        Directorate(code=directorate.code, name="again", trust_code="RNU"),
        Service(code=service.code, name="again", directorate_id=directorate.id),
        Team(code=team.code, name="again", trust_code="RNU"),
    )
    assert [await refused(session, record) for record in again] == [CodeTakenError] * 3


async def test_a_team_closes_after_it_opens(session, given, team):
    early = Team(code="E", name="E", trust_code="RNU", opened_on=date(2026, 1, 2))
    early.closed_on = date(2026, 1, 1)
    assert await refused(session, early) is ClosedBeforeOpenedError


async def test_a_team_stands_in_one_place_at_a_time(session, stand):
    second = Placement(**stand, valid_from=date(2026, 1, 1))
    assert await refused(session, second) is PlacementOverlapError


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (date(2018, 1, 2), date(2018, 3, 1)),
        (date(2018, 1, 1), date(2018, 3, 2)),
        (date(2018, 3, 1), date(2018, 3, 1)),
    ],
)
async def test_placements_are_whole_months_and_never_none(session, stand, since, until):
    odd = Placement(**stand, valid_from=since, valid_to=until)
    assert await refused(session, odd) is ConflictError


async def test_a_location_code_is_one_teams_at_a_time(session, team):
    start = {"team_id": team.id, "source": "iwgc", "valid_from": date(2026, 1, 1)}
    assert await refused(session, TeamLocation(**start, code="X")) is LocationCodeTakenError
    never = TeamLocation(**start, code="Y", valid_to=date(2026, 1, 1))
    assert await refused(session, never) is ConflictError
