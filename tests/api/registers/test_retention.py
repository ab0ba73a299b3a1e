"""How long records are kept is decided by a named person; a draft deletes nothing."""

from datetime import date, timedelta

import pytest

from app.core.clock import today
from app.domain.people.register.models import Person
from app.domain.rights.holds.models import LegalHold
from app.domain.rights.retention.models import DRAFT, RetentionRun
from tests.api.registers.conftest import refused

RULES = "registers/retention/rules"
LEFT = f"{RULES}/people_left"
LONG_AGO = date(2010, 5, 6)


@pytest.fixture
async def governor(caller):
    return await caller("rights:read", "rights:govern")


def somebody(**told: object) -> Person:
    start = {"name": "Amara", "language": "en", "status": "left", "status_since": LONG_AGO}
    return Person(**start | told)


async def test_every_category_is_shipped_as_a_draft_that_nobody_confirmed(governor):
    rules = (await governor.get(RULES)).json()["items"]
    assert [each["category"] for each in rules] == sorted(each["category"] for each in rules)
    assert len(rules) == 7
    for each in rules:
        assert (each["active"], each["confirmed_by"], each["source"]) == (False, None, DRAFT)
    assert (await governor.get(LEFT)).json()["keeps_months"] == 72


async def test_a_rule_is_confirmed_in_the_name_of_who_says_so_and_may_be_a_draft_again(governor):
    answer = await governor.get(LEFT)
    version = answer.headers["etag"]
    told = {"keeps_months": 60, "source": "IG group, minute 7", "active": True}
    made = await governor.send("PUT", LEFT, told, If_Match=version)
    assert made.status_code == 200, made.text
    assert made.json()["confirmed_by"] == governor.id
    assert made.json()["confirmed_at"]
    refused(await governor.send("PUT", LEFT, told, If_Match=version), 412, "precondition-failed")
    again = await governor.send(
        "PUT", LEFT, told | {"active": False}, If_Match=made.headers["etag"]
    )
    assert (again.json()["confirmed_by"], again.json()["confirmed_at"]) == (None, None)
    assert (await governor.get(LEFT)).json() == again.json()


async def test_a_rule_is_changed_by_its_version_and_known_categories_alone(governor):
    told = {"keeps_months": 60, "source": "IG group", "active": True}
    held = {k: v for k, v in governor.headers.items() if k != "If-Match"}
    answer = await governor.client.put(f"/v1/{LEFT}", json=told, headers=held)
    refused(answer, 428, "precondition-required")
    assert (await governor.send("PUT", f"{RULES}/feelings", told)).status_code == 422
    for wrong in ({"keeps_months": 0}, {"keeps_months": 1201}, {"source": " "}):
        assert (await governor.send("PUT", LEFT, told | wrong)).status_code == 422


async def test_what_is_still_to_be_confirmed_confirms_nothing(governor):
    told = {"keeps_months": 60, "source": f" {DRAFT} ", "active": True}
    refused(await governor.send("PUT", LEFT, told), 422, "retention-unconfirmed")
    answer = await governor.send("PUT", LEFT, told | {"active": False})
    assert answer.json()["active"] is False


async def test_who_is_limited_to_a_directorate_decides_no_rule_of_the_trust(caller, given):
    limited = await caller(
        "rights:read", "rights:govern", directorates=[(await given.directorate()).id]
    )
    told = {"keeps_months": 1, "source": "Me", "active": True}
    refused(await limited.send("PUT", LEFT, told), 403, "retention-limited")
    assert (await limited.get(LEFT)).json()["active"] is False


async def test_who_reads_rules_decides_none(caller):
    reader = await caller("rights:read")
    told = {"keeps_months": 1, "source": "Me", "active": True}
    assert (await reader.send("PUT", LEFT, told)).status_code == 403


async def test_a_dry_run_tells_what_is_past_its_time_and_what_is_held(governor, given):
    old = [await given.add(somebody(status_since=LONG_AGO + timedelta(n))) for n in range(6)]
    await given.add(somebody(status_since=today() - timedelta(30)))
    await given.add(somebody(merged_into=old[0].id))
    await given.add(
        LegalHold(person_id=old[1].id, reason="A claim", since=LONG_AGO, held_by=old[0].id)
    )
    items = (await governor.get("registers/retention/dry-run")).json()["items"]
    told = {each["category"]: each for each in items}
    assert len(told) == 7
    assert told["people_left"] == {
        "category": "people_left",
        "title": "People who left",
        "active": False,
        "before": told["people_left"]["before"],
        "records": 6,
        "held": 1,
        "oldest": str(LONG_AGO),
        "sample": [str(each.id) for each in old[:5]],
    }
    assert told["enquiries"] | {"records": 0, "oldest": None, "sample": []} == told["enquiries"]
    months = {"keeps_months": 1200, "source": "IG group", "active": False}
    await governor.send("PUT", LEFT, months)
    items = (await governor.get("registers/retention/dry-run")).json()["items"]
    assert [each["records"] for each in items if each["category"] == "people_left"] == [0]


async def test_what_the_nightly_job_did_is_read_newest_first(governor, given):
    start = {"before": LONG_AGO, "deleted": 2, "kept": 1, "state": "done"}
    await given.add(RetentionRun(**start | {"category": "checks", "day": date(2026, 1, 1)}))
    await given.add(RetentionRun(**start | {"category": "checks", "day": date(2026, 1, 2)}))
    await given.add(
        RetentionRun(**start | {"category": "enquiries", "day": today(), "state": "running"})
    )
    found = (await governor.get("registers/retention/runs", limit=2)).json()
    assert [each["category"] for each in found["items"]] == ["enquiries", "checks"]
    rest = (await governor.get("registers/retention/runs", after=found["next"])).json()
    assert [(each["day"], each["deleted"], each["kept"]) for each in rest["items"]] == [
        ("2026-01-01", 2, 1)
    ]
    assert rest["next"] is None
    for told, number in (({"state": "running"}, 1), ({"category": "checks"}, 2)):
        assert (
            len((await governor.get("registers/retention/runs", **told)).json()["items"]) == number
        )
    assert (await governor.get("registers/retention/runs", day="x")).status_code == 422
