"""What people of the register see and do of their own, and of nobody else's."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from app.core.clock import today
from app.domain.people.messages import service as messages
from tests.api.registers.conftest import refused
from tests.api.test_access import OWN

ME = "registers/people/me"
TEXTS, CONSENTS, NEEDS = f"{ME}/consent-texts", f"{ME}/consents", f"{ME}/needs"
PARTS = f"{ME}/participations"
NEED = {
    "kind": "information_format",
    "formats": ["large_print"],
    "review_on": str(today() + timedelta(300)),
}


@pytest.fixture
async def me(bound, given):
    return await bound(directorate_id=(await given.directorate()).id)


@pytest.fixture
async def another(bound):
    return await bound("s-2", name="Bola Ade", email="bola@example.org")


async def ok(call, code: int = 200) -> dict:
    answer = await call
    assert answer.status_code == code, answer.text
    return answer.json()


async def items(who, place: str, **filters: object) -> list[dict]:
    return (await ok(who.get(place, **filters)))["items"]


async def test_one_reads_all_that_is_said_of_oneself(me):
    answer = await me.get(ME)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    assert (answer.json()["id"], answer.json()["name"]) == (me.id, "Amara Okafor")


async def test_one_changes_how_one_is_reached_and_what_one_can_do(me):
    told = {"known_as": "Ama", "skills": ["interviewing"], "phone": "07700 900123"}
    told |= {"preferred_channel": "sms"}
    answer = await me.send("PATCH", ME, told, If_Match='"1"')
    assert answer.headers["etag"] == '"2"'
    assert answer.json() | told == answer.json()
    stale = await me.send("PATCH", ME, told, If_Match='"1"')
    refused(stale, 412, "precondition-failed")
    refused(await me.send("PATCH", ME, {"phone": None}), 422, "channel-missing")
    for name in ("name", "born_on", "status", "lead_id", "directorate_id", "safeguarding"):
        refused(await me.send("PATCH", ME, {name: None}), 422, "invalid-request")


async def test_one_pauses_and_takes_part_again(me, keeper):
    until = str(today() + timedelta(30))
    paused = await ok(me.send("PUT", f"{ME}/pause", {"until": until, "reason": "Exams"}))
    assert (paused["status"], paused["paused_until"]) == ("paused", until)
    refused(await me.send("PUT", f"{ME}/pause", {}), 409, "person-status")
    assert (await ok(me.send("DELETE", f"{ME}/pause", None)))["status"] == "active"
    refused(await me.send("DELETE", f"{ME}/pause", None), 409, "person-status")
    told = await items(keeper, f"registers/people/{me.id}/statuses")
    assert [each["changed_by"] for each in told] == [me.id, me.id]


async def test_one_tells_of_oneself_for_monitoring(me, another):
    place = f"{ME}/monitoring"
    unasked = await me.get(place)
    assert (unasked.headers["etag"], unasked.json()["ethnic_category"]) == ('"0"', "99")
    told = await me.send("PUT", place, {"ethnic_category": "N"}, If_Match='"0"')
    assert (told.status_code, told.headers["etag"]) == (200, '"1"')
    refused(await me.send("PUT", place, {}, If_Match='"0"'), 412, "precondition-failed")
    assert (await me.get(place)).json()["ethnic_category"] == "N"
    assert (await another.get(place)).json()["ethnic_category"] == "99"
    alone = {"disabilities": ["NN", "01"]}
    refused(await me.send("PUT", place, alone), 422, "disability-alone")


async def test_one_consents_and_withdraws(me, another):
    (text,) = await items(me, TEXTS, purpose="stories", current=True)
    given = await me.send("POST", CONSENTS, {"text_id": text["id"]}, Idempotency_Key="a")
    assert given.status_code == 201, given.text
    told = given.json()
    assert (told["given_by"], told["channel"], told["recorded_by"]) == ("person", "online", me.id)
    again = await me.send("POST", CONSENTS, {"text_id": text["id"]}, Idempotency_Key="a")
    assert again.headers["idempotency-replayed"] == "true"
    place = f"{CONSENTS}/{told['id']}"
    assert given.headers["location"] == f"/v1/{place}"
    refused(await another.get(place), 404, "consent-not-found")
    refused(await another.send("POST", f"{place}/withdrawal", None), 404, "consent-not-found")
    assert await items(another, CONSENTS) == []
    assert await items(me, CONSENTS, active=True) == [(await me.get(place)).json()]
    stale = await me.send("POST", f"{place}/withdrawal", None, If_Match='"9"')
    refused(stale, 412, "precondition-failed")
    ended = await ok(me.send("POST", f"{place}/withdrawal", None))
    assert (ended["withdrawn_how"], ended["withdrawal_recorded_by"]) == ("online", me.id)
    refused(
        await me.send("POST", CONSENTS, {"text_id": str(uuid4())}), 404, "consent-text-not-found"
    )


async def test_a_child_does_not_consent_alone(bound):
    child = await bound(born_on=today() - timedelta(365 * 12))
    (text,) = await items(child, TEXTS, purpose="stories", current=True)
    refused(await child.send("POST", CONSENTS, {"text_id": text["id"]}), 422, "parent-consent")


async def test_one_tells_what_one_needs(me, another):
    made = await me.send("POST", NEEDS, NEED, Idempotency_Key="n")
    assert made.status_code == 201, made.text
    again = await me.send("POST", NEEDS, NEED, Idempotency_Key="n")
    assert again.json()["id"] == made.json()["id"]
    place = f"{NEEDS}/{made.json()['id']}"
    assert (await ok(me.get(place)))["formats"] == ["large_print"]
    assert [each["id"] for each in (await ok(me.get(ME)))["needs"]] == [made.json()["id"]]
    changed = await me.send("PATCH", place, {"words": "18 point"}, If_Match=made.headers["etag"])
    assert changed.json()["words"] == "18 point"
    later = {"review_on": str(today() + timedelta(90))}
    assert (await ok(me.send("POST", f"{place}/review", later)))["review_on"] == later["review_on"]
    for method, where, body in (
        ("GET", place, None),
        ("PATCH", place, {"words": "x"}),
        ("POST", f"{place}/review", later),
        ("DELETE", place, None),
    ):
        refused(await another.send(method, where, body), 404, "need-not-found")
    assert (await me.send("DELETE", place, None)).status_code == 204
    refused(await me.get(place), 404, "need-not-found")


async def test_one_applies_and_withdraws(me, another, published, drafted):
    open_, hidden = await published(), await drafted()
    assert [each["id"] for each in await items(me, f"{ME}/opportunities")] == [open_["id"]]
    assert (await me.get(f"{ME}/opportunities/{open_['id']}")).status_code == 200
    refused(await me.get(f"{ME}/opportunities/{hidden['id']}"), 404, "opportunity-not-found")
    unseen = await me.send("POST", PARTS, {"opportunity_id": hidden["id"]})
    refused(unseen, 404, "opportunity-not-found")
    wanted = {"opportunity_id": open_["id"]}
    made = await me.send("POST", PARTS, wanted, Idempotency_Key="p")
    assert (made.status_code, made.json()["person_id"]) == (201, me.id)
    again = await me.send("POST", PARTS, wanted, Idempotency_Key="p")
    assert again.json() == made.json()
    refused(await me.send("POST", PARTS, wanted), 409, "participation-exists")
    place = f"{PARTS}/{made.json()['id']}"
    assert made.headers["location"] == f"/v1/{place}"
    refused(await another.get(place), 404, "participation-not-found")
    for part, body in (("status", {"status": "withdrawn"}), ("feedback", {"words": "x"})):
        answer = await another.send("PUT", f"{place}/{part}", body)
        refused(answer, 404, "participation-not-found")
    assert await items(another, PARTS) == []
    itself = await me.send("PUT", f"{place}/status", {"status": "accepted"})
    refused(itself, 409, "participation-status", state="applied")
    for status in ("attended", "completed", "invited"):
        answer = await me.send("PUT", f"{place}/status", {"status": status})
        refused(answer, 422, "invalid-request")
    told = {"status": "withdrawn", "reason": "I moved."}
    gone = await me.send("PUT", f"{place}/status", told, If_Match=made.headers["etag"])
    assert gone.json()["status"] == "withdrawn"
    assert [each["status"] for each in await items(me, PARTS, status="withdrawn")] == ["withdrawn"]


async def test_one_accepts_an_invitation_where_there_is_a_place(
    me, another, api, published, taking_part
):
    only = await published(places=1)
    invited = await taking_part(only, {"id": me.id}, how="invitations")
    late = await taking_part(only, {"id": another.id}, how="invitations")
    place = f"{PARTS}/{invited['id']}"
    refused(await me.send("PUT", f"{place}/feedback", {"words": "x"}), 409, "participation-status")
    answer = await me.send("PUT", f"{place}/status", {"status": "accepted"})
    assert answer.json()["status"] == "accepted", answer.text
    full = await another.send("PUT", f"{PARTS}/{late['id']}/status", {"status": "accepted"})
    refused(full, 409, "opportunity-full")
    assert (
        await another.send("PUT", f"{PARTS}/{late['id']}/status", {"status": "declined"})
    ).json()["status"] == "declined"
    staff = f"registers/participations/{invited['id']}/status"
    await ok(api.send("PUT", staff, {"status": "attended"}))
    told = await ok(me.send("PUT", f"{place}/feedback", {"words": "I was listened to."}))
    assert told["from_person"] == "I was listened to."


async def test_gates_hold_for_who_accepts_alone(me, published, taking_part):
    gated = await published(required_check="basic")
    invited = await taking_part(gated, {"id": me.id}, how="invitations")
    answer = await me.send("PUT", f"{PARTS}/{invited['id']}/status", {"status": "accepted"})
    refused(answer, 409, "gates-missing", missing=["check:basic"])


async def test_ones_calendar_is_ones_own(me, another):
    place = f"{ME}/calendar"
    refused(await me.get(place), 404, "calendar-not-found")
    made = await me.send("POST", place, None)
    assert (made.status_code, made.json()["person_id"]) == (201, me.id)
    assert (await me.client.get(made.json()["path"])).status_code == 200
    assert (await me.get(place)).json()["id"] == made.json()["id"]
    refused(await another.get(place), 404, "calendar-not-found")
    refused(await another.send("DELETE", place, None), 404, "calendar-not-found")
    assert (await me.send("DELETE", place, None)).status_code == 204
    assert (await me.client.get(made.json()["path"])).status_code == 404


async def test_one_sees_ones_training(me, another, api_of):
    manager = await api_of("registers:manage", "registers:checks", "registers:read")
    course = {"code": "CO", "name": "Co-production", "kind": "training", "summary": "How to."}
    made = await manager.made("registers/courses", **course | {"outcomes": ["Know how"]})
    await manager.made(
        "registers/completions",
        person_id=me.id,
        course_id=made["id"],
        course_version=1,
        completed_on=str(today()),
    )
    assert [each["person_id"] for each in await items(me, f"{ME}/completions")] == [me.id]
    assert await items(another, f"{ME}/completions") == []


async def test_one_sees_ones_plan_and_dates_and_not_what_the_lead_notes(me, another, lead):
    place = f"registers/people/{me.id}/pastoral"
    await ok(lead.send("PUT", f"{place}/lead", {"lead_id": lead.id}))
    refused(await me.get(f"{ME}/wellbeing-plan"), 404, "pastoral-plan-not-found")
    plan = {"wellbeing": "Ring me.", "escalation_name": None, "escalation_contact": None}
    await ok(lead.send("PUT", f"{place}/plan", plan, If_Match='"0"'))
    day = str(today() + timedelta(7))
    wanted = {"kind": "check_in", "planned_for": day}
    check_in = await ok(lead.send("POST", f"{place}/check-ins", wanted), 201)
    shown = await me.get(f"{ME}/wellbeing-plan")
    assert (shown.headers["etag"], shown.json()["wellbeing"]) == ('"1"', "Ring me.")
    (seen,) = await items(me, f"{ME}/check-ins")
    assert (seen["id"], seen["planned_for"]) == (check_in["id"], day)
    assert {"notes", "missed_because"}.isdisjoint(seen)
    refused(await another.get(f"{ME}/wellbeing-plan"), 404, "pastoral-plan-not-found")
    assert await items(another, f"{ME}/check-ins") == []


async def test_no_operation_shows_anything_of_anybody_else(me, another):
    """Whatever one may read, another's id, name and address are not in it."""
    for each in OWN:
        if each.method == "get" and "{" not in each.path:
            answer = await me.get(each.path.removeprefix("/v1/"))
            for told in (another.id, "Bola", "bola@"):
                assert told not in answer.text, each.id


async def test_who_was_merged_is_who_their_record_became(me, another, keeper):
    place = f"registers/people/{me.id}/merge"
    await ok(keeper.send("POST", place, {"duplicate_id": another.id}))
    assert (await another.get(ME)).json()["id"] == me.id
    assert (await me.get(ME)).json()["id"] == me.id


async def test_a_merge_moves_the_binding(keeper, bound, given):
    mine = await bound("s-9", email="x@example.org")
    kept = await keeper.made("registers/people", name="Amara O")
    place = f"registers/people/{kept['id']}"
    await ok(keeper.send("POST", f"{place}/merge", {"duplicate_id": mine.id}))
    assert (await mine.get(ME)).json()["id"] == kept["id"]
    assert len(await items(keeper, f"{place}/binding")) == 1
    assert (await keeper.send("DELETE", f"{place}/binding", None)).status_code == 204
    refused(await mine.get(ME), 403, "not-bound")


async def test_one_reads_what_one_was_told_and_nobody_elses(me, another, keeper, session):
    code = f"registers/people/{another.id}/sign-in-codes"
    assert (await keeper.send("POST", code, None)).status_code == 202
    assert await items(me, f"{ME}/messages") == []
    (told,) = await items(another, f"{ME}/messages", kind="one_time_code")
    assert (told["channel"], told["status"]) == ("email", "queued")
    assert "code" in told["text"]
    await messages.sent(session, UUID(told["id"]))
    await session.commit()
    (told,) = await items(another, f"{ME}/messages")
    assert (told["status"], told["subject"], told["text"]) == ("sent", None, None)
    assert await items(another, f"{ME}/messages", kind="welcome") == []
