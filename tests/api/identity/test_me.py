from datetime import UTC, date, datetime

from sqlalchemy import select

from app.api.v1.me.schemas import Me
from app.domain.identity import queries
from app.domain.organisation.models import Directorate, Placement

URL = "/v1/me"


async def me(client, headers) -> dict:
    answer = await client.get(URL, headers=headers)
    assert answer.status_code == 200, answer.text
    assert Me.model_validate(answer.json())
    return answer.json()


async def test_who_is_not_limited_has_no_list_of_places(client, as_):
    told = await me(client, await as_("organisation:read", "feedback:read"))
    assert told["user"]["name"] == "Jo Bloggs"
    assert told["key"] | {"id": ""} == {
        "id": "",
        "name": "main",
        "hint": "ev_test_...",
        "expires_at": None,
    }
    assert told["scopes"] == ["feedback:read", "organisation:read"]
    assert (told["directorates"], told["teams"], told["person"]) == (None, None, None)
    assert len(told["roles"]) == 1


async def test_a_key_of_no_scope_may_still_ask(client, as_):
    assert (await me(client, await as_()))["scopes"] == []


async def test_a_key_is_told_when_it_expires(client, as_):
    told = await me(client, await as_(expires_at=datetime(2100, 1, 1, tzinfo=UTC)))
    assert told["key"]["expires_at"] == "2100-01-01T00:00:00.000000Z"


async def test_who_is_limited_to_a_directorate_is_told_of_its_teams(client, as_, given, session):
    service = await given.service()
    directorate = await session.get_one(Directorate, service.directorate_id)
    teams = [await given.team(service, code=code) for code in ("B", "A")]
    await given.team()
    told = await me(client, await as_(directorates=[directorate.id]))
    assert told["directorates"] == [
        {"id": str(directorate.id), "code": directorate.code, "name": directorate.name}
    ]
    assert [team["code"] for team in told["teams"]] == ["A", "B"]
    assert told["teams"][0]["id"] == str(teams[1].id)


async def test_who_is_limited_to_teams_holds_no_directorate(client, as_, given):
    team = await given.team()
    told = await me(client, await as_(teams=[team.id]))
    assert told["directorates"] == []
    assert [place["id"] for place in told["teams"]] == [str(team.id)]


async def test_a_team_counts_to_its_directorate_by_the_day_in_england(given, door, session):
    service = await given.service()
    team = await given.team(service)
    placement = (await session.scalars(select(Placement))).one()
    placement.valid_from, placement.valid_to = date(2026, 7, 1), date(2026, 8, 1)
    await given.key(b"digest", directorates=[service.directorate_id])
    for at, teams in (
        (datetime(2026, 6, 30, 22, 30, tzinfo=UTC), set()),
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), {team.id}),
        (datetime(2026, 7, 31, 22, 30, tzinfo=UTC), {team.id}),
        (datetime(2026, 7, 31, 23, 30, tzinfo=UTC), set()),
    ):
        actor = await queries.actor_of(door, b"digest", at)
        assert actor.teams == teams


async def test_who_shows_no_key_is_told_nothing(client):
    answer = await client.get(URL)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
