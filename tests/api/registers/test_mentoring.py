from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core.clock import today

SCOPES = ("registers:read", "registers:manage")
MENTORING = "registers/mentoring"
TOMORROW = str(today() + timedelta(1))


@pytest.fixture
async def api(api_of):
    return await api_of(*SCOPES)


@pytest.fixture
async def staff(given) -> str:
    return str((await given.user(name="Lee")).id)


@pytest.fixture
def person(api):
    async def made(**told: object) -> str:
        return (await api.made("registers/people", **{"name": "Amara"} | told))["id"]

    return made


@pytest.fixture
def pair(api, person, staff):
    async def made(**told: object) -> dict:
        start = {"user_id": staff, "goals": "To see the ward anew.", "started_on": "2026-01-10"}
        if "person_id" not in told:
            start["person_id"] = await person()
        return await api.made(MENTORING, **start | told)

    return made


def refused(answer, code: int, slug: str, **extra: object) -> None:
    assert (answer.status_code, answer.json()["type"]) == (code, f"/problems/{slug}"), answer.text
    assert answer.json() | extra == answer.json()


async def test_a_pair_meets_learns_and_ends(api, pair):
    found = await pair()
    place = f"{MENTORING}/{found['id']}"
    assert (found["meetings"], found["ended_on"], found["learning"]) == ([], None, None)
    met = await api.send("POST", f"{place}/meetings", {"met_on": "2026-02-01", "note": "Walked."})
    assert (met.status_code, met.headers["etag"]) == (201, '"2"')
    assert [each["note"] for each in met.json()["meetings"]] == ["Walked."]
    for told, code, slug in (
        ({"met_on": "2026-02-01"}, 409, "mentoring-meeting-taken"),
        ({"met_on": "2026-01-09"}, 422, "mentoring-day"),
        ({"met_on": TOMORROW}, 422, "day-in-future"),
    ):
        refused(await api.send("POST", f"{place}/meetings", told), code, slug)
    late = await api.send("PATCH", place, {"started_on": "2026-02-02"})
    refused(late, 422, "mentoring-day")
    changed = await api.send("PATCH", place, {"goals": "To listen."}, If_Match='"2"')
    assert changed.json()["goals"] == "To listen."
    for day, slug in (("2026-01-31", "mentoring-day"), (TOMORROW, "day-in-future")):
        end = await api.send("PUT", f"{place}/end", {"ended_on": day, "learning": "Much."})
        refused(end, 422, slug)
    told = {"ended_on": "2026-03-01", "learning": "Much."}
    ended = (await api.send("PUT", f"{place}/end", told)).json()
    assert ended | told == ended
    for answer in (
        await api.send("PUT", f"{place}/end", told),
        await api.send("PATCH", place, {"goals": "x"}),
        await api.send("POST", f"{place}/meetings", {"met_on": "2026-02-02"}),
    ):
        refused(answer, 409, "mentoring-ended")
    assert (await api.get(place)).json() == ended


async def test_a_pair_that_never_met_ends_on_its_first_day_or_later(api, pair):
    place = f"{MENTORING}/{(await pair())['id']}/end"
    early = await api.send("PUT", place, {"ended_on": "2026-01-09", "learning": "Little."})
    refused(early, 422, "mentoring-day")
    ended = await api.send("PUT", place, {"ended_on": "2026-01-10", "learning": "Little."})
    assert ended.status_code == 200


async def test_two_are_a_pair_once_at_a_time(api, pair, staff, person):
    found = await pair()
    again = {"person_id": found["person_id"], "user_id": staff, "goals": "More."}
    new = again | {"started_on": "2026-02-01"}
    refused(await api.send("POST", MENTORING, new), 409, "mentoring-overlap")
    told = {"ended_on": "2026-01-31", "learning": "Much."}
    await api.send("PUT", f"{MENTORING}/{found['id']}/end", told)
    later = await api.made(MENTORING, **new)
    early = await api.send("PATCH", f"{MENTORING}/{later['id']}", {"started_on": "2026-01-31"})
    refused(early, 409, "mentoring-overlap")
    refused(await api.send("POST", MENTORING, new | {"person_id": staff}), 404, "person-not-found")
    unknown = new | {"user_id": await person()}
    refused(await api.send("POST", MENTORING, unknown), 422, "staff-unknown")


async def test_a_repeated_creation_gives_the_first(api, pair):
    place = f"{MENTORING}/{(await pair())['id']}/meetings"
    for _ in range(2):
        answer = await api.send("POST", place, {"met_on": "2026-02-01"}, Idempotency_Key="once")
        assert len(answer.json()["meetings"]) == 1
    assert answer.headers["idempotency-replayed"] == "true"
    other = f"{MENTORING}/{(await pair())['id']}/meetings"
    elsewhere = await api.send("POST", other, {"met_on": "2026-02-01"}, Idempotency_Key="once")
    refused(elsewhere, 404, "mentoring-pair-not-found")


async def test_pairs_are_found_by_who_may_see_the_mentor(api, api_of, pair, person, given, staff):
    own, other = await given.directorate(), await given.directorate()
    mine = await pair(person_id=await person(directorate_id=str(own.id)))
    hidden = await pair(person_id=await person(directorate_id=str(other.id)))
    told = {"ended_on": "2026-03-01", "learning": "Much."}
    await api.send("PUT", f"{MENTORING}/{mine['id']}/end", told)
    for filters, expected in (
        ({}, [hidden, mine]),
        ({"ended": True}, [mine]),
        ({"ended": False}, [hidden]),
        ({"mentor": mine["person_id"]}, [mine]),
        ({"mentee": staff, "ended": True}, [mine]),
    ):
        items = (await api.get(MENTORING, **filters)).json()["items"]
        assert [each["id"] for each in items] == [each["id"] for each in expected], filters
    limited = await api_of(*SCOPES, directorates=[own.id])
    items = (await limited.get(MENTORING)).json()["items"]
    assert [each["id"] for each in items] == [mine["id"]]
    place = f"{MENTORING}/{hidden['id']}"
    for answer in (
        await limited.get(place),
        await limited.send("PATCH", place, {"goals": "x"}),
        await limited.send("POST", f"{place}/meetings", {"met_on": "2026-02-01"}),
    ):
        refused(answer, 404, "mentoring-pair-not-found")


async def test_the_database_holds_what_the_model_says(session, api, pair):
    found = await pair()
    meetings = f"{MENTORING}/{found['id']}/meetings"
    await api.send("POST", meetings, {"met_on": "2026-02-01"})
    for change in (
        "UPDATE mentoring_pair SET ended_on = '2026-03-01'",
        "UPDATE mentoring_pair SET ended_on = '2026-01-01', learning = 'x'",
        "UPDATE mentoring_pair SET ended_on = '2026-01-31', learning = 'x'",
        "UPDATE mentoring_pair SET ended_on = CURRENT_DATE + 2, learning = 'x'",
        "UPDATE mentoring_pair SET started_on = '2026-02-02'",
        "UPDATE mentoring_meeting SET met_on = '2026-01-09'",
        "UPDATE mentoring_meeting SET met_on = CURRENT_DATE + 2",
    ):
        with pytest.raises(Exception, match=r"check constraint|between its start and its end"):
            async with session.begin_nested():
                await session.execute(text(change))
