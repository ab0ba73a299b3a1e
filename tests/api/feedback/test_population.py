"""Population profiles: loaded whole or not at all, and the nearest in force is used."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.ids import uuid7
from app.domain.feedback.representation import service
from tests.api.feedback.test_representation import EXACT, ask, heard
from tests.factories import drained

URL = "/v1/feedback/population-profiles"
CONFIGURE = (*EXACT, "feedback:configure")
BODY = {
    "title": "Census",
    "source": "Census office",
    "as_of": "2021-03-21",
    "team_id": None,
    "directorate_id": None,
    "valid_from": "2023-04-01",
    "valid_to": None,
    "people": {
        "ethnic_category": {"A": 900, "J": 100, "99": 5},
        "age_band": {"25-34": 10, "85+": 3},
        "language": {"pl": 12},
        "carer": {"true": 0, "false": 7},
    },
}


async def put(client, headers, code="census", etag='"0"', **values):
    return await client.put(
        f"{URL}/{code}", json=BODY | values, headers=headers | {"If-Match": etag}
    )


async def test_a_profile_is_loaded_read_and_replaced(client, as_):
    headers = await as_(*CONFIGURE)
    made = await put(client, headers)
    assert (made.status_code, made.headers["etag"]) == (200, '"1"')
    one = await client.get(f"{URL}/census", headers=headers)
    told = one.json()
    assert {name: told[name] for name in BODY} == BODY
    (listed,) = (await client.get(URL, headers=headers)).json()["items"]
    assert listed == told
    new = await put(client, headers, etag=one.headers["etag"], people={"carer": {"true": 1}})
    assert (new.json()["people"], new.headers["etag"]) == ({"carer": {"true": 1}}, '"2"')
    assert (await put(client, headers, etag='"1"')).status_code == 412
    assert (await put(client, headers)).status_code == 412
    assert (await put(client, headers, code="other", etag='"1"')).status_code == 412


async def test_an_unknown_profile_is_not_found(client, as_):
    answer = await client.get(f"{URL}/none", headers=await as_(*EXACT))
    assert answer.json()["type"] == "/problems/population-profile-not-found"


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"people": {"ethnic_category": {"I": 1}}}, "#/people/ethnic_category"),
        ({"people": {"age_band": {"old": 1}}}, "#/people/age_band"),
        ({"people": {"language": {"Polish": 1}}}, "#/people/language"),
        ({"people": {}}, "#/people"),
        ({"people": {"carer": {"true": -1}}}, "#/people/carer/true"),
        ({"people": {"carer": {"true": 1.5}}}, "#/people/carer/true"),
        ({"people": {"language": {f"aa-{n}": 1 for n in range(301)}}}, "#/"),
        ({"valid_to": "2023-04-01"}, "#/"),
        ({"team_id": "0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e"}, "#/team_id"),
        ({"directorate_id": "0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e"}, "#/directorate_id"),
    ],
)
async def test_one_fault_refuses_the_whole(client, as_, values, pointer):
    headers = await as_(*CONFIGURE)
    answer = await put(client, headers, **values)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert (await client.get(f"{URL}/census", headers=headers)).status_code == 404


async def test_an_area_is_one(client, as_, given):
    team, directorate = await given.team(), await given.directorate()
    values = {"team_id": str(team.id), "directorate_id": str(directorate.id)}
    assert (await put(client, await as_(*CONFIGURE), **values)).status_code == 422


async def test_a_limited_key_loads_profiles_of_its_own_areas(client, as_, given):
    mine, other = await given.team(), await given.team()
    await put(client, await as_(*CONFIGURE))
    headers = await as_(*CONFIGURE, teams=[mine.id])
    assert (await put(client, headers, "mine", team_id=str(mine.id))).status_code == 200
    assert (await put(client, headers, "other", team_id=str(other.id))).status_code == 422
    assert (await put(client, headers, "trust")).status_code == 422
    assert (await put(client, headers, etag='"1"')).status_code == 404


async def test_the_nearest_profile_in_force_is_used(client, as_, given, session):
    directorate = await given.directorate(code="D")
    team = await given.team(await given.service(directorate), iwgc=["A"], code="A")
    await drained(session, *heard("A", 6, carer=True))
    headers = await as_(*CONFIGURE)
    await put(client, headers, "old", valid_from="2021-04-01")
    await put(client, headers, "trust")
    await put(client, headers, "ended", valid_from="2024-04-01", valid_to="2025-04-01")
    await put(client, headers, "later", valid_from="2099-04-01")
    await put(client, headers, "gender", valid_from="2024-04-01", people={"gender": {"1": 2}})

    async def used(**params) -> str:
        return (await ask(client, headers, by="carer", **params))["profile"]["code"]

    assert [await used(), await used(team="A"), await used(directorate="D")] == ["trust"] * 3
    await put(client, headers, "directorate", directorate_id=str(directorate.id))
    assert [await used(), await used(team="A"), await used(directorate="D")] == [
        "trust",
        "directorate",
        "directorate",
    ]
    await put(client, headers, "team", team_id=str(team.id))
    assert [await used(team="A"), await used(directorate="D")] == ["team", "directorate"]


async def test_who_comes_second_with_a_new_code_reads_it_first(session, given):
    """Two callers who both found nothing: the database lets one in."""
    told = BODY | {"as_of": date(2021, 3, 21), "valid_from": date(2023, 4, 1)}
    anybody = Actor(id=uuid7(), name="Anybody", scopes=frozenset())
    await service.load_profile(session, None, "census", told, by=anybody)
    with pytest.raises(PreconditionFailedError):
        await service.load_profile(session, None, "census", told, by=anybody)


@pytest.mark.parametrize(
    "change",
    [
        "people = '[]'",
        """people = '{"carer": {"true": -1}}'""",
        """people = '{"carer": {"true": "many"}}'""",
        "valid_to = valid_from",
        "team_id = gen_random_uuid(), directorate_id = gen_random_uuid()",
    ],
)
async def test_the_database_refuses_it_too(session, client, as_, change):
    assert (await put(client, await as_(*CONFIGURE))).status_code == 200
    with pytest.raises(IntegrityError):
        await session.execute(text(f"UPDATE population_profile SET {change}"))
