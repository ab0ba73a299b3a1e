from datetime import date, timedelta

import pytest
from sqlalchemy import text

from app.core.clock import today

SCOPES = ("registers:read", "registers:manage")
PEOPLE = "registers/people"
AMARA = {"name": "Amara Okafor", "email": "amara@example.org", "preferred_channel": "email"}


@pytest.fixture
async def api(api_of):
    return await api_of(*SCOPES)


@pytest.fixture
async def lead(given) -> str:
    return str((await given.user(name="Lee Lead")).id)


@pytest.fixture
def person(api):
    async def made(**told: object) -> dict:
        return await api.made(PEOPLE, **AMARA | told)

    return made


@pytest.fixture
def welcomed(api, person, lead):
    async def made(**told: object) -> dict:
        found = await person(**told)
        answer = await api.send("POST", f"{PEOPLE}/{found['id']}/welcome", {"lead_id": lead})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return made


async def names(api, **filters: object) -> list[str]:
    answer = await api.get(PEOPLE, **filters)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


def refused(answer, code: int, slug: str, **extra: object) -> None:
    assert (answer.status_code, answer.json()["type"]) == (code, f"/problems/{slug}")
    assert answer.json() | extra == answer.json()


async def test_a_person_asks_is_welcomed_pauses_comes_back_and_leaves(api, lead):
    answer = await api.send("POST", PEOPLE, AMARA)
    asked = answer.json()
    place = f"{PEOPLE}/{asked['id']}"
    assert answer.headers["location"] == f"/v1/{place}"
    assert (asked["status"], asked["lead_id"], asked["roles"]) == ("enquiry", None, [])
    assert (await api.get(place)).json() == asked

    async def turned(**told: object) -> dict:
        answer = await api.send("PUT", f"{place}/status", told)
        assert answer.status_code == 200, answer.text
        return answer.json()

    early = await api.send("PUT", f"{place}/status", {"status": "active"})
    refused(early, 409, "person-status", state="enquiry")
    answer = await api.send("POST", f"{place}/welcome", {"lead_id": lead})
    assert (answer.json()["status"], answer.json()["lead_id"]) == ("welcomed", lead)
    assert (await turned(status="active"))["status_since"] == str(today())
    later = str(today() + timedelta(30))
    paused = await turned(status="paused", reason="Exams", until=later)
    assert (paused["status"], paused["paused_until"]) == ("paused", later)
    assert (await turned(status="active"))["paused_until"] is None
    await turned(status="left", reason="Moved away")
    history = (await api.get(f"{place}/statuses")).json()["items"]
    assert [(each["status"], each["reason"]) for each in history] == [
        ("left", "Moved away"),
        ("active", None),
        ("paused", "Exams"),
        ("active", None),
        ("welcomed", None),
        ("enquiry", None),
    ]
    assert all(each["changed_by"] for each in history)
    again = await api.send("POST", f"{place}/welcome", {"lead_id": lead})
    assert again.json()["status"] == "welcomed"


@pytest.mark.parametrize(
    "told",
    [
        {"status": "welcomed"},
        {"status": "active", "until": "2026-12-31"},
        {"status": "left"},
    ],
)
async def test_a_status_that_makes_no_sense_is_refused(api, welcomed, told):
    found = await welcomed()
    refused(await api.send("PUT", f"{PEOPLE}/{found['id']}/status", told), 422, "invalid-request")


async def test_a_person_is_corrected(api, person, given, lead):
    found = await person()
    place = f"{PEOPLE}/{found['id']}"
    stale = await api.send("PATCH", place, {"known_as": "Ama"}, If_Match='"9"')
    refused(stale, 412, "precondition-failed")
    directorate = await given.directorate()
    change = {"known_as": "Ama", "directorate_id": str(directorate.id), "skills": ["listening"]}
    answer = await api.send("PATCH", place, change | {"lead_id": lead}, If_Match='"1"')
    assert answer.json() | change == answer.json()
    assert answer.headers["etag"] == '"2"'
    for told, status, slug in (
        ({"email": None}, 422, "channel-missing"),
        ({"preferred_channel": "letter"}, 422, "channel-missing"),
        ({"born_on": str(today() + timedelta(1))}, 422, "born-later"),
        ({"lead_id": found["id"]}, 422, "lead-unknown"),
        ({"directorate_id": found["id"]}, 404, "directorate-not-found"),
    ):
        refused(await api.send("PATCH", place, told), status, slug)


async def test_the_database_holds_what_the_model_says(session, person):
    found = await person()
    for change in (
        "preferred_channel = 'sms'",
        "status = 'welcomed'",
        "paused_until = '2026-01-01'",
        "merged_into = id",
    ):
        with pytest.raises(Exception, match="violates check constraint"):
            async with session.begin_nested():
                await session.execute(
                    text(f"UPDATE person SET {change} WHERE id = :id"), {"id": found["id"]}
                )


async def test_people_are_found_by_what_they_are_known_by(api, person, given, lead):
    directorate = await given.directorate(code="ADULT")
    first = await person(
        known_as="Ama",
        skills=["interviewing"],
        interests=["research"],
        pathways=["eating disorders"],
        availability=["mon_morning"],
        directorate_id=str(directorate.id),
    )
    await person(name="Ben Baker")
    place = f"{PEOPLE}/{first['id']}"
    await api.send("POST", f"{place}/welcome", {"lead_id": lead})
    await api.made(f"{place}/roles", role="carer", valid_from="2020-01-01")
    for filters in (
        {"name": "oka am"},
        {"name": "ama"},
        {"skill": "interviewing"},
        {"interest": "research"},
        {"pathway": "eating disorders"},
        {"availability": "mon_morning"},
        {"directorate": "ADULT"},
        {"status": "welcomed"},
        {"lead": lead},
        {"role": "carer"},
    ):
        assert await names(api, **filters) == ["Amara Okafor"], filters
        absent = filters | {"name": "nobody"}
        assert await names(api, **absent) == []
    assert await names(api) == ["Ben Baker", "Amara Okafor"]
    refused(await api.get(PEOPLE, name="!"), 422, "invalid-request")
    refused(await api.get(PEOPLE, colour="red"), 422, "invalid-request")


async def test_who_is_limited_sees_their_directorates_people_and_those_in_none(
    api, api_of, person, given
):
    own, other = await given.directorate(), await given.directorate()
    await person(name="Own", directorate_id=str(own.id))
    theirs = await person(name="Other", directorate_id=str(other.id))
    await person(name="Nobody's")
    limited = await api_of(*SCOPES, directorates=[own.id])
    assert await names(limited) == ["Nobody's", "Own"]
    place = f"{PEOPLE}/{theirs['id']}"
    refused(await limited.get(place), 404, "person-not-found")
    refused(await limited.send("PATCH", place, {"name": "X"}), 404, "person-not-found")
    moved = await limited.send("POST", PEOPLE, AMARA | {"directorate_id": str(other.id)})
    refused(moved, 404, "directorate-not-found")


async def test_a_child_is_marked(person):
    day = today()
    grown = day.replace(year=day.year - 18, day=min(day.day, 28))
    assert (await person(born_on=str(grown)))["safeguarding"] is False
    assert (await person(born_on=str(date(day.year - 10, 1, 1))))["safeguarding"] is True
    assert (await person())["safeguarding"] is False


async def test_a_role_is_had_once_at_a_time(api, person):
    found = await person()
    place = f"{PEOPLE}/{found['id']}/roles"
    first = await api.made(place, role="volunteer", valid_from="2024-01-01")
    again = await api.send("POST", place, {"role": "volunteer", "valid_from": "2025-01-01"})
    refused(again, 409, "role-overlap")
    early = await api.send("PATCH", f"{place}/{first['id']}", {"valid_to": "2024-01-01"})
    refused(early, 422, "role-period-order")
    ended = await api.send("PATCH", f"{place}/{first['id']}", {"valid_to": "2025-01-01"})
    assert (ended.json()["valid_to"], ended.headers["etag"]) == ("2025-01-01", '"2"')
    second = await api.made(place, role="volunteer", valid_from="2025-01-01")
    await api.made(place, role="governor", valid_from="2025-01-01")
    reopened = await api.send("PATCH", f"{place}/{first['id']}", {"valid_to": None})
    refused(reopened, 409, "role-overlap")
    told = (await api.get(place)).json()["items"]
    assert [each["role"] for each in told] == ["volunteer", "governor", "volunteer"]
    assert (await api.get(f"{PEOPLE}/{found['id']}")).json()["roles"] == ["governor", "volunteer"]
    other = await person()
    stray = await api.send(
        "PATCH", f"{PEOPLE}/{other['id']}/roles/{second['id']}", {"valid_to": None}
    )
    refused(stray, 404, "role-period-not-found")


async def test_two_records_of_one_person_become_one(api, welcomed, person):
    kept = await welcomed(skills=["listening"])
    second = await person(name="A. Okafor", phone="07700 900123", skills=["listening", "maths"])
    for found, role, begins in (
        (kept, "carer", "2024-01-01"),
        (second, "carer", "2023-01-01"),
        (second, "governor", "2025-01-01"),
    ):
        await api.made(f"{PEOPLE}/{found['id']}/roles", role=role, valid_from=begins)
    place, gone = f"{PEOPLE}/{kept['id']}", f"{PEOPLE}/{second['id']}"
    merging = {"duplicate_id": second["id"]}
    merged = (await api.send("POST", f"{place}/merge", merging)).json()
    assert (merged["phone"], merged["skills"]) == ("07700 900123", ["listening", "maths"])
    assert (merged["name"], merged["roles"]) == ("Amara Okafor", ["carer", "governor"])
    left = (await api.get(gone)).json()
    assert (left["merged_into"], left["status"], left["roles"]) == (kept["id"], "left", ["carer"])
    assert await names(api) == ["Amara Okafor"]
    history = (await api.get(f"{place}/statuses")).json()["items"]
    assert [each["status"] for each in history] == ["left", "enquiry", "welcomed", "enquiry"]
    for answer in (
        await api.send("PATCH", gone, {"name": "X"}),
        await api.send("POST", f"{place}/merge", merging),
        await api.send("POST", f"{gone}/merge", {"duplicate_id": kept["id"]}),
        await api.send("POST", f"{gone}/roles", {"role": "carer", "valid_from": "2026-01-01"}),
    ):
        refused(answer, 409, "person-merged", merged_into=kept["id"])
    itself = await api.send("POST", f"{place}/merge", {"duplicate_id": kept["id"]})
    refused(itself, 409, "person-merged")
    third = await person(name="Amara O.")
    await api.send("POST", f"{PEOPLE}/{third['id']}/merge", {"duplicate_id": kept["id"]})
    assert (await api.get(gone)).json()["merged_into"] == third["id"]


async def test_the_public_asks_to_join(client, api):
    asking = {"name": "Zed", "asked": "I want to help.", "phone": "07700 900123"}
    answer = await client.post("/v1/public/join-requests", json=asking)
    assert (answer.status_code, answer.json()) == (202, {"received": True})
    (found,) = (await api.get(PEOPLE)).json()["items"]
    assert found["status"] == "enquiry"
    assert (found["asked"], found["preferred_channel"]) == ("I want to help.", "phone")
    history = (await api.get(f"{PEOPLE}/{found['id']}/statuses")).json()["items"]
    assert [each["changed_by"] for each in history] == [None]
    by_program = asking | {"website": "https://spam.example"}
    assert (await client.post("/v1/public/join-requests", json=by_program)).status_code == 202
    assert len((await api.get(PEOPLE)).json()["items"]) == 1
    nameless = await client.post("/v1/public/join-requests", json=asking | {"phone": None})
    refused(nameless, 422, "invalid-request")
