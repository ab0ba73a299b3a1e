from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core.clock import today
from tests.api.registers.conftest import PEOPLE, refused

COURSES, COMPLETIONS = "registers/courses", "registers/completions"
PACK = {
    "code": "WELCOME",
    "kind": "induction",
    "name": "Welcome pack",
    "summary": "What involvement is.",
    "outcomes": ["Know your lead."],
}


async def test_a_course_is_made_renamed_revised_and_retired(api):
    answer = await api.send("POST", COURSES, PACK)
    made = answer.json()
    place = f"{COURSES}/{made['id']}"
    assert answer.headers["location"] == f"/v1/{place}"
    assert made | PACK | {"current": 1, "least": 1, "months": None, "retired": False} == made
    assert (await api.get(place)).json() == made
    refused(await api.send("POST", COURSES, PACK), 409, "course-code-taken")
    named = await api.send("PATCH", place, {"name": "Welcome"}, If_Match='"1"')
    assert named.json()["name"] == "Welcome"
    new = {"summary": "Now with more.", "months": 24, "earlier_counts": False}
    second = await api.made(f"{place}/versions", **new)
    assert (second["number"], second["months"]) == (2, 24)
    third = await api.made(f"{place}/versions", summary="Shorter.")
    shown = (await api.get(place)).json()
    told = {name: shown[name] for name in ("current", "least", "summary", "months", "outcomes")}
    assert told == {
        "current": 3,
        "least": 2,
        "summary": "Shorter.",
        "months": None,
        "outcomes": [],
    }
    listed = (await api.get(f"{place}/versions")).json()["items"]
    assert listed[:2] == [third, second]
    assert listed[2]["outcomes"] == ["Know your lead."]
    await api.send("PATCH", place, {"retired": True})
    refused(await api.send("POST", f"{place}/versions", new), 409, "course-retired")
    for filters, found in (
        ({}, 1),
        ({"kind": "induction"}, 1),
        ({"kind": "training"}, 0),
        ({"state": "retired"}, 1),
        ({"state": "given"}, 0),
    ):
        assert len((await api.get(COURSES, **filters)).json()["items"]) == found, filters


async def test_the_same_version_is_added_once_by_the_same_key(api):
    made = await api.made(COURSES, **PACK)
    place = f"{COURSES}/{made['id']}/versions"
    first = await api.send("POST", place, {"summary": "More."}, Idempotency_Key="a")
    again = await api.send("POST", place, {"summary": "More."}, Idempotency_Key="a")
    assert again.json() == first.json()
    assert len((await api.get(place)).json()["items"]) == 2


async def test_people_and_staff_complete_a_course_alike(api, active, given):
    course = await api.made(COURSES, **PACK, months=12)
    person, staff = await active(), await given.user()
    body = {"course_id": course["id"], "completed_on": "2025-02-28"}
    answer = await api.send("POST", COMPLETIONS, body | {"person_id": person["id"]})
    theirs = answer.json()
    place = f"{COMPLETIONS}/{theirs['id']}"
    assert answer.headers["location"] == f"/v1/{place}"
    assert (theirs["expires_on"], theirs["course_version"]) == ("2026-02-28", 1)
    assert (await api.get(place)).json() == theirs
    await api.made(f"{COURSES}/{course['id']}/versions", summary="For good.")
    new = await api.made(COMPLETIONS, **body, user_id=str(staff.id))
    old = await api.made(
        COMPLETIONS,
        **body | {"completed_on": "2024-01-31"},
        user_id=str(staff.id),
        course_version=1,
    )
    assert (new["course_version"], new["expires_on"]) == (2, None)
    assert old["expires_on"] == "2025-01-31"
    for filters, found in (
        ({"course": "WELCOME"}, [old, new, theirs]),
        ({"course": course["id"], "person": person["id"]}, [theirs]),
        ({"user": str(staff.id)}, [old, new]),
    ):
        assert (await api.get(COMPLETIONS, **filters)).json()["items"] == found
    assert (await api.send("DELETE", place, None)).status_code == 204
    refused(await api.get(place), 404, "completion-not-found")
    refused(await api.send("DELETE", place, None), 404, "completion-not-found")


async def test_a_completion_that_cannot_be_is_refused(api, active, given, session):
    course = await api.made(COURSES, **PACK)
    person, staff = await active(), await given.user()
    body = {"course_id": course["id"], "person_id": person["id"], "completed_on": str(today())}
    made = await api.made(COMPLETIONS, **body)
    for told, status, slug in (
        ({"completed_on": str(today() + timedelta(1))}, 422, "completion-in-future"),
        ({"course_version": 2}, 422, "course-version-unknown"),
        ({"course_id": person["id"]}, 404, "course-not-found"),
        ({"person_id": course["id"]}, 404, "person-not-found"),
        ({"person_id": None, "user_id": course["id"]}, 404, "user-not-found"),
        ({"person_id": None}, 422, "invalid-request"),
        ({"user_id": str(staff.id)}, 422, "invalid-request"),
        ({}, 409, "completion-recorded"),
    ):
        refused(await api.send("POST", COMPLETIONS, body | told), status, slug)
    for change, name in (
        ("completed_on = current_date + 2", "ck_course_completion_not_in_future"),
        ("expires_on = completed_on", "ck_course_completion_expires_later"),
        ("person_id = NULL", "ck_course_completion_of_somebody"),
        ("course_version = 9", "fk_course_completion_course_id_course_version"),
    ):
        with pytest.raises(Exception, match=name):
            async with session.begin_nested():
                await session.execute(
                    text(f"UPDATE course_completion SET {change} WHERE id = :id"),
                    {"id": made["id"]},
                )


async def test_who_is_limited_sees_completions_of_their_own_people_and_of_staff(
    api, api_of, active, given
):
    own, other = await given.directorate(), await given.directorate()
    course = await api.made(COURSES, **PACK)
    made = []
    for directorate in (own, other):
        found = await active(directorate_id=str(directorate.id))
        body = {"course_id": course["id"], "completed_on": "2026-01-01"}
        made.append(await api.made(COMPLETIONS, **body, person_id=found["id"]))
    staff = await api.made(COMPLETIONS, **body, user_id=str((await given.user()).id))
    limited = await api_of("registers:checks", directorates=[own.id])
    listed = (await limited.get(COMPLETIONS)).json()["items"]
    assert [each["id"] for each in listed] == [staff["id"], made[0]["id"]]
    theirs = f"{COMPLETIONS}/{made[1]['id']}"
    refused(await limited.get(theirs), 404, "completion-not-found")
    refused(await limited.send("DELETE", theirs, None), 404, "completion-not-found")
    assert (await limited.send("DELETE", f"{COMPLETIONS}/{made[0]['id']}", None)).status_code == 204


async def test_a_merged_record_completes_nothing(api, active):
    course = await api.made(COURSES, **PACK)
    kept, gone = await active(), await active()
    body = {"course_id": course["id"], "completed_on": "2026-01-01", "person_id": gone["id"]}
    made = await api.made(COMPLETIONS, **body)
    await api.send("POST", f"{PEOPLE}/{kept['id']}/merge", {"duplicate_id": gone["id"]})
    moved = (await api.get(f"{COMPLETIONS}/{made['id']}")).json()
    assert moved["person_id"] == kept["id"]
    refused(await api.send("POST", COMPLETIONS, body), 409, "person-merged")
