"""Double entry, only added to, summing to zero at every commit."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core.clock import today
from app.core.db import create_engine
from app.domain.reimbursements.budgets import spending
from app.domain.reimbursements.kinds import Route
from app.domain.reimbursements.ledger import queries, service
from app.domain.reimbursements.ledger.drafts import Draft, Leg
from app.domain.reimbursements.ledger.errors import (
    BudgetExceededError,
    CommitmentExceededError,
    PostedInFutureError,
    PostingDiffersError,
    PostingNotFoundError,
    PostingNotReversibleError,
    PostingReversedError,
    PostingUnbalancedError,
)
from app.domain.reimbursements.ledger.models import Account, PostingKind
from tests.budgeting import BY, budget, move

STOCK, BANK = Account.VOUCHER_STOCK, Account.BANK
POSTING = """
INSERT INTO ledger_posting (id, kind, once, day, budget_id, claim_id, reverses_id, made_by, entries,
                            created_at, updated_at, version)
VALUES (CAST(:id AS uuid), :kind, CAST(:id AS text), current_date - 1, :budget, :claim, :reverses,
        gen_random_uuid(), :entries, now(), now(), 1)"""
ENTRY = """
INSERT INTO ledger_entry (id, posting_id, account, budget_id, amount_pence, currency,
                          created_at, updated_at, version)
VALUES (gen_random_uuid(), :posting, :account, :budget, :pence, :currency, now(), now(), 1)"""


def draft(*legs: Leg, **told: object) -> Draft:
    start = {"kind": PostingKind.VOUCHER_PURCHASE, "once": str(uuid4()), "day": today(), "by": BY}
    return Draft(**start | {"legs": legs} | told)


def bought(pence: int = 500, **told: object) -> Draft:
    return draft(Leg(STOCK, pence), Leg(BANK, -pence), **told)


@pytest.fixture
def enter(session):
    """Write a posting and its entries as any program might, past every rule of the model."""

    async def made(*pence: int, entries: int = 2, kind: str = "voucher_purchase", **told):
        ids = {"budget": None, "claim": None, "reverses": None} | told
        accounts = ids.pop("accounts", ["bank"] * len(pence))
        currency = ids.pop("currency", "GBP")
        posting = {"id": str(uuid4()), "kind": kind, "entries": entries} | ids
        await session.execute(text(POSTING), posting)
        for amount, account in zip(pence, accounts, strict=True):
            entry = {"posting": posting["id"], "pence": amount, "currency": currency}
            entry |= {"account": account, "budget": ids["budget"]}
            await session.execute(text(ENTRY), entry)
        await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        await session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
        return posting["id"]

    return made


@pytest.mark.parametrize(
    "legs", [(), (Leg(BANK, 1),), (Leg(BANK, 1), Leg(STOCK, 1)), (Leg(BANK, 0), Leg(STOCK, 0))]
)
async def test_what_does_not_balance_is_not_posted(session, legs):
    with pytest.raises(PostingUnbalancedError):
        await service.post(session, draft(*legs))


@pytest.mark.parametrize(
    ("pence", "told", "rule"),
    [
        ((5, -4), {}, "ck_ledger_posting_balanced"),
        ((), {}, "ck_ledger_posting_balanced"),
        ((5, -5, 3, -3), {}, "ck_ledger_posting_balanced"),
        ((5,), {"entries": 1}, "ck_ledger_posting_entries"),
        ((0, 0), {}, "ck_ledger_entry_amount_pence"),
        ((5, -5), {"currency": "EUR"}, "ck_ledger_entry_currency"),
        ((5, -5), {"accounts": ["expense", "bank"]}, "ck_ledger_entry_budgeted"),
        ((5, -5), {"kind": "return"}, "ck_ledger_posting_reverses"),
    ],
)
async def test_the_database_refuses_a_posting_that_is_none(session, enter, pence, told, rule):
    with pytest.raises(Exception, match=rule):
        async with session.begin_nested():
            await enter(*pence, **told)


async def test_no_entry_joins_a_posting_later(session, enter):
    told = {"posting": await enter(5, -5), "account": "bank", "budget": None, "currency": "GBP"}
    for pence in (7, -7):
        await session.execute(text(ENTRY), told | {"pence": pence})
    with pytest.raises(Exception, match="ck_ledger_posting_balanced"):
        await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


async def test_a_reversal_turns_just_what_was_posted(session, enter, given):
    made = await budget(given)
    posting = await spending.reserve(session, move(made.id, 500))
    both = {"accounts": ["commitments", "commitments_control"], "budget": made.id}
    told = both | {"reverses": posting.id}
    for pence, kind in (((-499, 499), "reversal"), ((-500, 500), "return")):
        with pytest.raises(Exception, match="ck_ledger_posting_mirrors"):
            async with session.begin_nested():
                await enter(*pence, kind=kind, **told)
    voucher = await enter(5, -5)
    with pytest.raises(Exception, match="ck_ledger_posting_mirrors"):
        async with session.begin_nested():
            await enter(-5, 5, kind="reversal", reverses=voucher)


async def test_a_claim_releases_no_more_than_its_own(session, enter, given):
    made = await budget(given)
    for claim in (uuid4(), uuid4()):
        await spending.reserve(session, move(made.id, 500, claim_id=claim))
    both = {"accounts": ["commitments", "commitments_control"], "budget": made.id}
    with pytest.raises(Exception, match="ck_ledger_posting_committed"):
        async with session.begin_nested():
            await enter(-501, 501, kind="release", claim=claim, **both)


async def test_nobody_changes_what_is_posted_not_even_the_owner(session, enter):
    await enter(5, -5)
    await session.execute(text("SET LOCAL ROLE NONE"))
    await session.execute(text("SET LOCAL ROLE everyvoice_owner"))
    for table in ("ledger_posting", "ledger_entry"):
        for statement in ("UPDATE {} SET version = 2", "DELETE FROM {}", "TRUNCATE {} CASCADE"):
            with pytest.raises(Exception, match="only added to"):
                async with session.begin_nested():
                    await session.execute(text(statement.format(table)))


async def test_an_unbalanced_posting_is_refused_at_the_commit(scratch_url):
    connection = await asyncpg.connect(scratch_url)
    await connection.execute("SET ROLE everyvoice_app")
    insert = "INSERT INTO ledger_posting (id, kind, once, day, made_by, entries, created_at,"
    insert += " updated_at, version) VALUES (gen_random_uuid(), 'voucher_purchase', 'x',"
    insert += " current_date - 1, gen_random_uuid(), 2, now(), now(), 1)"
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(insert)
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await transaction.commit()
    assert refused.value.constraint_name == "ck_ledger_posting_balanced"
    await connection.close()


async def test_the_same_is_posted_once(session):
    first = bought()
    made = await service.post(session, first)
    later = bought(once=first.once, day=today() - timedelta(3), by=uuid4())
    assert (await service.post(session, later)).id == made.id
    assert len((await queries.legs(session, [made.id]))[made.id]) == 2
    two = await service.post_all(session, [first, twin := bought(), twin])
    assert two[0].id == made.id
    assert two[1].id == two[2].id


async def test_something_else_is_not_posted_for_it(session):
    first = bought()
    await service.post(session, first)
    for other in (
        bought(600, once=first.once),
        bought(once=first.once, claim_id=uuid4()),
        bought(once=first.once, kind=PostingKind.VOUCHER_VOID),
    ):
        with pytest.raises(PostingDiffersError):
            await service.post(session, other)
    fresh = bought()
    with pytest.raises(PostingDiffersError):
        await service.post_all(session, [bought(700, once=fresh.once), fresh])


async def test_nothing_is_posted_for_tomorrow(session):
    with pytest.raises(PostedInFutureError):
        await service.post(session, bought(day=today() + timedelta(2)))


async def test_a_posting_is_reversed_once(session, given):
    made = await budget(given)
    posting = await spending.reserve(session, move(made.id, 500))
    told = {"day": today(), "by": BY}
    back = await service.reverse(session, posting, **told)
    assert (back.kind, back.reverses_id) == (PostingKind.REVERSAL, posting.id)
    assert (await service.reverse(session, posting, **told)).id == back.id
    assert (await queries.proof(session, today())).balanced
    with pytest.raises(PostingNotReversibleError):
        await service.reverse(session, back, **told)


async def test_what_was_reversed_does_not_come_back_too(session, given):
    made = await budget(given)
    await spending.reserve(session, move(made.id, 500))
    paid = await spending.spend(session, move(made.id, 500), Route.PAYROLL)
    told = {"day": today(), "by": BY}
    await service.reverse(session, paid, **told)
    with pytest.raises(PostingReversedError):
        await spending.unspend(session, paid, **told)


async def test_a_reversal_stays_within_the_budget(session, given):
    made = await budget(given, 500)
    told = {"day": today(), "by": BY}
    await spending.reserve(session, move(made.id, 500))
    released = await spending.release(session, move(made.id, 500))
    again = await spending.reserve(session, move(made.id, 500))
    with pytest.raises(BudgetExceededError):
        async with session.begin_nested():
            await service.reverse(session, released, **told)
    await spending.spend(session, move(made.id, 400), Route.CHARITY)
    with pytest.raises(CommitmentExceededError):
        async with session.begin_nested():
            await service.reverse(session, again, **told)


async def test_an_unknown_posting_is_not_found(session):
    with pytest.raises(PostingNotFoundError):
        await queries.get(session, uuid4())
    made = await service.post(session, bought())
    assert (await queries.get(session, made.id)).id == made.id


async def test_the_proof_tells_what_every_account_was_debited_and_credited(session, given):
    made = await budget(given)
    await spending.reserve(session, move(made.id, 500))
    await spending.spend(session, move(made.id, 300), Route.ACCOUNTS_PAYABLE)
    proof = await queries.proof(session, today())
    told = {each.account: (each.debit_pence, each.credit_pence) for each in proof.balances}
    assert proof.balanced
    assert told == dict.fromkeys(Account, (0, 0)) | {
        Account.COMMITMENTS: (500, 300),
        Account.COMMITMENTS_CONTROL: (300, 500),
        Account.EXPENSE: (300, 0),
        Account.PAYABLES_CLEARING: (0, 300),
    }
    before = await queries.proof(session, today() - timedelta(1))
    assert {each.debit_pence for each in before.balances} == {0}


async def test_two_who_post_the_same_at_once_post_it_once(scratch_url):
    engine = create_engine(scratch_url, "app", pool=2)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    told = bought()
    async with sessions() as first, sessions() as second:
        mine = await service.post(first, told)
        waiting = asyncio.create_task(service.post(second, told))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await first.commit()
        assert (await waiting).id == mine.id
        await second.commit()
    async with sessions() as session:
        assert len(await queries.posted(session, [told.once])) == 1
    await engine.dispose()
