"""What is committed and spent of a budget never goes above it, whoever spends at the same time."""

import asyncio
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core.clock import today
from app.core.db import create_engine
from app.domain.involvement.fund import service as fund
from app.domain.involvement.fund.errors import AwardSpentError
from app.domain.involvement.fund.models import FundSpend
from app.domain.reimbursements.budgets import queries, spending
from app.domain.reimbursements.budgets.errors import (
    BudgetExceededError,
    BudgetNotFoundError,
    CommitmentExceededError,
)
from app.domain.reimbursements.budgets.models import Budget, BudgetAccount, BudgetHolder
from app.domain.reimbursements.kinds import LineKind, Route
from app.domain.reimbursements.ledger import queries as ledger
from app.domain.reimbursements.ledger.drafts import Leg
from app.domain.reimbursements.ledger.errors import PostingNotReversibleError
from app.domain.reimbursements.ledger.models import Account, PostingKind
from tests.budgeting import BY, award, budget, centre, move, person
from tests.factories import Given


def standing(found: Budget) -> tuple[int, int, int]:
    return found.committed_pence, found.spent_pence, found.left_pence


async def test_approval_commits_payment_spends_and_a_return_commits_again(session, given):
    made, amara = await budget(given, 1000), await person(given)
    claim, told = uuid4(), {"person_id": amara.id}
    await spending.reserve(session, move(made.id, 600, claim_id=claim, **told))
    assert standing(made) == (600, 0, 400)
    await spending.release(session, move(made.id, 100, claim_id=claim, **told))
    assert standing(made) == (500, 0, 500)
    paid = await spending.spend(
        session, move(made.id, 500, claim_id=claim, payment_id=uuid4(), **told), Route.PAYROLL
    )
    assert standing(made) == (0, 500, 500)
    assert paid.kind is PostingKind.PAYMENT
    fee = (amara.id, LineKind.INVOLVEMENT_FEE)
    assert set((await ledger.legs(session, [paid.id]))[paid.id]) == {
        Leg(Account.COMMITMENTS, -500, *fee),
        Leg(Account.COMMITMENTS_CONTROL, 500, *fee),
        Leg(Account.EXPENSE, 500, *fee),
        Leg(Account.PAYROLL_CLEARING, -500, *fee),
    }
    back = await spending.unspend(session, paid, day=today(), by=BY)
    assert (back.kind, back.payment_id) == (PostingKind.RETURN, paid.payment_id)
    assert (await spending.unspend(session, paid, day=today(), by=BY)).id == back.id
    assert standing(made) == (500, 0, 500)
    await spending.spend(session, move(made.id, 500, claim_id=claim, **told), Route.CHARITY)
    assert standing(made) == (0, 500, 500)
    assert await queries.differing(session) == []


async def test_no_more_is_committed_than_is_left(session, given):
    made = await budget(given, 1000)
    await spending.reserve(session, move(made.id, 900))
    with pytest.raises(BudgetExceededError) as refused:
        await spending.reserve(session, move(made.id, 101))
    assert refused.value.extra == {"left_pence": 100}
    with pytest.raises(BudgetExceededError):
        await spending.reserve_all(session, [move(made.id, 60), move(made.id, 60)])
    assert standing(made) == (900, 0, 100)
    with pytest.raises(BudgetNotFoundError):
        await spending.reserve(session, move(uuid4(), 1))


async def test_no_more_is_paid_or_released_than_was_committed(session, given):
    made, claim, other = await budget(given, 1000), uuid4(), uuid4()
    for each in (claim, other):
        await spending.reserve(session, move(made.id, 100, claim_id=each))
    for told in (
        move(made.id, 101, claim_id=claim),
        move(made.id, 1, claim_id=uuid4()),
        move(made.id, 201),
    ):
        with pytest.raises(CommitmentExceededError):
            await spending.release(session, told)
        with pytest.raises(CommitmentExceededError):
            await spending.spend(session, told, Route.PAYROLL)
    halves = [move(made.id, 60, claim_id=claim) for _ in range(2)]
    with pytest.raises(CommitmentExceededError):
        await spending.spend_all(session, halves, Route.PAYROLL)
    assert standing(made) == (200, 0, 800)


async def test_the_same_is_moved_once(session, given):
    made, claim = await budget(given, 1000), uuid4()
    told = move(made.id, 700, claim_id=claim)
    first = await spending.reserve(session, told)
    assert (await spending.reserve(session, told)).id == first.id
    pay = move(made.id, 700, claim_id=claim)
    paid = await spending.spend(session, pay, Route.PAYROLL)
    assert (await spending.spend(session, pay, Route.PAYROLL)).id == paid.id
    assert standing(made) == (0, 700, 300)


async def test_only_a_payment_comes_back(session, given):
    made = await budget(given)
    posting = await spending.reserve(session, move(made.id, 5))
    with pytest.raises(PostingNotReversibleError):
        await spending.unspend(session, posting, day=today(), by=BY)


async def test_many_are_paid_at_once_in_few_statements(session, given):
    made = [await budget(given) for _ in range(2)]
    told = [move(made[n % 2].id, 10, claim_id=uuid4()) for n in range(40)]
    await spending.reserve_all(session, told)
    pays = [move(each.budget_id, 10, claim_id=each.claim_id) for each in told]
    postings = await spending.spend_all(session, pays, Route.ACCOUNTS_PAYABLE)
    assert [each.once for each in postings] == [each.once for each in pays]
    assert [standing(each)[:2] for each in made] == [(0, 200), (0, 200)]


async def test_the_rows_own_constraints_hold_it_too(session, given):
    made = await budget(given, 1000)
    await spending.reserve(session, move(made.id, 900))
    await session.execute(text("SET LOCAL ROLE NONE"))
    for change, rule in (
        ("amount_pence = 899", "ck_budget_within_amount"),
        ("committed_pence = 1001", "ck_budget_within_amount"),
        ("committed_pence = -1", "ck_budget_committed_pence"),
        ("spent_pence = -1", "ck_budget_spent_pence"),
        ("billed_pence = -1", "ck_budget_billed_pence"),
        ("amount_pence = 0", "ck_budget_amount_pence"),
        ("ends_on = starts_on - 1", "ck_budget_in_order"),
    ):
        with pytest.raises(Exception, match=rule):
            async with session.begin_nested():
                await session.execute(text(f"UPDATE budget SET {change}"))


async def test_a_budget_begins_with_nothing_spent(session, given):
    made = await budget(given, 1000, committed_pence=7, spent_pence=8, billed_pence=9)
    await session.refresh(made)
    assert standing(made) == (0, 0, 1000)


async def test_an_award_is_spent_by_claims_and_by_bills_together(session, given):
    asked = await award(given, 1000)
    bill = {"pence": 100, "spent_on": today(), "what": "Paint"}
    by = await given.user()
    await fund.spend(session, asked, bill, by=by)
    made = await budget(given, 1000, fund_application_id=asked.id)
    await session.refresh(made)
    assert (made.billed_pence, made.left_pence) == (100, 900)
    await spending.reserve(session, move(made.id, 600))
    await spending.spend(session, move(made.id, 200), Route.PAYROLL)
    await session.refresh(asked)
    assert asked.spent_pence == 300
    with pytest.raises(AwardSpentError):
        async with session.begin_nested():
            await fund.spend(session, asked, bill | {"pence": 301}, by=by)
    await session.refresh(asked)
    made_bill = await fund.spend(session, asked, bill | {"pence": 300}, by=by)
    await session.refresh(made)
    assert standing(made) == (400, 200, 0)
    await session.execute(
        text("UPDATE fund_spend SET pence = 50 WHERE id = :id"), {"id": made_bill.id}
    )
    await session.refresh(made)
    assert (made.billed_pence, made.left_pence) == (150, 250)
    await session.execute(text("DELETE FROM fund_spend"))
    await session.refresh(made)
    assert made.billed_pence == 0
    await session.refresh(asked)
    assert asked.spent_pence == 200
    assert FundSpend.__tablename__ == "fund_spend"


async def test_the_budget_of_an_award_is_as_much_as_was_awarded(session, given):
    asked = await award(given, 1000)
    start = {"name": "x", "starts_on": today(), "ends_on": today()}
    start |= {"cost_centre_id": (await centre(given)).id, "fund_application_id": asked.id}
    for pence in (999, 1001):
        session.add(Budget(**start, amount_pence=pence))
        with pytest.raises(Exception, match="ck_budget_of_award"):
            await session.flush()
        await session.rollback()
    await budget(given, 1000, fund_application_id=start["fund_application_id"])
    with pytest.raises(Exception, match="ck_budget_of_award"):
        async with session.begin_nested():
            await session.execute(text("UPDATE budget SET amount_pence = 1001"))


async def test_the_holders_and_the_accounts_of_a_budget_are_found(session, given):
    where, user = await centre(given), await given.user()
    year = {"cost_centre_id": where.id, "starts_on": date(2026, 4, 1), "ends_on": date(2027, 3, 31)}
    made = await budget(given, **year)
    await given.add(BudgetHolder(cost_centre_id=where.id, user_id=user.id))
    told = {"cost_centre_id": where.id, "line_kind": LineKind.TAXI, "gl_account": "53200"}
    await given.add(BudgetAccount(**told))
    assert await queries.holders(session, made.id) == {user.id}
    assert await queries.accounts(session, [where.id]) == {(where.id, LineKind.TAXI): "53200"}


async def test_of_sixty_who_approve_at_once_just_forty_fit(scratch_url):
    engine = create_engine(scratch_url, "app", pool=60, lock_ms=20_000, statement_ms=20_000)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions() as session:
        made = await budget(Given(session), 40 * 250)
    begin = asyncio.Barrier(60)

    async def approve() -> bool:
        async with sessions() as session:
            await session.execute(text("SELECT 1"))
            await begin.wait()
            try:
                await spending.reserve(session, move(made.id, 250, claim_id=uuid4()))
            except BudgetExceededError:
                return False
            await session.commit()
            return True

    assert (
        sorted(await asyncio.gather(*(approve() for _ in range(60)))) == [False] * 20 + [True] * 40
    )
    async with sessions() as session:
        found = await session.get_one(Budget, made.id)
        assert standing(found) == (10_000, 0, 0)
        assert (await ledger.proof(session, today())).balanced
        assert await queries.differing(session) == []
    await engine.dispose()
