import asyncio

import pytest
from dirty_equals import IsDatetime, IsPartialDict, IsStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.api.v1.reimbursements.layouts_schemas import PaymentLayoutNew
from app.core.actor import Actor
from app.core.db import create_engine
from app.core.ids import uuid7
from app.domain.reimbursements.kinds import Route
from app.domain.reimbursements.layouts import queries, service
from app.domain.reimbursements.layouts.errors import PaymentLayoutStatusError
from app.domain.reimbursements.layouts.models import PaymentLayout
from app.domain.reimbursements.layouts.rows import ROW_FIELDS, RUN_FIELDS
from tests.api.registers.conftest import refused

LAYOUTS = "reimbursements/payment-layouts"
NEW = {
    "code": "payroll_csv",
    "name": "Payroll, as ESR takes it",
    "route": "payroll",
    "format": "csv",
    "per": "payment",
    "file_name": "esr-{run}.csv",
    "columns": [
        {"title": "Number", "field": "payroll_number", "required": True},
        {"title": "Name", "field": "payee_name"},
        {"title": "Pence", "field": "amount_pence", "format": "pence"},
    ],
    "footer": [{"text": "TOTAL"}, {"field": "payments"}, {"field": "total_pence"}],
}
CELL = {
    "title": "",
    "field": None,
    "text": None,
    "format": None,
    "width": None,
    "align": "left",
    "pad": " ",
    "cut": False,
    "required": False,
}
SHIPPED = ["accounts_payable_csv", "bacs18", "charity_csv", "payroll_csv", "voucher_csv"]


@pytest.fixture
async def keeper(api_of):
    return await api_of("payments:read", "reimbursements:configure")


@pytest.fixture
async def second(api_of):
    return await api_of("payments:read", "reimbursements:configure")


async def done_as(session, role: str, statement: str, **values: object) -> None:
    async with session.begin_nested():
        await session.execute(text(f"SET LOCAL ROLE everyvoice_{role}"))
        await session.execute(text(statement), values)


async def shipped(api, code: str) -> dict:
    (found,) = (await api.get(LAYOUTS, code=code)).json()["items"]
    return found


async def test_layouts_come_with_the_service_and_bacs_is_off(keeper):
    items = (await keeper.get(LAYOUTS)).json()["items"]
    assert sorted(item["code"] for item in items) == SHIPPED
    assert {item["code"] for item in items if item["status"] == "draft"} == {"bacs18"}
    assert all(item["shipped"] and item["number"] == 1 for item in items)
    for filters, codes in (
        ({"route": "charity"}, ["charity_csv"]),
        ({"format": "bacs18"}, ["bacs18"]),
        ({"status": "draft"}, ["bacs18"]),
        ({"code": "payroll_csv"}, ["payroll_csv"]),
        ({"status": "withdrawn"}, []),
    ):
        listed = (await keeper.get(LAYOUTS, **filters)).json()["items"]
        assert [item["code"] for item in listed] == codes


@pytest.mark.parametrize("code", SHIPPED)
async def test_what_is_shipped_writes_a_file_and_passes_its_own_rules(keeper, session, code):
    found = await shipped(keeper, code)
    (await queries.get(session, found["id"])).check()
    answer = await keeper.send("POST", f"{LAYOUTS}/{found['id']}/preview", None)
    assert answer.status_code == 200, answer.text
    again = await keeper.send("POST", f"{LAYOUTS}/{found['id']}/preview", None)
    assert answer.content == again.content
    name = answer.headers["content-disposition"]
    assert name == f'attachment; filename="{code}-1.{"txt" if code == "bacs18" else "csv"}"'
    if code == "bacs18":
        assert [line[:4] for line in answer.text.splitlines()[::9]] == ["VOL1", "EOF2"]
    else:
        control = answer.text.splitlines()[-1]
        assert control.startswith(("TOTAL,1,3,4,237.45,270000006", "TOTAL,1,3,4,237.45,6"))


async def test_one_proposes_and_another_activates(keeper, second, session):
    answer = await keeper.send("POST", LAYOUTS, NEW, Idempotency_Key="a")
    again = await keeper.send("POST", LAYOUTS, NEW, Idempotency_Key="a")
    made = answer.json()
    assert again.json() == made
    place = f"{LAYOUTS}/{made['id']}"
    assert answer.headers["location"] == f"/v1/{place}"
    assert made == IsPartialDict(number=2, status="draft", shipped=False, delimiter="comma")
    assert made["columns"] == [CELL | column for column in NEW["columns"]]
    assert made["footer"] == [CELL | column for column in NEW["footer"]]
    assert (await keeper.get(place)).json() == made
    refused(
        await keeper.send("POST", f"{place}/activation", None), 403, "payment-layout-two-people"
    )
    done = (await second.send("POST", f"{place}/activation", None, If_Match='"1"')).json()
    assert done == IsPartialDict(status="active", activated_by=IsStr, proposed_by=IsStr)
    assert done["activated_at"] == IsDatetime(iso_string=True)
    assert done["activated_by"] != done["proposed_by"] == made["proposed_by"]
    listed = (await keeper.get(LAYOUTS, code="payroll_csv")).json()["items"]
    assert [(each["number"], each["status"]) for each in listed] == [
        (2, "active"),
        (1, "superseded"),
    ]
    (active,) = await queries.active(session, Route.PAYROLL)
    assert str(active.id) == made["id"]
    answer = await keeper.send("POST", f"{place}/activation", None)
    refused(answer, 403, "payment-layout-two-people")
    answer = await second.send("POST", f"{place}/activation", None)
    refused(answer, 409, "payment-layout-status", state="active")
    file = await keeper.send("POST", f"{place}/preview", None)
    assert file.text == (
        "Number,Name,Pence\r\n90000001,Zo\u00eb O'Sample-Example,8740\r\n"
        "90000002,A N Other,15000\r\n"
        '90000003,"\'=Sample, the \u201cSecond\u201d",5\r\nTOTAL,3,237.45\r\n'
    )


async def test_a_draft_that_was_shipped_is_proposed_anew(keeper, second):
    found = await shipped(keeper, "bacs18")
    answer = await keeper.send("POST", f"{LAYOUTS}/{found['id']}/activation", None)
    refused(answer, 403, "payment-layout-two-people")
    told = {k: found[k] for k in (*NEW, "encoding", "multi_day", "line_ending")}
    made = await keeper.made(LAYOUTS, **told)
    answer = await second.send("POST", f"{LAYOUTS}/{made['id']}/activation", None)
    assert answer.json() == IsPartialDict(status="active", number=2, code="bacs18")


async def test_a_layout_is_withdrawn_for_good(keeper):
    for place in (
        f"{LAYOUTS}/{(await shipped(keeper, 'voucher_csv'))['id']}",
        f"{LAYOUTS}/{(await keeper.made(LAYOUTS, **NEW))['id']}",
    ):
        answer = await keeper.send("POST", f"{place}/withdrawal", None)
        assert answer.json() == IsPartialDict(status="withdrawn", withdrawn_by=IsStr)
        answer = await keeper.send("POST", f"{place}/withdrawal", None)
        refused(answer, 409, "payment-layout-status", state="withdrawn")


async def test_a_layout_that_cannot_be_written_is_refused(keeper):
    told = NEW | {"columns": [{"title": "Name", "field": "nickname"}], "footer": []}
    answer = await keeper.send("POST", LAYOUTS, told)
    refused(answer, 422, "payment-layout-columns")
    (error,) = answer.json()["errors"]
    assert error == IsPartialDict(pointer="#/columns/0/field", code="unknown_field")
    narrow = {"field": "amount_pence", "width": 2}
    made = await keeper.made(
        LAYOUTS, **NEW | {"format": "fixed", "columns": [narrow], "footer": [], "titles": False}
    )
    answer = await keeper.send("POST", f"{LAYOUTS}/{made['id']}/preview", None)
    refused(answer, 409, "payment-file")
    assert answer.json()["errors"][0] == {"row": 1, "column": "amount_pence", "code": "too_wide"}


async def test_a_layout_that_is_not_there_is_not_found(keeper):
    place = f"{LAYOUTS}/0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e"
    refused(await keeper.get(place), 404, "payment-layout-not-found")
    for what in ("activation", "withdrawal", "preview"):
        answer = await keeper.send("POST", f"{place}/{what}", None)
        refused(answer, 404, "payment-layout-not-found")


async def test_the_database_holds_what_the_model_says(session, keeper, second):
    made = await keeper.made(LAYOUTS, **NEW)
    change = "UPDATE payment_layout SET {} WHERE id = :id"
    unknown = '[{"field": "nickname", "text": null}]'
    both = '[{"field": "reference", "text": "x"}]'
    by, at = "activated_by = gen_random_uuid()", "activated_at = now()"
    for statement, rule in (
        ("number = 0", "number"),
        ("code = 'A'", "code"),
        (f"columns = '{unknown}'", "fields_known"),
        (f"columns = '{both}'", "fields_known"),
        ("columns = '[{}]'", "fields_known"),
        ('header = \'[{"field": "payee_name"}]\'', "fields_known"),
        ('footer = \'[{"field": "payee_name"}]\'', "fields_known"),
        ("columns = '[]'", "shape"),
        ("format = 'bacs18'", "shape"),
        ("format = 'bacs18', columns = '[]'", "shape"),
        ("shipped = true", "proposed"),
        (f"status = 'active', {at}, activated_by = proposed_by", "by_another"),
        ("status = 'active'", "two_people"),
        (f"status = 'active', {by}", "activated"),
        ("status = 'withdrawn'", "withdrawn"),
        ("status = 'superseded'", "following"),
    ):
        with pytest.raises(Exception, match=f"ck_payment_layout_{rule}|does not turn so|two p"):
            await done_as(session, "owner", change.format(statement), id=made["id"])
    answer = await second.send("POST", f"{LAYOUTS}/{made['id']}/activation", None)
    assert answer.status_code == 200
    old = "UPDATE payment_layout SET status = 'active' WHERE code = 'payroll_csv' AND number = 1"
    twice = "UPDATE payment_layout SET code = 'payroll_csv', number = 9 WHERE code = 'charity_csv'"
    rename = "UPDATE payment_layout SET name = 'x'"
    for role, statement, message in (
        ("owner", old, "does not turn so"),
        ("owner", twice, "uq_payment_layout_active"),
        ("app", "UPDATE payment_layout SET columns = '[]'", "permission denied"),
        ("app", "DELETE FROM payment_layout", "permission denied"),
        ("app", rename, "permission denied"),
        ("worker", rename, "permission denied"),
    ):
        with pytest.raises(Exception, match=message):
            await done_as(session, role, statement)


def test_the_database_knows_the_fields_that_rows_and_runs_have():
    (known,) = (
        str(each.sqltext)
        for each in PaymentLayout.__table__.constraints
        if each.name == "ck_payment_layout_fields_known"
    )
    told = known.split("'")[1].strip("{}").split(",")
    assert told == [*ROW_FIELDS, *RUN_FIELDS]


async def test_of_two_drafts_activated_at_once_one_is_in_use(scratch_url):
    engine = create_engine(scratch_url, "app", pool=2)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    whole = PaymentLayoutNew.model_validate(NEW).model_dump()

    def somebody() -> Actor:
        return Actor(id=uuid7(), name="Finance", scopes=frozenset())

    async with sessions.begin() as session:
        drafts = [await service.propose(session, whole, by=somebody()) for _ in range(2)]
    async with sessions() as first, sessions() as second:
        ours = await queries.get(first, drafts[0].id, lock=True)
        theirs = await queries.get(second, drafts[1].id, lock=True)
        await service.activate(first, ours, by=somebody())
        waiting = asyncio.create_task(service.activate(second, theirs, by=somebody()))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await first.commit()
        with pytest.raises(PaymentLayoutStatusError):
            await waiting
    await engine.dispose()
