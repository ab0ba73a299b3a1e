"""Numbered vouchers: each is given once, for just the amount, and the books say the same."""

import asyncio
from itertools import combinations
from uuid import uuid4

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core.clock import today
from app.core.db import create_engine
from app.domain.reimbursements.budgets import spending
from app.domain.reimbursements.budgets.moves import Part
from app.domain.reimbursements.kinds import LineKind
from app.domain.reimbursements.ledger import queries as ledger
from app.domain.reimbursements.ledger.models import Account
from app.domain.reimbursements.vouchers import queries, service
from app.domain.reimbursements.vouchers.choosing import choose
from app.domain.reimbursements.vouchers.errors import (
    VoucherAmountError,
    VoucherNotFoundError,
    VoucherNumberError,
    VoucherReceiverError,
    VoucherStatusError,
)
from app.domain.reimbursements.vouchers.models import VoidReason, VoucherStatus
from tests.budgeting import BY, budget, move, person
from tests.factories import Given


@examples(st.lists(st.integers(1, 9), max_size=7), st.integers(1, 40))
def test_vouchers_are_chosen_where_any_make_up_the_amount_the_lowest_numbers_first(values, pence):
    places = range(len(values))
    sets = [
        each
        for size in range(1, len(values) + 1)
        for each in combinations(places, size)
        if sum(values[place] for place in each) == pence
    ]
    found = choose(values, pence)
    if not sets:
        assert found is None
        return
    assert tuple(found) in sets
    assert found[-1] == min(each[-1] for each in sets)


@pytest.fixture
async def ready(session, given):
    """Somebody, and a claim of theirs that was approved."""

    async def made(pence: int):
        amara, own = await person(given), await budget(given)
        told = {"claim_id": uuid4(), "person_id": amara.id}
        await spending.reserve(session, move(own.id, pence, **told))
        return move(own.id, pence, **told)

    return made


async def worth(session) -> tuple[int, int]:
    """What the stock says it is worth, and what the books say."""
    held = sum(value * count for value, count in (await queries.stock(session)).items())
    balances = (await ledger.proof(session, today())).balances
    (booked,) = [each for each in balances if each.account is Account.VOUCHER_STOCK]
    return held, booked.debit_pence - booked.credit_pence


async def test_vouchers_are_issued_for_just_the_amount(session, ready):
    await service.buy(session, 100, 3, 1000, by=BY)
    await service.buy(session, 50, 3, 500, by=BY)
    told = await ready(2500)
    taken = await service.issue(session, told, "R-1")
    assert [each.number for each in taken] == [50, 51, 52, 100]
    assert {each.status for each in taken} == {VoucherStatus.ISSUED}
    assert {(each.person_id, each.claim_id) for each in taken} == {
        (told.parts[0].person_id, told.claim_id)
    }
    assert await queries.stock(session) == {1000: 2}
    again = await service.issue(session, told, "R-1")
    assert [each.number for each in again] == [50, 51, 52, 100]
    assert await worth(session) == (2000, 2000)


async def test_an_amount_that_no_vouchers_make_up_is_refused(session, ready):
    await service.buy(session, 100, 3, 1000, by=BY)
    for pence in (1500, 4000):
        with pytest.raises(VoucherAmountError) as refused:
            await service.issue(session, await ready(pence), "R-1")
        assert refused.value.extra == {"values_pence": [1000]}


async def test_vouchers_are_for_one_person_who_signs(session, ready):
    await service.buy(session, 100, 3, 1000, by=BY)
    told = await ready(1000)
    halves = tuple(Part(500, uuid4(), LineKind.INVOLVEMENT_FEE) for _ in range(2))
    nobody = (Part(1000, None, LineKind.INVOLVEMENT_FEE),)
    for parts in (halves, nobody):
        other = move(told.budget_id, 1000, parts=parts)
        with pytest.raises(VoucherReceiverError):
            await service.issue(session, other, "R-1")
    for reference in ("", "signed by Amara", "R-1\n"):
        with pytest.raises(VoucherReceiverError):
            await service.issue(session, told, reference)


async def test_a_number_is_taken_in_once(session):
    await service.buy(session, 100, 10, 1000, by=BY)
    with pytest.raises(VoucherNumberError):
        await service.buy(session, 91, 10, 1000, by=BY)


async def test_a_voucher_is_voided_or_issued_and_never_both(session, ready):
    await service.buy(session, 100, 2, 1000, by=BY)
    rows = await queries.usable(session, 2000, [])
    found = await queries.get(session, rows[0].id)
    await service.void(session, found, VoidReason.LOST, by=BY)
    with pytest.raises(VoucherStatusError) as refused:
        await service.void(session, found, VoidReason.LOST, by=BY)
    assert refused.value.extra == {"state": VoucherStatus.VOID}
    (taken,) = await service.issue(session, await ready(1000), "R-1")
    assert taken.number == 101
    assert await worth(session) == (0, 0)
    with pytest.raises(VoucherNotFoundError):
        await queries.get(session, uuid4())


async def test_the_database_lets_nothing_follow_what_became_of_a_voucher(session, ready):
    await service.buy(session, 100, 3, 1000, by=BY)
    (taken,) = await service.issue(session, await ready(1000), "R-1")
    told = {"taken": taken.id, "in_stock": (await queries.usable(session, 1000, []))[0].id}
    change = "UPDATE voucher SET {} WHERE id = :{}"
    signed = "status = 'issued', person_id = :person, issued_on = current_date,"
    signed += " issued_by = person_id, issue_posting_id = bought_posting_id"
    for statement, rule in (
        (change.format("status = 'in_stock'", "taken"), "ck_voucher_follows"),
        (change.format("person_id = NULL", "taken"), "ck_voucher_follows"),
        (change.format("number = 7", "in_stock"), "ck_voucher_follows"),
        (change.format("value_pence = 7", "in_stock"), "ck_voucher_follows"),
        (change.format("status = 'issued'", "in_stock"), "ck_voucher_issued"),
        (change.format("status = 'void'", "in_stock"), "ck_voucher_void"),
        (change.format("claim_id = id", "in_stock"), "ck_voucher_issued"),
        (
            change.format(f"{signed}, signature_reference = 'by Ama'", "in_stock"),
            "ck_voucher_",
        ),
    ):
        told["person"] = taken.person_id
        asked = {name: id_ for name, id_ in told.items() if f":{name}" in statement}
        with pytest.raises(Exception, match=rule):
            async with session.begin_nested():
                await session.execute(text(statement), asked)


async def test_two_who_issue_at_once_take_different_vouchers(scratch_url):
    """The second sees the same lowest numbers, skips what the first holds and takes the next."""
    engine = create_engine(scratch_url, "app", pool=3)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions() as session:
        given = Given(session)
        await service.buy(session, 1, 4, 1000, by=BY)
        amara = await person(given)
        told = []
        for _ in range(3):
            own, claim = await budget(given), {"claim_id": uuid4(), "person_id": amara.id}
            pence = 2000 if len(told) < 2 else 1000
            await spending.reserve(session, move(own.id, pence, **claim))
            told.append(move(own.id, pence, **claim))
        await session.commit()
    async with sessions() as first, sessions() as second, sessions() as third:
        mine = await service.issue(first, told[0], "R-1")
        yours = await service.issue(second, told[1], "R-2")
        with pytest.raises(VoucherAmountError):
            await service.issue(third, told[2], "R-3")
        await second.commit()
        await first.commit()
    assert [each.number for each in (*mine, *yours)] == [1, 2, 3, 4]
    await engine.dispose()


async def test_who_asks_twice_at_once_is_given_the_same_vouchers(scratch_url):
    engine = create_engine(scratch_url, "app", pool=2)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions() as session:
        given = Given(session)
        await service.buy(session, 1, 4, 1000, by=BY)
        own, claim = await budget(given), {"claim_id": uuid4()}
        claim["person_id"] = (await person(given)).id
        await spending.reserve(session, move(own.id, 1000, **claim))
        await session.commit()
    told = move(own.id, 1000, **claim)
    async with sessions() as first, sessions() as second:
        (mine,) = await service.issue(first, told, "R-1")
        waiting = asyncio.create_task(service.issue(second, told, "R-1"))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await first.commit()
        assert [each.id for each in await waiting] == [mine.id]
        await second.commit()
    async with sessions() as session:
        assert await queries.stock(session) == {1000: 3}
    await engine.dispose()
