from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core.clock import today

SCOPES = ("registers:read", "registers:manage")
CHAMPIONS = "registers/champions"


@pytest.fixture
async def api(api_of):
    return await api_of(*SCOPES)


@pytest.fixture
async def staff(given) -> str:
    return str((await given.user(name="Lee")).id)


@pytest.fixture
async def team(given):
    return await given.team(code="CITY")


@pytest.fixture
def champion(api, staff, team):
    async def made(**told: object) -> dict:
        start = {"team_id": str(team.id), "valid_from": "2024-04-01"}
        if "person_id" not in told:
            start["user_id"] = staff
        return await api.made(CHAMPIONS, **start | told)

    return made


def refused(answer, code: int, slug: str) -> None:
    assert (answer.status_code, answer.json()["type"]) == (code, f"/problems/{slug}")


async def found_ids(api, **filters: object) -> list[str]:
    answer = await api.get(CHAMPIONS, **filters)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["items"]]


async def test_a_champion_is_named_trained_and_ends(api, champion, staff):
    found = await champion()
    place = f"{CHAMPIONS}/{found['id']}"
    assert (found["user_id"], found["person_id"], found["trained_on"]) == (staff, None, None)
    stale = await api.send("PATCH", place, {"trained_on": "2024-05-01"}, If_Match='"7"')
    refused(stale, 412, "precondition-failed")
    trained = await api.send("PATCH", place, {"trained_on": "2024-05-01"}, If_Match='"1"')
    assert (trained.json()["trained_on"], trained.headers["etag"]) == ("2024-05-01", '"2"')
    ended = await api.send("PATCH", place, {"valid_to": "2025-04-01"})
    assert (await api.get(place)).json() == ended.json()
    later = str(today() + timedelta(1))
    refused(await api.send("PATCH", place, {"trained_on": later}), 422, "day-in-future")
    refused(await api.send("PATCH", place, {"valid_to": "2024-04-01"}), 422, "period-order")


async def test_who_is_named_is_one_and_is_there(api, team, staff, given):
    person = (await api.made("registers/people", name="Amara"))["id"]
    gone = await given.user()
    gone.active = False
    await given.session.commit()
    new = {"team_id": str(team.id), "valid_from": "2026-01-01"}
    for told, code, slug in (
        ({}, 422, "person-or-staff"),
        ({"person_id": person, "user_id": staff}, 422, "person-or-staff"),
        ({"user_id": person}, 422, "staff-unknown"),
        ({"user_id": str(gone.id)}, 422, "staff-unknown"),
        ({"person_id": staff}, 404, "person-not-found"),
        ({"user_id": staff, "team_id": staff}, 422, "invalid-request"),
    ):
        refused(await api.send("POST", CHAMPIONS, new | told), code, slug)


async def test_the_same_one_is_a_teams_champion_once_at_a_time(api, champion, given, staff):
    first = await champion(valid_to="2025-01-01")
    new = {"team_id": first["team_id"], "user_id": staff}
    again = await api.send("POST", CHAMPIONS, new | {"valid_from": "2024-12-31"})
    refused(again, 409, "champion-overlap")
    await api.made(CHAMPIONS, **new | {"valid_from": "2025-01-01"})
    longer = await api.send("PATCH", f"{CHAMPIONS}/{first['id']}", {"valid_to": None})
    refused(longer, 409, "champion-overlap")
    await champion(team_id=str((await given.team()).id))
    person = (await api.made("registers/people", name="Amara"))["id"]
    await champion(person_id=person)


async def test_the_database_holds_what_the_model_says(session, champion, staff):
    found = await champion()
    for change in (
        "user_id = NULL",
        "valid_to = valid_from",
        "trained_on = CURRENT_DATE + 2",
    ):
        with pytest.raises(Exception, match="violates check constraint"):
            async with session.begin_nested():
                await session.execute(
                    text(f"UPDATE champion SET {change} WHERE id = :id"), {"id": found["id"]}
                )


async def test_champions_are_found(api, champion, given, staff):
    directorate = await given.directorate(code="ADULT")
    other = await given.team(await given.service(directorate))
    person = (await api.made("registers/people", name="Amara"))["id"]
    one = await champion()
    two = await champion(
        person_id=person,
        team_id=str(other.id),
        valid_from="2025-01-01",
        valid_to="2025-02-01",
        trained_on="2025-01-02",
    )
    for filters in (
        {"team": other.code},
        {"directorate": "ADULT"},
        {"person": person},
        {"trained": True},
        {"on": "2025-01-31", "trained": True},
    ):
        assert await found_ids(api, **filters) == [two["id"]], filters
    for filters in ({"user": staff}, {"trained": False}, {"on": "2025-02-01"}):
        assert await found_ids(api, **filters) == [one["id"]], filters
    assert await found_ids(api) == [two["id"], one["id"]]


async def test_who_is_limited_sees_their_teams_champions(api, api_of, champion, given, staff):
    own, other = await given.directorate(), await given.directorate()
    mine = await given.team(await given.service(own))
    stranger = await api.made("registers/people", name="Zed", directorate_id=str(other.id))
    shown = await champion(team_id=str(mine.id), person_id=stranger["id"])
    hidden = await champion()
    limited = await api_of(*SCOPES, directorates=[own.id])
    assert await found_ids(limited) == [shown["id"]]
    assert (await limited.get(f"{CHAMPIONS}/{shown['id']}")).json()["person_id"] is None
    refused(await limited.get(f"{CHAMPIONS}/{hidden['id']}"), 404, "champion-not-found")
    change = await limited.send("PATCH", f"{CHAMPIONS}/{hidden['id']}", {"valid_to": None})
    refused(change, 404, "champion-not-found")
    new = {"team_id": hidden["team_id"], "user_id": staff, "valid_from": "2026-01-01"}
    refused(await limited.send("POST", CHAMPIONS, new), 404, "team-not-found")
    told = (await limited.get(f"{CHAMPIONS}/coverage")).json()
    assert (told["total"]["teams"], told["total"]["with"]) == (1, 1)


async def test_coverage_names_the_teams_without_a_champion(api, champion, given, team):
    directorate = await given.directorate(code="ADULT")
    service = await given.service(directorate)
    first = await given.team(service, code="A")
    await given.team(service, code="B")
    await given.team(service, closed_on=today())
    await champion()
    await champion(team_id=str(first.id), valid_to="2025-01-01", trained_on="2024-06-01")
    told = (await api.get(f"{CHAMPIONS}/coverage", on="2024-06-01")).json()
    adult = next(each for each in told["directorates"] if each["code"] == "ADULT")
    without = [each["code"] for each in adult.pop("without")]
    assert (adult["teams"], adult["with"], adult["pct_with"]) == (3, 1, 33.3)
    assert (adult["with_trained"], without[0]) == (1, "B")
    assert told["total"] == {"teams": 4, "with": 2, "with_trained": 1, "pct_with": 50.0}
    now = (await api.get(f"{CHAMPIONS}/coverage")).json()
    adult = next(each for each in now["directorates"] if each["code"] == "ADULT")
    assert (now["on"], [each["code"] for each in adult["without"]]) == (str(today()), ["A", "B"])
    nothing = (await api.get(f"{CHAMPIONS}/coverage", on="2000-01-01")).json()
    assert nothing["total"] == {"teams": 0, "with": 0, "with_trained": 0, "pct_with": None}
