import asyncio
from datetime import date, timedelta

import pytest
from dirty_equals import IsPartialDict
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core.clock import today
from app.core.db import constraint_of, create_engine
from app.domain.reimbursements.kinds import LineKind
from app.domain.reimbursements.rates import queries, service
from app.domain.reimbursements.rates.errors import RateCardOverlapError
from app.domain.reimbursements.rates.models import Days, Scheme
from app.domain.reimbursements.rates.units import RateUnit
from tests import reimbursing
from tests.api.registers.conftest import refused

CARDS = "reimbursements/rate-cards"
FEE = {"kind": "involvement_fee", "unit": "hour", "pence": "1250.5"}
DRAFT = {
    "scheme": "trust",
    "title": "Our rates",
    "source": "Board paper 12",
    "valid_from": "2026-01-01",
    "rates": [FEE, {"kind": "taxi", "unit": "actual", "most_pence": 4000, "most_per": "day"}],
}
HOURLY = (LineKind.INVOLVEMENT_FEE, RateUnit.HOUR, {"pence": 1000})


@pytest.fixture
async def api(api_of):
    return await api_of("rates:read", "rates:manage")


@pytest.fixture
async def other(api_of):
    return await api_of("rates:read", "rates:manage")


@pytest.fixture
def activated(api, other):
    async def made(**told: object) -> dict:
        place = f"{CARDS}/{(await api.made(CARDS, **DRAFT | told))['id']}"
        await api.send("POST", f"{place}/proposal", None)
        answer = await other.send("POST", f"{place}/activation", None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return made


async def test_a_card_is_drafted_by_one_and_activated_by_another(api, other):
    first = await api.send("POST", CARDS, DRAFT, Idempotency_Key="a")
    again = await api.send("POST", CARDS, DRAFT, Idempotency_Key="a")
    assert again.json() == first.json()
    made = first.json()
    assert made == IsPartialDict(status="draft", source_confirmed=False, valid_to=None)
    assert made["rates"][0] == IsPartialDict(FEE | {"level": None, "up_to_hours": None})
    place = f"{CARDS}/{made['id']}"
    assert first.headers["location"] == f"/v1/{place}"
    early = await other.send("POST", f"{place}/activation", None)
    refused(early, 409, "rate-card-status", state="draft")
    proposed = (await api.send("POST", f"{place}/proposal", None, If_Match='"1"')).json()
    assert proposed == IsPartialDict(
        status="proposed", source_confirmed=True, proposed_on=str(today())
    )
    refused(await api.send("POST", f"{place}/activation", None), 403, "rate-card-same-person")
    stale = await other.send("POST", f"{place}/activation", None, If_Match='"1"')
    refused(stale, 412, "precondition-failed")
    active = (await other.send("POST", f"{place}/activation", None)).json()
    assert active == IsPartialDict(status="active", alters_from="2026-01-01")
    assert active["activated_by"] != active["proposed_by"] == active["drafted_by"]
    assert (await api.get(place)).json() == active
    for way in ("proposal", "activation", "withdrawal"):
        answer = await other.send("POST", f"{place}/{way}", None)
        refused(answer, 409, "rate-card-status", state="active")
    refused(await api.send("PUT", place, DRAFT), 409, "rate-card-status", state="active")


async def test_a_draft_is_changed_as_a_whole(api):
    place = f"{CARDS}/{(await api.made(CARDS, **DRAFT))['id']}"
    level = FEE | {"unit": "half_day", "up_to_hours": "4", "level": 4, "pence": "7500"}
    answer = await api.send("PUT", place, DRAFT | {"rates": [level, FEE]}, If_Match='"1"')
    assert [rate["unit"] for rate in answer.json()["rates"]] == ["half_day", "hour"]
    assert answer.json()["version"] == 2
    assert answer.headers["etag"] == '"2"'
    unknown = await api.send("PUT", f"{CARDS}/0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e", DRAFT)
    refused(unknown, 404, "rate-card-not-found")
    gone = await api.send("POST", f"{place}/withdrawal", None)
    assert gone.json()["status"] == "withdrawn"
    refused(await api.send("PUT", place, DRAFT), 409, "rate-card-status", state="withdrawn")


async def test_a_draft_that_does_not_fit_is_refused(api):
    for told, slug, pointer in (
        ({"valid_to": "2026-01-01"}, "rate-card-period", "#/valid_to"),
        ({"rates": [FEE, FEE]}, "rate-twice", "#/rates/1"),
        ({"rates": [FEE | {"unit": "mile"}]}, "rate-unfit", "#/rates/0/unit"),
        ({"rates": [FEE | {"pence": "-1"}]}, "invalid-request", "#/rates/0/pence"),
        ({"rates": [FEE | {"pence": "1.0001"}]}, "invalid-request", "#/rates/0/pence"),
        ({"rates": [FEE | {"pence": "NaN"}]}, "invalid-request", "#/rates/0/pence"),
        ({"rates": [FEE | {"level": 5}]}, "invalid-request", "#/rates/0/level"),
        ({"rates": [FEE] * 201}, "invalid-request", "#/rates"),
    ):
        answer = await api.send("POST", CARDS, DRAFT | told)
        refused(answer, 422, slug)
        assert answer.json()["errors"][0]["pointer"] == pointer
    refused(
        await api.get(f"{CARDS}/0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e"), 404, "rate-card-not-found"
    )


async def test_a_card_without_figures_is_not_proposed(api):
    open_ = [FEE | {"pence": None}, {"kind": "cancellation", "unit": "fee_share"}]
    for rates, unset in (([], 0), (open_, 2)):
        made = await api.made(CARDS, **DRAFT | {"rates": rates})
        answer = await api.send("POST", f"{CARDS}/{made['id']}/proposal", None)
        refused(answer, 409, "rate-card-incomplete", unset=unset)


async def test_a_successor_ends_the_card_that_it_follows(api, activated):
    old = await activated()
    new = await activated(valid_from="2026-07-01")
    ended = (await api.get(f"{CARDS}/{old['id']}")).json()
    assert ended == IsPartialDict(status="active", valid_to="2026-07-01")
    assert ended["version"] == old["version"] + 1
    ahead = await activated(valid_from=str(today() + timedelta(30)))
    assert ahead["alters_from"] is None
    for filters, found in (
        ({"scheme": "trust", "status": "active"}, [ahead["id"], new["id"], old["id"]]),
        ({"scheme": "trust", "status": "active", "day": "2026-06-30"}, [old["id"]]),
        ({"scheme": "trust", "status": "active", "day": "2026-07-01"}, [new["id"]]),
    ):
        listed = (await api.get(CARDS, **filters)).json()["items"]
        assert [item["id"] for item in listed] == found


async def test_a_card_from_the_same_day_on_supersedes_the_one_before(api, activated):
    old = await activated()
    new = await activated(title="Our rates, corrected")
    assert (await api.get(f"{CARDS}/{old['id']}")).json()["status"] == "superseded"
    assert new["status"] == "active"


async def test_a_card_leaves_no_day_without_a_rate(api, other, activated):
    held = await activated(valid_from="2026-06-01", valid_to="2027-01-01")
    for days in (
        {"valid_from": "2026-07-01", "valid_to": "2026-08-01"},
        {"valid_from": "2026-05-01"},
    ):
        place = f"{CARDS}/{(await api.made(CARDS, **DRAFT | days))['id']}"
        await api.send("POST", f"{place}/proposal", None)
        answer = await other.send("POST", f"{place}/activation", None)
        refused(answer, 409, "rate-card-overlap", card_id=held["id"])
    await activated(valid_from="2027-01-01")
    before = await activated(valid_from="2026-01-01", valid_to="2026-06-01")
    assert before["alters_from"] == "2026-01-01"


async def test_the_days_that_a_card_prices_anew_are_told(session):
    told = {"valid_from": date(2026, 1, 1)}
    past = await reimbursing.active(session, Scheme.TRUST, HOURLY, **told)
    assert past.altered() == Days(date(2026, 1, 1), today() + timedelta(1))
    ended = await reimbursing.active(
        session, Scheme.NIHR, HOURLY, valid_to=date(2026, 2, 1), **told
    )
    assert ended.altered() == Days(date(2026, 1, 1), date(2026, 2, 1))
    ahead = await reimbursing.active(session, Scheme.PPV, HOURLY, valid_from=today() + timedelta(1))
    assert ahead.altered() is None


async def test_the_service_ships_what_is_confirmed_active_and_all_else_as_drafts(api):
    listed = (await api.get(CARDS)).json()["items"]
    stand = [(item["scheme"], item["status"], item["valid_from"]) for item in listed]
    assert stand == [
        ("trust", "draft", "2025-04-01"),
        ("afc", "draft", "2025-04-01"),
        ("nihr", "draft", "2025-12-16"),
        ("nihr", "draft", "2025-04-01"),
        ("ppv", "draft", "2021-10-20"),
        ("hmrc", "active", "2026-04-06"),
        ("hmrc", "active", "2011-04-06"),
    ]
    assert all(item["source_confirmed"] is (item["scheme"] == "hmrc") for item in listed)
    assert all(item["drafted_by"] is None and item["rates"] for item in listed)
    assert [rate["pence"] for rate in listed[5]["rates"]] == ["55", "25", "24", "20", "5"]


async def test_a_shipped_draft_is_activated_by_two_people(api, other):
    (ppv,) = (await api.get(CARDS, scheme="ppv")).json()["items"]
    place = f"{CARDS}/{ppv['id']}"
    assert (await api.send("POST", f"{place}/proposal", None)).json()["source_confirmed"]
    refused(await api.send("POST", f"{place}/activation", None), 403, "rate-card-same-person")
    active = (await other.send("POST", f"{place}/activation", None)).json()
    assert active == IsPartialDict(status="active", alters_from="2021-10-20", shipped=False)


async def test_the_database_holds_what_the_model_says(session):
    draft = await reimbursing.draft(session, Scheme.TRUST, HOURLY)
    empty = await reimbursing.draft(session, Scheme.TRUST)
    active = await reimbursing.active(session, Scheme.TRUST, HOURLY)
    await session.commit()
    card = "UPDATE rate_card SET {} WHERE id = :id"
    person = "proposed_by = gen_random_uuid(), proposed_on = current_date, source_confirmed = true"
    add = (
        "INSERT INTO rate (id, card_id, place, kind, unit{}, created_at, updated_at, version)"
        " VALUES (gen_random_uuid(), :id, 9, {}, now(), now(), 1)"
    )
    for id_, statement, rule in (
        (active.id, card.format("valid_from = '2021-01-01'"), "rate_card_settled"),
        (active.id, card.format("title = 'x'"), "rate_card_settled"),
        (active.id, card.format("alters_from = NULL"), "rate_card_settled"),
        (active.id, card.format("status = 'draft'"), "rate_card_settled"),
        (active.id, card.format("status = 'withdrawn'"), "rate_card_settled"),
        (active.id, card.format("shipped = true"), "rate_card_settled"),
        (active.id, "DELETE FROM rate WHERE card_id = :id", "rate_card_settled"),
        (active.id, add.format("", "'taxi', 'actual'"), "rate_card_settled"),
        (active.id, "UPDATE rate SET pence = 1 WHERE card_id = :id", "permission denied"),
        (active.id, "DELETE FROM rate_card WHERE id = :id", "permission denied"),
        (draft.id, card.format("status = 'active'"), "rate_card_settled"),
        (draft.id, card.format("status = 'proposed'"), "ck_rate_card_two_people"),
        (draft.id, card.format("proposed_by = gen_random_uuid()"), "ck_rate_card_"),
        (draft.id, card.format("valid_to = valid_from"), "ck_rate_card_in_order"),
        (empty.id, card.format(f"status = 'proposed', {person}"), "rate_card_complete"),
        (draft.id, add.format(", pence", "'taxi', 'hour', 1"), "ck_rate_unit_of_kind"),
        (draft.id, add.format(", percent", "'taxi', 'actual', 1"), "ck_rate_figure"),
        (draft.id, add.format("", "'cancellation', 'half_day'"), "ck_rate_limits"),
        (draft.id, add.format("", "'mileage', 'mile'"), "ck_rate_limits"),
        (draft.id, add.format(", most_pence", "'taxi', 'actual', 1"), "ck_rate_most"),
        (draft.id, add.format("", "'involvement_fee', 'day'"), "uq_rate_holding"),
    ):
        with pytest.raises(DBAPIError) as refusal:
            async with session.begin_nested():
                await session.execute(text(statement), {"id": id_})
        assert rule in (constraint_of(refusal.value) or str(refusal.value)), statement
    proposed = text(card.format(f"status = 'proposed', {person}"))
    await session.execute(proposed, {"id": draft.id})
    same = "status = 'active', activated_by = proposed_by, activated_on = current_date"
    with pytest.raises(Exception, match="ck_rate_card_activated_by_another"):
        async with session.begin_nested():
            await session.execute(text(card.format(same)), {"id": draft.id})
    another = "status = 'active', activated_by = gen_random_uuid(), activated_on = current_date"
    with pytest.raises(Exception, match="ex_rate_card_once"):
        async with session.begin_nested():
            await session.execute(text(card.format(another)), {"id": draft.id})


async def test_no_card_comes_active_but_by_its_two_people(session):
    insert = text(
        "INSERT INTO rate_card (id, scheme, title, source, source_confirmed, shipped, status,"
        " valid_from, created_at, updated_at, version) VALUES (gen_random_uuid(), 'trust', 't',"
        " 's', true, true, 'active', '2020-01-01', now(), now(), 1)"
    )
    with pytest.raises(DBAPIError) as refusal:
        await session.execute(insert)
    assert constraint_of(refusal.value) == "rate_card_settled"


async def test_of_two_cards_activated_at_once_for_the_same_days_one_is(scratch_url):
    engine = create_engine(scratch_url, "app", pool=2)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions() as session:
        ids = []
        for _ in range(2):
            card = await reimbursing.draft(session, Scheme.TRUST, HOURLY)
            await service.propose(session, card, by=reimbursing.actor())
            ids.append(card.id)
        await session.commit()
    async with sessions() as first, sessions() as second:
        one, two = [
            await queries.get(each, id_, lock=True)
            for each, id_ in zip((first, second), ids, strict=True)
        ]
        await service.activate(first, one, by=reimbursing.actor())
        waiting = asyncio.create_task(service.activate(second, two, by=reimbursing.actor()))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await first.commit()
        with pytest.raises(RateCardOverlapError):
            await waiting
    await engine.dispose()
