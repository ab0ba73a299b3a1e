from datetime import timedelta
from uuid import UUID

import pytest

from app.core.clock import now, today
from app.core.ids import uuid7
from app.domain.involvement.pastoral.models import BreakGlass
from tests.api.registers.test_people import AMARA, PEOPLE, refused

PLAN = {
    "wellbeing": "Ring me after a panel.",
    "escalation_name": "Chidi",
    "escalation_contact": "07700 900456",
}
OWN = "registers/pastoral/check-ins"


@pytest.fixture
async def api(api_of):
    return await api_of("registers:manage", "registers:read")


async def ok(call) -> dict:
    answer = await call
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def items(who, place: str, **filters: object) -> list[dict]:
    return (await ok(who.get(place, **filters)))["items"]


async def test_a_lead_is_named_and_names_the_next(api, caller, lead):
    person = await api.made(PEOPLE, **AMARA)
    place = f"{PEOPLE}/{person['id']}/pastoral/lead"
    second, keyless = await caller(), await caller("registers:read")
    refused(await lead.get(place), 404, "pastoral-lead-not-found")
    for unfit in (keyless.id, person["id"]):
        answer = await lead.send("PUT", place, {"lead_id": unfit})
        refused(answer, 422, "pastoral-lead-unknown")
    first = await lead.send("PUT", place, {"lead_id": lead.id}, If_Match='"0"')
    assert (first.status_code, first.headers["etag"]) == (200, '"1"')
    assert first.json() == (await second.get(place)).json()
    stolen = await second.send("PUT", place, {"lead_id": second.id})
    refused(stolen, 403, "break-glass-needed")
    stale = await lead.send("PUT", place, {"lead_id": second.id}, If_Match='"0"')
    refused(stale, 412, "precondition-failed")
    assert (await ok(lead.send("PUT", place, {"lead_id": second.id})))["lead_id"] == second.id
    back = await lead.send("PUT", place, {"lead_id": lead.id})
    refused(back, 403, "break-glass-needed")


async def test_only_the_named_lead_sees_and_writes_the_plan(caller, lead, place):
    other = await caller()
    refused(await lead.get(f"{place}/plan"), 404, "pastoral-plan-not-found")
    made = await lead.send("PUT", f"{place}/plan", PLAN, If_Match='"0"')
    assert made.json() == PLAN | {"person_id": place.split("/")[2], "version": 1}
    assert (await lead.get(f"{place}/plan")).json() == made.json()
    changed = await lead.send("PUT", f"{place}/plan", PLAN | {"escalation_name": None})
    assert (changed.json()["escalation_name"], changed.headers["etag"]) == (None, '"2"')
    refused(await other.get(f"{place}/plan"), 403, "break-glass-needed")
    refused(await other.get(f"{place}/check-ins"), 403, "break-glass-needed")
    refused(await other.send("PUT", f"{place}/plan", PLAN), 403, "pastoral-lead-only")
    planning = await other.send("POST", f"{place}/check-ins", {"planned_for": str(today())})
    refused(planning, 403, "pastoral-lead-only")


async def test_check_ins_are_planned_held_missed_and_overdue(caller, lead, place):
    past, coming = str(today() - timedelta(3)), str(today() + timedelta(30))
    first = await lead.made(f"{place}/check-ins", planned_for=past)
    again = await lead.send("POST", f"{place}/check-ins", {"planned_for": coming})
    refused(again, 409, "check-in-planned")
    debrief = {"kind": "debrief", "about": "Monday's panel", "planned_for": coming}
    second = await lead.made(f"{place}/check-ins", **debrief)
    for told in ({"kind": "debrief", "planned_for": past}, {"about": "x", "planned_for": past}):
        refused(await lead.send("POST", f"{place}/check-ins", told), 422, "invalid-request")
    assert await items(lead, OWN, overdue=True) == [first | {"overdue": True}]
    assert await items(lead, OWN, overdue=False) == [second]
    assert await items(lead, OWN, kind="debrief", state="planned") == [second]
    assert await items(await caller(), OWN) == []
    where = f"{OWN}/{first['id']}"
    assert (await lead.get(where)).json() == first
    early = await lead.send("POST", f"{where}/holding", {"held_on": coming})
    refused(early, 422, "check-in-later")
    before = await lead.send("POST", f"{where}/holding", {"held_on": past, "next_on": past})
    refused(before, 422, "check-in-later")
    held = await ok(lead.send("POST", f"{where}/holding", {"notes": "Well.", "next_on": coming}))
    assert (held["state"], held["held_on"], held["notes"]) == ("held", str(today()), "Well.")
    refused(await lead.send("POST", f"{where}/holding", {}), 409, "check-in-state", state="held")
    third, *_ = await items(lead, f"{place}/check-ins")
    assert (third["planned_for"], third["kind"], third["overdue"]) == (coming, "check_in", False)
    missing = f"{OWN}/{third['id']}/missing"
    missed = await ok(lead.send("POST", missing, {"because": "They were unwell."}))
    assert (missed["state"], missed["missed_because"]) == ("missed", "They were unwell.")
    refused(await lead.send("POST", missing, {"because": "x"}), 409, "check-in-state")
    await ok(lead.send("POST", f"{OWN}/{second['id']}/holding", {"held_on": past}))
    assert await items(lead, OWN, overdue=True) == []
    other = await caller()
    refused(await other.get(where), 404, "check-in-not-found")


async def test_the_glass_is_broken_with_a_reason_for_an_hour_and_the_lead_is_shown(
    caller, lead, place, session
):
    await ok(lead.send("PUT", f"{place}/plan", PLAN))
    check_in = await lead.made(f"{place}/check-ins", planned_for=str(today()))
    other, third = await caller(), await caller()
    asked = await other.send("POST", f"{place}/break-glass", {"reason": "In distress."})
    assert (asked.status_code, asked.headers["location"]) == (201, f"/v1/{place}/break-glass")
    assert (await ok(other.get(f"{place}/plan")))["wellbeing"] == PLAN["wellbeing"]
    assert await items(other, f"{place}/check-ins") == [check_in]
    assert await items(other, OWN) == []
    holding = await other.send("POST", f"{OWN}/{check_in['id']}/holding", {})
    refused(holding, 403, "pastoral-lead-only")
    refused(await third.get(f"{place}/plan"), 403, "break-glass-needed")
    (shown,) = await items(lead, f"{place}/break-glass")
    assert (shown["asked_by"], shown["reason"]) == (other.id, "In distress.")
    assert (shown["until"], shown["denied_because"]) == (asked.json()["until"], None)
    assert await items(other, f"{place}/break-glass") == [shown]
    assert await items(third, f"{place}/break-glass") == []
    needless = await lead.send("POST", f"{place}/break-glass", {"reason": "Mine."})
    refused(needless, 409, "break-glass-needless")
    named = await ok(other.send("PUT", f"{place}/lead", {"lead_id": third.id}))
    assert named["lead_id"] == third.id
    await ok(third.get(f"{place}/plan"))
    refused(await lead.get(f"{place}/plan"), 403, "break-glass-needed")


async def test_the_glass_closes_again(caller, lead, place, session):
    await ok(lead.send("PUT", f"{place}/plan", PLAN))
    other = await caller()
    before = now() - timedelta(hours=2)
    session.info["actor_id"] = UUID(other.id)
    session.add(
        BreakGlass(
            id=uuid7(),
            person_id=UUID(place.split("/")[2]),
            reason="An hour ago.",
            asked_by=UUID(other.id),
            created_at=before,
            until=before + timedelta(hours=1),
        )
    )
    await session.commit()
    refused(await other.get(f"{place}/plan"), 403, "break-glass-needed")
    assert len(await items(lead, f"{place}/break-glass")) == 1


async def test_a_denied_breaking_leaves_its_trace(api, caller, lead, given):
    own, theirs = await given.directorate(), await given.directorate()
    person = await api.made(PEOPLE, **AMARA, directorate_id=str(theirs.id))
    place = f"{PEOPLE}/{person['id']}/pastoral"
    limited = await caller(directorates=[own.id])
    reason = {"reason": "I want to see."}
    asked = await limited.send("POST", f"{place}/break-glass", reason, Idempotency_Key="once")
    refused(asked, 404, "person-not-found")
    again = await limited.send("POST", f"{place}/break-glass", reason, Idempotency_Key="once")
    refused(again, 404, "person-not-found")
    refused(await lead.send("POST", f"{place}/break-glass", reason), 404, "pastoral-lead-not-found")
    await ok(lead.send("PUT", f"{place}/lead", {"lead_id": lead.id}))
    subject, hearer = await caller(), await caller("pastoral:concerns")
    told = {"what": "They shouted.", "handler_id": hearer.id, "about_id": subject.id}
    await hearer.made(f"{place}/concerns", **told)
    refused(await subject.send("POST", f"{place}/break-glass", reason), 403, "break-glass-denied")
    refused(await subject.get(f"{place}/plan"), 403, "break-glass-needed")
    traces = await items(lead, f"{place}/break-glass")
    assert [(each["denied_because"], each["asked_by"]) for each in traces] == [
        ("concerned", subject.id),
        ("unseen", limited.id),
    ]
    assert {each["until"] for each in traces} == {None}
    nowhere = f"{PEOPLE}/{uuid7()}/pastoral/break-glass"
    refused(await lead.send("POST", nowhere, reason), 404, "person-not-found")


async def test_who_is_limited_sees_their_directorates_people(api, caller, given, lead):
    own, theirs = await given.directorate(), await given.directorate()
    limited = await caller(directorates=[own.id])
    for directorate, status in ((own, 200), (theirs, 404)):
        person = await api.made(PEOPLE, **AMARA, directorate_id=str(directorate.id))
        place = f"{PEOPLE}/{person['id']}/pastoral"
        await ok(lead.send("PUT", f"{place}/lead", {"lead_id": limited.id}))
        assert (await limited.get(f"{place}/lead")).status_code == status
        planned = await limited.send("POST", f"{place}/check-ins", {"planned_for": str(today())})
        assert planned.status_code == (201 if status == 200 else 404)
    assert len(found := await items(limited, OWN)) == 1
    assert (await limited.get(f"{OWN}/{found[0]['id']}")).status_code == 200


async def test_two_records_care_becomes_one_though_whoever_merges_sees_none(
    api, caller, lead, place
):
    """The kept one has a lead and a plan of its own, the duplicate has too, and check-ins."""
    await ok(lead.send("PUT", f"{place}/plan", PLAN))
    second, other = await api.made(PEOPLE, **AMARA), await caller()
    gone = f"{PEOPLE}/{second['id']}/pastoral"
    await ok(other.send("PUT", f"{gone}/lead", {"lead_id": other.id}))
    await ok(other.send("PUT", f"{gone}/plan", PLAN | {"wellbeing": "The other one."}))
    check_in = await other.made(f"{gone}/check-ins", planned_for=str(today() - timedelta(1)))
    hearer = await caller("pastoral:concerns")
    for handler in (hearer, await caller("pastoral:keep", "pastoral:concerns")):
        await hearer.made(f"{gone}/concerns", what="Late papers.", handler_id=handler.id)
    await ok(handler.send("POST", f"{gone}/break-glass", {"reason": "To see."}))
    kept = place.removesuffix("/pastoral")
    await ok(api.send("POST", f"{kept}/merge", {"duplicate_id": second["id"]}))
    assert (await ok(lead.get(f"{place}/plan")))["wellbeing"] == PLAN["wellbeing"]
    assert [each["id"] for each in await items(lead, OWN, overdue=True)] == [check_in["id"]]
    assert len(await items(lead, f"{place}/break-glass")) == 1
    concerns = await items(hearer, "registers/pastoral/concerns")
    assert {each["person_id"] for each in concerns} == {kept.split("/")[-1]}
    assert (await ok(other.get(f"{gone}/plan")))["wellbeing"] == "The other one."
    assert await items(other, OWN) == []
    written = await other.send("PUT", f"{gone}/plan", PLAN)
    refused(written, 409, "person-merged")
