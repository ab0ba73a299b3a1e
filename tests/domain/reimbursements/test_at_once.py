"""Those who approve and pay at the same time: no budget exceeded, nothing paid twice or lost."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core.clock import today
from app.core.db import create_engine
from app.core.keyring import Keys
from app.domain.reimbursements.claims import deciding
from app.domain.reimbursements.claims import queries as claims
from app.domain.reimbursements.kinds import Route
from app.domain.reimbursements.ledger import queries as ledger
from app.domain.reimbursements.ledger.errors import BudgetExceededError
from app.domain.reimbursements.payments import service
from app.domain.reimbursements.payments.errors import PaymentRunEmptyError
from app.domain.reimbursements.payments.service import Originator
from tests.conftest import CRYPTO
from tests.domain.reimbursements.machine import many
from tests.domain.reimbursements.machine import world as worlds
from tests.domain.reimbursements.machine.facts import facts
from tests.domain.reimbursements.machine.world import World
from tests.factories import Given

WAY = {"keys": Keys.of(CRYPTO.keys, CRYPTO.index_key), "originator": Originator()}
RUNS = text(
    """
    SELECT p.claim_id, p.amount_pence, c.status, c.total_pence
      FROM claim_payment p JOIN claim c ON c.id = p.claim_id WHERE p.status = 'taken'"""
)


@pytest.fixture
async def opened(scratch_url):
    """Give a way to sessions that commit, with the world in their database."""
    filling = create_engine(scratch_url, "worker", pool=1)
    async with async_sessionmaker(filling, expire_on_commit=False)() as session:
        world = await worlds.made(session)
        await many.numbered(session, world)
        await session.commit()
    await filling.dispose()
    engine = create_engine(scratch_url, "app", pool=60, lock_ms=30_000, statement_ms=30_000)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield world, sessions
    async with engine.connect() as connection:
        await facts(connection, [], None)
    await engine.dispose()


async def a_budget(sessions, world: World, pence: int) -> UUID:
    async with sessions() as session:
        found = await worlds.budget(world, Given(session), pence, (2,))
        await session.commit()
        return found


async def test_of_sixty_claims_approved_at_once_the_budget_pays_just_forty(opened):
    world, sessions = opened
    budget_id = await a_budget(sessions, world, 40 * 250)
    async with sessions() as session:
        ids = await many.certified(session, world, [250] * 60)
        await session.commit()
    begin, approver = asyncio.Barrier(60), world.staff[2]

    async def approve(id_: UUID) -> bool:
        async with sessions() as session:
            claim = await claims.get(session, id_, to=approver)
            await begin.wait()
            try:
                await deciding.approve(session, claim, budget_id, by=approver)
            except BudgetExceededError:
                return False
            await session.commit()
            return True

    done = await asyncio.gather(*(approve(id_) for id_ in ids))
    assert sorted(done) == [False] * 20 + [True] * 40
    async with sessions() as session:
        rows = await session.execute(text("SELECT status FROM claim"))
        assert sorted(rows.scalars()) == ["approved"] * 40 + ["certified"] * 20
        sums = text("SELECT committed_pence, spent_pence FROM budget WHERE id = :id")
        assert (await session.execute(sums, {"id": budget_id})).one() == (10_000, 0)
        assert (await ledger.proof(session, today())).balanced


# All that waits by whoever is first, and so little at a time that everybody gets some.
@pytest.mark.parametrize("most", [service.MOST, 7])
async def test_twenty_who_export_at_once_pay_each_of_five_hundred_claims_just_once(
    opened, monkeypatch, most
):
    monkeypatch.setattr(service, "MOST", most)
    world, sessions = opened
    pence = [100 + at for at in range(500)]
    budget_id = await a_budget(sessions, world, sum(pence))
    async with sessions() as session:
        ids = await many.approved(session, world, pence, budget_id)
        await session.commit()
    begin = asyncio.Barrier(20)

    async def export(who: int) -> int:
        await begin.wait()
        return await exported(sessions, world.staff[who % worlds.STAFF], lost=who % 4 == 0)

    sums = await asyncio.gather(*(export(who) for who in range(20)))
    # Whoever found nothing may have looked while another, who then crashed, held it.
    sums.append(await exported(sessions, world.staff[0], lost=False))
    assert sum(sums) == sum(pence)
    async with sessions() as session:
        rows = (await session.execute(RUNS)).all()
        assert sorted(row.claim_id for row in rows) == sorted(ids)
        assert all(row.amount_pence == row.total_pence for row in rows)
        assert {row.status for row in rows} == {"in_run"}
        totals = text("SELECT sum(total_pence), sum(payments) FROM payment_run")
        assert (await session.execute(totals)).one() == (sum(pence), 500)


async def exported(sessions, by, *, lost: bool) -> int:
    """Make runs until nothing is left, and give what they pay; the first may be lost in a crash."""
    pence = 0
    while True:
        async with sessions() as session:
            try:
                run = await service.make(session, Route.ACCOUNTS_PAYABLE, None, **WAY, by=by)
            except PaymentRunEmptyError:
                return pence
            if lost:
                lost = False
                continue
            await session.commit()
            pence += run.total_pence
