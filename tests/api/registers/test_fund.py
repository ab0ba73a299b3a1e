import asyncio
from datetime import timedelta

import pytest
from dirty_equals import IsPartialDict
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core.clock import today
from app.core.db import create_engine
from app.domain.involvement.fund.models import FundApplication, FundStatus
from tests.api.registers.conftest import refused
from tests.factories import Given

FUND = "registers/fund/applications"
ASKED = {
    "title": "A sensory room",
    "purpose": "Six design sessions.",
    "together": "Four patients chair them.",
    "asked_pence": 150_000,
}


@pytest.fixture
async def panel(given):
    return [str((await given.user(name=name)).id) for name in ("Pat", "Quin")]


@pytest.fixture
async def decider(api_of):
    return await api_of("registers:read", "registers:fund")


@pytest.fixture
def awarded(api, decider, panel):
    async def made(pence: int = 100_000) -> str:
        place = f"{FUND}/{(await api.made(FUND, **ASKED))['id']}"
        told = {"award_pence": pence, "because": "Asked for by patients.", "panel": panel}
        answer = await decider.send("POST", f"{place}/decision", told)
        assert answer.status_code == 200, answer.text
        return place

    return made


async def test_an_application_is_awarded_spent_and_completed(api, decider, panel, published):
    opportunity = await published()
    answer = await api.send("POST", FUND, ASKED | {"opportunity_id": opportunity["id"]})
    made = answer.json()
    place = f"{FUND}/{made['id']}"
    assert answer.headers["location"] == f"/v1/{place}"
    assert made == IsPartialDict(ASKED | {"status": "submitted", "spent_pence": 0, "panel": []})
    assert (await api.get(place)).json() == made
    told = {"award_pence": 100_000, "because": "Asked for by patients.", "panel": panel}
    given = (await decider.send("POST", f"{place}/decision", told, If_Match='"1"')).json()
    assert given == IsPartialDict(status="awarded", award_pence=100_000, decided_on=str(today()))
    assert sorted(given["panel"]) == sorted(panel)
    bill = {"pence": 60_000, "spent_on": str(today()), "what": "Fees."}
    first = await decider.send("POST", f"{place}/spends", bill, Idempotency_Key="a")
    again = await decider.send("POST", f"{place}/spends", bill, Idempotency_Key="a")
    assert again.json() == first.json()
    refused(
        await decider.send("POST", f"{place}/spends", bill), 409, "award-spent", left_pence=40_000
    )
    tomorrow = bill | {"pence": 1, "spent_on": str(today() + timedelta(1))}
    refused(await decider.send("POST", f"{place}/spends", tomorrow), 422, "spent-in-future")
    done = await api.send("PUT", f"{place}/outcome", {"outcome": "The room opened."})
    assert done.json() == IsPartialDict(status="completed", spent_pence=60_000)
    await decider.made(f"{place}/spends", **bill | {"pence": 40_000})
    spends = (await api.get(f"{place}/spends")).json()["items"]
    assert [each["pence"] for each in spends] == [60_000, 40_000]
    for filters, found in (
        ({"status": "completed"}, 1),
        ({"status": "refused"}, 0),
        ({"opportunity": opportunity["id"], "applicant": made["applicant_id"]}, 1),
    ):
        assert len((await api.get(FUND, **filters)).json()["items"]) == found


async def test_nobody_decides_on_their_own_application(api_of, decider, panel):
    both = await api_of("registers:read", "registers:opportunities", "registers:fund")
    made = await both.made(FUND, **ASKED)
    place = f"{FUND}/{made['id']}/decision"
    told = {"award_pence": 1, "because": "x", "panel": panel}
    refused(await both.send("POST", place, told), 403, "fund-own-application")
    for members in (
        [panel[0], made["applicant_id"]],
        [panel[0], panel[0]],
        [panel[0], made["id"]],
    ):
        answer = await decider.send("POST", place, told | {"panel": members})
        refused(answer, 422, "fund-panel")
    above = await decider.send("POST", place, told | {"award_pence": 150_001})
    refused(above, 422, "award-above-asked")
    none = await decider.send("POST", place, told | {"award_pence": None})
    assert none.json() == IsPartialDict(status="refused", award_pence=None)
    refused(await decider.send("POST", place, told), 409, "fund-status", state="refused")
    bill = {"pence": 1, "spent_on": str(today()), "what": "Fees."}
    spent = await decider.send("POST", f"{FUND}/{made['id']}/spends", bill)
    refused(spent, 409, "fund-status")


async def test_an_application_is_withdrawn_before_it_is_decided_on(api, awarded):
    made = await api.made(FUND, **ASKED)
    place = f"{FUND}/{made['id']}"
    early = await api.send("PUT", f"{place}/outcome", {"outcome": "x"})
    refused(early, 409, "fund-status", state="submitted")
    answer = await api.send("POST", f"{place}/withdrawal", None)
    assert answer.json()["status"] == "withdrawn"
    refused(await api.send("POST", f"{await awarded()}/withdrawal", None), 409, "fund-status")


async def test_the_fund_is_seen_by_directorate(api, api_of, given):
    own, other = await given.directorate(), await given.directorate()
    limited = await api_of("registers:read", "registers:opportunities", directorates=[own.id])
    mine = await limited.made(FUND, **ASKED, directorate_id=str(own.id))
    theirs = await api.made(FUND, **ASKED, directorate_id=str(other.id))
    listed = (await limited.get(FUND)).json()["items"]
    assert [item["id"] for item in listed] == [mine["id"]]
    place = f"{FUND}/{theirs['id']}"
    refused(await limited.get(place), 404, "fund-application-not-found")
    away = await limited.send("POST", f"{place}/withdrawal", None)
    refused(away, 404, "fund-application-not-found")
    mine = await limited.send("POST", f"{FUND}/{mine['id']}/withdrawal", None)
    assert mine.status_code == 200
    for told in ({}, {"directorate_id": str(other.id)}):
        answer = await limited.send("POST", FUND, ASKED | told)
        refused(answer, 404, "directorate-not-found")
    unknown = await api.send("POST", FUND, ASKED | {"directorate_id": theirs["id"]})
    refused(unknown, 404, "directorate-not-found")


async def test_the_database_holds_what_the_model_says(session, decider, awarded):
    place = await awarded(50_000)
    bill = {"pence": 50_000, "spent_on": str(today()), "what": "Fees."}
    await decider.made(f"{place}/spends", **bill)
    id_ = place.rpartition("/")[2]
    change = "UPDATE fund_application SET {} WHERE id = :id"
    for statement, rule in (
        (change.format("award_pence = 150001"), "ck_fund_application_award_within_asked"),
        (change.format("award_pence = 49999"), "ck_fund_application_spent_within_award"),
        (change.format("decided_by = applicant_id"), "ck_fund_application_decided_by_another"),
        (change.format("outcome = 'x'"), "ck_fund_application_outcome"),
        (change.format("decided_on = NULL"), "ck_fund_application_decided"),
        (change.format("status = 'refused'"), "ck_fund_application_awarded_something"),
        (
            "UPDATE fund_panel_member SET user_id = applicant_id WHERE application_id = :id",
            "ck_fund_panel_member_not_the_applicant",
        ),
        (
            "UPDATE fund_spend SET pence = pence + 1 WHERE application_id = :id",
            "ck_fund_application_spent_within_award",
        ),
        (
            "UPDATE fund_spend SET spent_on = current_date + 2 WHERE application_id = :id",
            "ck_fund_spend_not_in_future",
        ),
    ):
        with pytest.raises(Exception, match=rule):
            async with session.begin_nested():
                await session.execute(text(statement), {"id": id_})
    await session.execute(text("DELETE FROM fund_spend WHERE application_id = :id"), {"id": id_})
    left = text("SELECT spent_pence FROM fund_application WHERE id = :id")
    assert await session.scalar(left, {"id": id_}) == 0


async def test_two_who_spend_the_same_pence_at_once_do_not_both(scratch_url):
    engine = create_engine(scratch_url, "app", pool=2)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions() as session:
        given = Given(session)
        users = [await given.user() for _ in range(2)]
        application = await given.add(
            FundApplication(
                **ASKED,
                applicant_id=users[0].id,
                status=FundStatus.AWARDED,
                award_pence=100,
                because="x",
                decided_on=today(),
                decided_by=users[1].id,
            )
        )
    spend = text(
        "INSERT INTO fund_spend (id, application_id, pence, spent_on, what, recorded_by,"
        " created_at, updated_at, version) VALUES (gen_random_uuid(), :id, 60, current_date - 1,"
        " 'x', gen_random_uuid(), now(), now(), 1)"
    )
    own = {"id": application.id}
    async with sessions() as first, sessions() as second:
        await first.execute(spend, own)
        waiting = asyncio.create_task(second.execute(spend, own))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await first.commit()
        with pytest.raises(Exception, match="spent_within_award"):
            await waiting
    await engine.dispose()
