from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.core.clock import today
from app.core.working_days import working_day_after
from tests.api.registers.test_pastoral import items, ok
from tests.api.registers.test_people import refused

CONCERNS = "registers/pastoral/concerns"
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
