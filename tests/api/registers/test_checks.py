from datetime import date, timedelta

import pytest
from sqlalchemy import text

from app.core.clock import today
from app.domain.involvement.renewal import after_months
from tests.api.registers.conftest import PEOPLE, refused

POLICY = "registers/check-policies"


async def test_a_check_is_noted_by_level_and_day_and_counts_for_its_time(api, active):
    found = await active()
    place = f"{PEOPLE}/{found['id']}/checks"
    made = await api.made(place, level="enhanced", issued_on="2025-02-28")
    assert (made["expires_on"], made["version"]) == ("2028-02-28", 1)
    later = await api.made(place, level="basic", issued_on="2026-01-31")
    assert (await api.get(place)).json()["items"] == [later, made]
    again = await api.send("POST", place, {"level": "basic", "issued_on": "2026-01-31"})
    refused(again, 409, "check-recorded")
    for told in ({"number": "001234567890"}, {"copy": "scan.pdf"}):
        body = {"level": "basic", "issued_on": "2026-01-01"} | told
        refused(await api.send("POST", place, body), 422, "invalid-request")


async def test_a_certificate_is_never_of_the_future(api, active, session):
    found = await active()
    place = f"{PEOPLE}/{found['id']}/checks"
    tomorrow = str(today() + timedelta(1))
    answer = await api.send("POST", place, {"level": "basic", "issued_on": tomorrow})
    refused(answer, 422, "check-in-future")
    made = await api.made(place, level="basic", issued_on=str(today()))
    for change, name in (
        ("issued_on = current_date + 2, expires_on = current_date + 9", "not_in_future"),
        ("expires_on = issued_on", "expires_later"),
    ):
        with pytest.raises(Exception, match=f"ck_dbs_check_{name}"):
            async with session.begin_nested():
                await session.execute(
                    text(f"UPDATE dbs_check SET {change} WHERE id = :id"), {"id": made["id"]}
                )


async def test_a_check_noted_by_mistake_is_taken_back(api, active):
    first, other = await active(), await active()
    made = await api.made(f"{PEOPLE}/{first['id']}/checks", level="basic", issued_on="2026-01-01")
    stray = f"{PEOPLE}/{other['id']}/checks/{made['id']}"
    refused(await api.send("DELETE", stray, None), 404, "check-not-found")
    place = f"{PEOPLE}/{first['id']}/checks/{made['id']}"
    refused(await api.send("DELETE", place, None, If_Match='"7"'), 412, "precondition-failed")
    assert (await api.send("DELETE", place, None)).status_code == 204
    refused(await api.send("DELETE", place, None), 404, "check-not-found")


async def test_a_check_once_only_by_the_same_key(api, active):
    place = f"{PEOPLE}/{(await active())['id']}/checks"
    body = {"level": "basic", "issued_on": "2026-01-01"}
    first = await api.send("POST", place, body, Idempotency_Key="a")
    again = await api.send("POST", place, body, Idempotency_Key="a")
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"


async def test_the_trust_decides_how_long_a_level_counts(api, active):
    found = await active()
    place = f"{PEOPLE}/{found['id']}/checks"
    await api.made(place, level="standard", issued_on="2024-02-29")
    await api.made(place, level="basic", issued_on="2024-02-29")
    listed = (await api.get(POLICY)).json()["items"]
    assert [each["level"] for each in listed] == [
        "basic",
        "standard",
        "enhanced",
        "enhanced_barred",
    ]
    assert (await api.get(f"{POLICY}/standard")).json() == listed[1]
    assert listed[1]["months"] == 36
    changed = await api.send("PUT", f"{POLICY}/standard", {"months": 12}, If_Match='"1"')
    assert (changed.json()["months"], changed.headers["etag"]) == (12, '"2"')
    told = {each["level"]: each for each in (await api.get(place)).json()["items"]}
    assert told["standard"]["expires_on"] == str(after_months(date(2024, 2, 29), 12))
    assert (told["standard"]["version"], told["basic"]["version"]) == (2, 1)
    stale = await api.send("PUT", f"{POLICY}/standard", {"months": 24}, If_Match='"1"')
    refused(stale, 412, "precondition-failed")
    refused(await api.send("PUT", f"{POLICY}/standard", {"months": 0}), 422, "invalid-request")


async def test_a_level_without_a_policy_is_not_found(api, session, active):
    await session.execute(text("DELETE FROM dbs_policy WHERE level = 'basic'"))
    await session.commit()
    refused(await api.get(f"{POLICY}/basic"), 404, "check-policy-not-found")
    assert len((await api.get(POLICY)).json()["items"]) == 3


async def test_what_ends_soon_is_listed_until_it_is_done_again(api, active, given):
    day = today()
    course = await api.made(
        "registers/courses", code="CO", kind="training", name="Co-production", summary="x", months=1
    )
    amara, ben = await active(), await active(name="Ben Baker")
    staff = await given.user(name="Sam Staff")

    async def checked(person, ends: int, level: str = "basic") -> dict:
        issued = after_months(day + timedelta(ends), -36)
        place = f"{PEOPLE}/{person['id']}/checks"
        return await api.made(place, level=level, issued_on=str(issued))

    async def ending(**asked: object) -> list[tuple]:
        answer = await api.get("registers/expiring", **asked)
        assert answer.status_code == 200, answer.text
        return [
            (each["name"], each["kind"], each["what"], each["warning"])
            for each in answer.json()["items"]
        ]

    await checked(amara, 25)
    await checked(ben, -5, "enhanced")
    await api.made(
        "registers/completions",
        course_id=course["id"],
        user_id=str(staff.id),
        completed_on=str(day - timedelta(26)),
    )
    everything = [
        ("Ben Baker", "check", "enhanced", "expired"),
        ("Sam Staff", "course", "Co-production", "in_7_days"),
        ("Amara Okafor", "check", "basic", "in_30_days"),
    ]
    assert await ending() == everything
    assert await ending(within=7) == everything[:2]
    first = (await api.get("registers/expiring", limit=2)).json()
    rest = (await api.get("registers/expiring", limit=2, after=first["next"])).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    await checked(amara, 300, "standard")
    await api.made(
        "registers/completions",
        course_id=course["id"],
        user_id=str(staff.id),
        completed_on=str(day),
    )
    # What was done again is warned of by its own end.
    assert await ending(within=20) == everything[:1]
    await api.send("PUT", f"{PEOPLE}/{ben['id']}/status", {"status": "left", "reason": "Moved"})
    assert await ending(within=20) == []
    refused(await api.get("registers/expiring", after="x"), 422, "invalid-request")


async def test_who_is_limited_is_told_of_their_own_people(api, api_of, active, given):
    own, other = await given.directorate(), await given.directorate()
    for name, directorate in (("Own", own), ("Other", other)):
        found = await active(name=name, directorate_id=str(directorate.id))
        issued = str(after_months(today(), -36))
        await api.made(f"{PEOPLE}/{found['id']}/checks", level="basic", issued_on=issued)
    limited = await api_of("registers:checks", directorates=[own.id])
    listed = (await limited.get("registers/expiring")).json()["items"]
    assert [each["name"] for each in listed] == ["Own"]
    refused(await limited.get(f"{PEOPLE}/{found['id']}/checks"), 404, "person-not-found")
