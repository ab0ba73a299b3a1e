"""Whatever is done in whatever order, the books balance and no budget goes above its amount."""

import asyncio
import contextlib
import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as examples
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.clock import today
from app.core.db import create_engine
from app.core.errors import DomainError
from app.domain.reimbursements.budgets import queries, spending
from app.domain.reimbursements.budgets.models import Budget, CostCentre
from app.domain.reimbursements.kinds import Route
from app.domain.reimbursements.ledger import queries as ledger
from app.domain.reimbursements.ledger import service
from app.domain.reimbursements.ledger.models import REVERSIBLE, Posting, PostingKind
from tests.budgeting import BY, move

CAP, CLAIMS = 1000, [uuid4() for _ in range(3)]
TOLD = {"day": today(), "by": BY}
HELD = text("SELECT to_jsonb(e) FROM ledger_entry e")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "release", "spend", "unspend", "reverse", "repeat"]),
        st.sampled_from([250, 500, 750, 1001]),
        st.integers(0, 2),
        st.integers(0, 30),
    ),
    min_size=5,
    max_size=25,
)


@dataclass
class Model:
    """What should be: pence committed by claim, pence spent, and which postings were undone."""

    committed: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    spent: int = 0
    undone: dict[UUID, PostingKind] = field(default_factory=dict)

    @property
    def whole(self) -> int:
        return sum(self.committed.values())

    def fits(self, commits: int, spends: int, claim: UUID) -> bool:
        within = self.whole + self.spent + commits + spends <= CAP
        return within and self.committed[claim] + commits >= 0 and self.spent + spends >= 0

    def book(self, commits: int, spends: int, claim: UUID) -> None:
        self.committed[claim] += commits
        self.spent += spends


# What a posting of so many pence does to what is committed, and to what is spent.
EFFECT = {
    PostingKind.RESERVATION: (1, 0),
    PostingKind.RELEASE: (-1, 0),
    PostingKind.PAYMENT: (-1, 1),
}


class Machine:
    def __init__(self, session: AsyncSession, budget_id: UUID) -> None:
        self.session, self.budget_id = session, budget_id
        self.model, self.made = Model(), []
        self.entries: set[bytes] = set()

    async def step(self, name: str, pence: int, claim: int, which: int) -> None:
        if name in ("unspend", "reverse", "repeat"):
            if self.made:
                told, posting = self.made[which % len(self.made)]
                await getattr(self, f"_{name}")(told, posting)
        else:
            await self._move(name, move(self.budget_id, pence, claim_id=CLAIMS[claim]))
        await self._check()

    async def _move(self, name, told) -> None:
        kinds = {"reserve": "reservation", "release": "release", "spend": "payment"}
        kind = PostingKind(kinds[name])
        effect = [sign * told.pence for sign in EFFECT[kind]]
        fits = self.model.fits(*effect, told.claim_id)
        route = (Route.PAYROLL,) if name == "spend" else ()
        posting = await self._tried(getattr(spending, name)(self.session, told, *route), fits)
        if posting is not None:
            self.model.book(*effect, told.claim_id)
            self.made.append((told, posting))

    async def _repeat(self, told, posting: Posting) -> None:
        """The same again is the first posting, and books nothing."""
        if posting.kind is PostingKind.RESERVATION:
            assert (await spending.reserve(self.session, told)).id == posting.id

    async def _unspend(self, told, posting: Posting) -> None:
        paid = posting.kind is PostingKind.PAYMENT
        undo = spending.unspend(self.session, posting, **TOLD)
        await self._undo(told, posting, PostingKind.RETURN, undo, allowed=paid)

    async def _reverse(self, told, posting: Posting) -> None:
        undo = service.reverse(self.session, posting, **TOLD)
        allowed = posting.kind in REVERSIBLE
        await self._undo(told, posting, PostingKind.REVERSAL, undo, allowed=allowed)

    async def _undo(self, told, posting: Posting, kind, undo, *, allowed: bool) -> None:
        was = self.model.undone.get(posting.id)
        effect = [-sign * told.pence for sign in EFFECT[posting.kind]]
        fits = self.model.fits(*effect, told.claim_id) if was is None else was is kind
        made = await self._tried(undo, allowed and fits)
        if made is not None and was is None:
            self.model.undone[posting.id] = kind
            self.model.book(*effect, told.claim_id)

    async def _tried(self, action, fits) -> Posting | None:
        """Do it in a savepoint; it is done just where the model says that it fits."""
        made = None
        with contextlib.suppress(DomainError):
            async with self.session.begin_nested():
                made = await action
        assert (made is not None) == fits
        return made

    async def _check(self) -> None:
        await self.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        await self.session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
        found = (await queries.locked(self.session, [self.budget_id]))[self.budget_id]
        assert (found.committed_pence, found.spent_pence) == (self.model.whole, self.model.spent)
        assert found.left_pence >= 0
        assert await queries.differing(self.session) == []
        assert (await ledger.proof(self.session, today())).balanced
        rows = {hashlib.sha256(repr(row).encode()).digest() for row in await self._entries()}
        assert self.entries <= rows
        self.entries = rows

    async def _entries(self):
        return await self.session.execute(HELD)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@examples(STEPS)
def test_any_sequence_keeps_the_books_balanced_and_the_budget_within_its_amount(
    runner, connected, steps
):
    runner.run(go(connected, steps))


@pytest.fixture(scope="module")
def connected(runner: asyncio.Runner, database_url: str) -> Iterator[AsyncConnection]:
    engine = create_engine(database_url, "app", pool=1)
    connection = runner.run(_opened(engine))
    yield connection
    runner.run(connection.close())
    runner.run(engine.dispose())


async def _opened(engine) -> AsyncConnection:
    return await engine.connect()


async def go(connection: AsyncConnection, steps) -> None:
    outer = await connection.begin()
    session = AsyncSession(
        connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
    )
    try:
        centre = CostCentre(code="X", name="X")
        session.add(centre)
        await session.flush()
        days = {"starts_on": date(2000, 1, 1), "ends_on": date(2099, 3, 31)}
        own = Budget(cost_centre_id=centre.id, name="X", amount_pence=CAP, **days)
        session.add(own)
        await session.flush()
        machine = Machine(session, own.id)
        for step in steps:
            await machine.step(*step)
    finally:
        await session.close()
        await outer.rollback()
