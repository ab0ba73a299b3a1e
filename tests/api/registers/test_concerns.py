from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.core.clock import now, today
from app.core.working_days import working_day_after
from app.domain.identity.identities.models import UserIdentity
from app.domain.identity.models import ApiKey
from tests.api.registers.conftest import PEOPLE
from tests.api.registers.test_pastoral import items, ok
from tests.api.registers.test_people import refused

CONCERNS = "registers/pastoral/concerns"
OWN = "registers/people/me/concerns"
POLICY = "registers/pastoral/policy"


@pytest.fixture
async def hearer(caller):
    return await caller("pastoral:concerns", "registers:manage", "pastoral:keep")


async def test_a_concern_is_raised_acknowledged_and_answered(hearer, place):
    told = {"what": "Nobody let me finish.", "handler_id": hearer.id}
    made = await hearer.made(f"{place}/concerns", **told)
    due = str(working_day_after(today(), 10))
    assert (made["state"], made["answer_by"], made["overdue"]) == ("raised", due, False)
    where = f"{CONCERNS}/{made['id']}"
    assert (await hearer.get(where)).json() == made
    read = await ok(hearer.send("POST", f"{where}/acknowledgement", None))
    assert (read["state"], read["acknowledged_on"]) == ("acknowledged", str(today()))
    twice = await hearer.send("POST", f"{where}/acknowledgement", None)
    refused(twice, 409, "concern-state", state="acknowledged")
    done = await ok(hearer.send("POST", f"{where}/answer", {"answer": "We are sorry."}))
    assert (done["state"], done["answered_on"], done["answer"]) == (
        "answered",
        str(today()),
        "We are sorry.",
    )
    refused(await hearer.send("POST", f"{where}/answer", {"answer": "x"}), 409, "concern-state")
    passed = await hearer.send("PUT", f"{where}/handler", {"handler_id": hearer.id})
    refused(passed, 409, "concern-state")
    at_once = await hearer.made(f"{place}/concerns", **told)
    done = await ok(
        hearer.send("POST", f"{CONCERNS}/{at_once['id']}/answer", {"answer": "We are sorry."})
    )
    assert done["acknowledged_on"] == str(today())


async def test_it_goes_to_neither_the_lead_nor_whom_it_is_about(caller, given, hearer, lead, place):
    subject = await caller("pastoral:concerns")
    lead_too = await caller("pastoral:concerns", "pastoral:keep")
    await ok(lead.send("PUT", f"{place}/lead", {"lead_id": lead_too.id}))
    what = {"what": "They shouted.", "about_id": subject.id}
    for handler in (lead_too.id, subject.id, lead.id, place.split("/")[2]):
        answer = await hearer.send("POST", f"{place}/concerns", what | {"handler_id": handler})
        refused(answer, 422, "concern-handler")
    unknown = what | {"handler_id": hearer.id, "about_id": place.split("/")[2]}
    refused(await hearer.send("POST", f"{place}/concerns", unknown), 422, "concern-handler")
    made = await lead_too.made(f"{place}/concerns", **what, handler_id=hearer.id)
    where = f"{CONCERNS}/{made['id']}"
    for kept_out in (subject, lead_too):
        assert await items(kept_out, CONCERNS) == []
        refused(await kept_out.get(where), 404, "concern-not-found")
    other = await caller("pastoral:concerns")
    refused(await other.send("POST", f"{where}/answer", {"answer": "x"}), 403, "concern-not-yours")
    passed = await ok(hearer.send("PUT", f"{where}/handler", {"handler_id": other.id}))
    assert (passed["handler_id"], passed["answer_by"]) == (other.id, made["answer_by"])
    # The handler of an open concern does not become the lead.
    fit = await caller("pastoral:concerns", "pastoral:keep")
    await ok(other.send("PUT", f"{where}/handler", {"handler_id": fit.id}))
    naming = await lead_too.send("PUT", f"{place}/lead", {"lead_id": fit.id})
    refused(naming, 422, "concern-handler")


async def test_overdue_concerns_are_found(hearer, place, session):
    told = {"what": "Late papers.", "handler_id": hearer.id}
    late, fresh = [await hearer.made(f"{place}/concerns", **told) for _ in range(2)]
    session.info["actor_id"] = UUID(hearer.id)
    await session.execute(text("SELECT set_config('everyvoice.concerns', 'on', true)"))
    days = {"id": late["id"], "on": today() - timedelta(9), "by": today() - timedelta(1)}
    await session.execute(
        text("UPDATE pastoral_concern SET raised_on = :on, answer_by = :by WHERE id = :id"), days
    )
    await session.commit()
    (found,) = await items(hearer, CONCERNS, overdue=True, handler=hearer.id, state="raised")
    assert (found["id"], found["overdue"]) == (late["id"], True)
    person = place.split("/")[2]
    assert [e["id"] for e in await items(hearer, CONCERNS, overdue=False, person=person)] == [
        fresh["id"]
    ]
    where = f"{CONCERNS}/{late['id']}"
    assert (await ok(hearer.get(where)))["overdue"] is True


async def test_of_another_directorate_no_concern_is_seen(api_of, caller, given, hearer, place):
    api = await api_of("registers:manage")
    directorate, own = await given.directorate(), await given.directorate()
    person = place.removesuffix("/pastoral")
    await ok(api.send("PATCH", person, {"directorate_id": str(directorate.id)}))
    made = await hearer.made(f"{place}/concerns", what="Late papers.", handler_id=hearer.id)
    limited = await caller("pastoral:concerns", directorates=[own.id])
    assert await items(limited, CONCERNS) == []
    refused(await limited.get(f"{CONCERNS}/{made['id']}"), 404, "concern-not-found")


async def test_the_trust_sets_how_soon_concerns_are_answered(hearer, place):
    first = await hearer.get(POLICY)
    assert first.json() == {"answer_within_working_days": 10, "version": 1}
    stale = await hearer.send("PUT", POLICY, {"answer_within_working_days": 5}, If_Match='"9"')
    refused(stale, 412, "precondition-failed")
    await ok(hearer.send("PUT", POLICY, {"answer_within_working_days": 5}))
    made = await hearer.made(f"{place}/concerns", what="Late papers.", handler_id=hearer.id)
    assert made["answer_by"] == str(working_day_after(today(), 5))
    for days in (0, 61):
        beyond = await hearer.send("PUT", POLICY, {"answer_within_working_days": days})
        refused(beyond, 422, "invalid-request")


@pytest.fixture
async def me(bound, given):
    return await bound(directorate_id=(await given.directorate()).id)


async def test_a_person_says_themselves_how_they_are_treated(me, lead, caller):
    await ok(lead.send("PUT", f"{PEOPLE}/{me.id}/pastoral/lead", {"lead_id": lead.id}))
    hearer = await caller("pastoral:concerns")
    told = {"what": "Nobody let me finish.", "about": "named_lead"}
    made = await me.send("POST", OWN, told, Idempotency_Key="c")
    assert made.status_code == 201, made.text
    again = await me.send("POST", OWN, told, Idempotency_Key="c")
    assert (again.json(), again.headers["idempotency-replayed"]) == (made.json(), "true")
    mine = made.json()
    assert made.headers["location"] == f"/v1/{OWN}/{mine['id']}"
    due = str(working_day_after(today(), 10))
    assert (mine["state"], mine["answer_by"], mine["answer"]) == ("raised", due, None)
    where = f"{CONCERNS}/{mine['id']}"
    heard = await ok(hearer.get(where))
    assert (heard["handler_id"], heard["about_id"], heard["raised_by"]) == (
        hearer.id,
        lead.id,
        me.id,
    )
    await ok(hearer.send("POST", f"{where}/answer", {"answer": "We are sorry."}))
    answered = await me.get(f"{OWN}/{mine['id']}")
    assert answered.headers["etag"] == '"2"'
    assert answered.json() == mine | {
        "state": "answered",
        "answer": "We are sorry.",
        "acknowledged_on": str(today()),
        "answered_on": str(today()),
        "version": 2,
    }
    assert await items(me, OWN) == [answered.json()]


async def test_what_one_said_to_a_hearer_is_ones_own_too_and_nobody_elses(me, bound, caller):
    hearer = await caller("pastoral:concerns")
    place = f"{PEOPLE}/{me.id}/pastoral/concerns"
    made = await hearer.made(place, what="Late papers.", handler_id=hearer.id)
    assert [each["id"] for each in await items(me, OWN)] == [made["id"]]
    another = await bound("s-2", name="Bola Ade", email="bola@example.org")
    assert await items(another, OWN) == []
    refused(await another.get(f"{OWN}/{made['id']}"), 404, "concern-not-found")
    refused(await another.get(f"{OWN}/{uuid4()}"), 404, "concern-not-found")


async def test_one_about_a_lead_who_is_not_there_is_refused(me, bound, caller):
    hearer = await caller("pastoral:concerns")
    answer = await me.send("POST", OWN, {"what": "Late papers.", "about": "named_lead"})
    refused(answer, 422, "concern-handler")
    # That of the person's involvement lead is known by their record.
    made = (await me.send("POST", OWN, {"what": "x", "about": "involvement_lead"})).json()
    heard = await ok(hearer.get(f"{CONCERNS}/{made['id']}"))
    assert heard["about_id"] == str(me.person.lead_id)
    led_by_nobody = await bound("s-2", name="Bola Ade", lead_id=None, status="enquiry")
    answer = await led_by_nobody.send("POST", OWN, {"what": "x", "about": "involvement_lead"})
    refused(answer, 422, "concern-handler")


async def test_it_goes_to_who_has_the_fewest_open(me, caller):
    first, second = await caller("pastoral:concerns"), await caller("pastoral:concerns")
    place = f"{PEOPLE}/{me.id}/pastoral/concerns"
    by_id = sorted([first, second], key=lambda each: each.id)
    given_to = []
    for _ in range(2):
        made = await first.made(place, what="Late papers.")
        given_to.append(made["handler_id"])
    assert given_to == [each.id for each in by_id]
    # An answered one no longer counts.
    await ok(by_id[1].send("POST", f"{CONCERNS}/{made['id']}/answer", {"answer": "Sorry."}))
    assert (await first.made(place, what="Late again."))["handler_id"] == by_id[1].id


async def test_the_involvement_lead_looks_at_it_only_where_nobody_else_is_there(
    bound, caller, given
):
    lead = await caller("pastoral:concerns")
    me = await bound(lead_id=UUID(lead.id))
    place = f"{PEOPLE}/{me.id}/pastoral/concerns"
    assert (await lead.made(place, what="x"))["handler_id"] == lead.id
    other = await caller("pastoral:concerns")
    for _ in range(2):
        assert (await lead.made(place, what="x"))["handler_id"] == other.id


async def test_where_nobody_can_look_at_it_freely_it_is_refused(me, lead, caller, given, session):
    """Neither the lead, nor who cannot see the person, nor who is gone or cannot sign in."""
    both = await caller("pastoral:keep", "pastoral:concerns")
    await ok(lead.send("PUT", f"{PEOPLE}/{me.id}/pastoral/lead", {"lead_id": both.id}))
    elsewhere = await given.directorate()
    await caller("pastoral:concerns", directorates=[elsewhere.id])
    await caller("pastoral:concerns", expires_at=now() - timedelta(1))
    await caller("pastoral:concerns", revoked_at=now())
    less = await given.user("pastoral:concerns")
    key = {"name": "main", "hint": "ev_test_...", "hash": b"x", "user_id": less.id}
    await given.add(ApiKey(**key, scopes=["registers:read"]))
    await given.user("pastoral:concerns")
    gone = await caller("pastoral:concerns")
    await session.execute(
        text("UPDATE app_user SET active = false WHERE id = :id"), {"id": gone.id}
    )
    await session.commit()
    refused(await me.send("POST", OWN, {"what": "x"}), 409, "concern-handler-missing")
    place = f"{PEOPLE}/{me.id}/pastoral/concerns"
    refused(await both.send("POST", place, {"what": "x"}), 409, "concern-handler-missing")
    here = await caller("pastoral:concerns", directorates=[me.person.directorate_id])
    made = (await me.send("POST", OWN, {"what": "x"})).json()
    assert (await here.get(f"{CONCERNS}/{made['id']}")).status_code == 200


async def test_who_signs_in_as_staff_may_look_at_it(me, given):
    user = await given.user("pastoral:concerns", name="Sam Idris")
    await given.add(UserIdentity(user_id=user.id, issuer="https://staff.example", subject="sam"))
    made = await me.send("POST", OWN, {"what": "x"})
    assert (made.status_code, made.json()["handler"]) == (201, "Sam Idris")
