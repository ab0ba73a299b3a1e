"""Whatever is done with claims in whatever order, the database and a plain model stay the same."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, async_sessionmaker

from app.core.db import create_engine
from app.core.keyring import Keys
from tests.conftest import CRYPTO, scratch
from tests.domain.reimbursements.machine import world as worlds
from tests.domain.reimbursements.machine.commands import Command, Commands, file
from tests.domain.reimbursements.machine.model import (
    GRAPH,
    Claim,
    Lines,
    Model,
    Payment,
    Refusal,
    Run,
)
from tests.domain.reimbursements.machine.world import (
    ACTIVITIES,
    AMOUNTS,
    DAYS,
    FARE,
    FEE,
    FEE_PENCE,
    PARKING,
    PEOPLE,
    STAFF,
    World,
)

LINES: tuple[Lines, ...] = (
    ((FARE, 420),),
    ((FEE, FEE_PENCE),),
    ((FARE, 1_500), (FEE, FEE_PENCE)),
    ((PARKING, 300), (FARE, 250)),
    ((FEE, FEE_PENCE), (PARKING, 300)),
)
PLACES = st.tuples(
    st.integers(0, PEOPLE - 1), st.integers(0, ACTIVITIES - 1), st.sampled_from(DAYS)
)
KEYS = st.none() | st.integers(0, 9).map(str)
WHO, WHICH, ASKED = st.integers(0, STAFF - 1), st.integers(0, 60), st.sampled_from(LINES)
# Mostly people claim for themselves; whoever of staff does decides on them no more.
CLAIMING = st.sampled_from((None,) * 8 + (0, 2, 5, 6))
ROUTES = st.sampled_from(("payroll", "accounts_payable"))
OUTCOMES = st.lists(st.sampled_from(("returned", "paid", "unknown")), min_size=8)


@dataclass
class Bench:
    """What all sequences of a test share: a loop, a database with the world in it, and counts."""

    runner: asyncio.Runner
    engine: AsyncEngine
    world: World
    keys: Keys
    steps: int = 0
    seconds: float = 0
    done: Counter[str] = field(default_factory=Counter)


class Machine(RuleBasedStateMachine):
    bench: ClassVar[Bench]

    @initialize(
        made=st.lists(st.tuples(PLACES, ASKED, st.integers(0, 4)), min_size=2, max_size=5),
        goes=st.integers(0, 3),
        outcomes=OUTCOMES,
    )
    def begin(self, made: list[tuple[Any, Lines, int]], goes: int, outcomes: list[str]) -> None:
        """Begin where some claims have come somewhere already, so that sequences go far."""
        self._begin()
        for place, lines, steps in made:
            self.make(place, lines, None, None, steps)
        for route in ("payroll", "accounts_payable"):
            if self.model.waiting():
                self.pay(route, 7, outcomes, goes, again=goes > 1)

    def _begin(self) -> None:
        bench = self.bench
        self.model, self.crashes = Model(), False
        self.ids: dict[Claim, UUID] = {}
        self.run_ids: dict[Run, UUID] = {}
        self.references: dict[Payment, str] = {}
        self.keyed: tuple[Any, ...] | None = None
        self.connection: AsyncConnection = bench.runner.run(_connected(bench.engine))
        self.commands = Commands(self.connection, bench.world, bench.keys)

    def teardown(self) -> None:
        self.bench.runner.run(self.connection.close())

    def _do(self, name: str, command: Command, expected: Refusal, then: Callable) -> None:
        """Do a command: it ends as the model says, and afterwards all is as the model says."""
        began = time.monotonic()
        doing = self.commands.do(command, crash=self.crashes)
        made, refused = self.bench.runner.run(doing)
        self.crashes = False
        assert refused is expected, (name, refused, expected)
        if refused is None:
            then(made)
        self._compare()
        self.bench.seconds += time.monotonic() - began
        self.bench.steps += 1
        self.bench.done[name if refused is None else f"{name}: refused"] += 1

    def _compare(self) -> None:
        found, model, world = self.commands.facts, self.model, self.bench.world
        assert found.claims == {
            str(self.ids[each]): [each.status, each.moves, each.round, each.total]
            for each in model.claims
        }
        assert found.budgets == {
            str(id_): [model.committed(at), model.spent(at)] for at, id_ in enumerate(world.budgets)
        }
        assert found.runs == {str(self.run_ids[each]): each.status for each in model.runs}
        assert {tuple(each) for each in found.steps} <= GRAPH
        assert all(model.left(at) >= 0 for at in range(len(AMOUNTS)))

    def _claim(self, which: int) -> Claim:
        return self.model.claims[which % len(self.model.claims)]

    @rule()
    def crash_next(self) -> None:
        """What comes next is done, is lost before its commit, and is done again."""
        self.crashes = True

    @rule(place=PLACES, lines=ASKED, by=CLAIMING, key=KEYS, steps=st.integers(0, 4))
    def make(self, place, lines: Lines, by: int | None, key: str | None, steps: int) -> None:
        by = -1 - place[0] if by is None else by
        if key is not None:
            key = f"{key}-{len(self.model.claims)}-{self.bench.steps}"
        command = self.commands.make(place, lines, by, key)

        def then(made: Any) -> None:
            claim = Claim(*place, lines)
            self.model.claims.append(claim)
            self.ids[claim] = made.id
            self._acted(claim, by)
            if key is not None:
                self.keyed = (claim, place, lines, by, key)

        before = len(self.model.claims)
        self._do("make", command, self.model.make(place, lines), then)
        if len(self.model.claims) > before:
            self._take_on(self.model.claims[-1], steps, 0)

    @precondition(lambda self: self.keyed)
    @rule()
    def make_once_more_by_the_same_key(self) -> None:
        """A client that had no answer asks again, and is given what it made."""
        claim, *told = self.keyed

        def then(made: Any) -> None:
            assert made.id == self.ids[claim]

        self._do("repeat", self.commands.make(*told), None, then)

    @precondition(lambda self: self.model.claims)
    @rule(which=WHICH, lines=ASKED, by=CLAIMING)
    def edit(self, which: int, lines: Lines, by: int | None) -> None:
        claim = self._claim(which)
        by = claim.me if by is None else by

        def then(_: Any) -> None:
            claim.lines = lines
            if claim.status not in ("draft", "sent_back"):
                claim.begin(by)
                self._acted(claim, by)

        command = self.commands.claim(self.ids[claim], "edit", by, lines)
        self._do("edit", command, self.model.edit(claim, lines), then)

    @precondition(lambda self: self.model.claims)
    @rule(which=WHICH, by=CLAIMING)
    def submit(self, which: int, by: int | None) -> None:
        claim = self._claim(which)
        self._submit(claim, claim.me if by is None else by)

    def _submit(self, claim: Claim, by: int) -> None:
        def then(_: Any) -> None:
            claim.begin(by)
            self._acted(claim, by)

        command = self.commands.claim(self.ids[claim], "submit", by)
        self._do("submit", command, self.model.submit(claim), then)

    @precondition(lambda self: self.model.claims)
    @rule(which=WHICH, by=WHO)
    def certify(self, which: int, by: int) -> None:
        self._certify(self._claim(which), by)

    def _certify(self, claim: Claim, by: int) -> None:
        def then(_: Any) -> None:
            claim.hands.add(by)
            claim.to("certified")

        command = self.commands.claim(self.ids[claim], "certify", by)
        self._do("certify", command, self.model.certify(claim, by), then)

    @precondition(lambda self: self.model.claims)
    @rule(which=WHICH, by=WHO, budget=st.sampled_from((None, 0, 1)))
    def approve(self, which: int, by: int, budget: int | None) -> None:
        self._approve(self._claim(which), by, budget)

    def _approve(self, claim: Claim, by: int, budget: int | None) -> None:
        def then(_: Any) -> None:
            claim.budget = claim.budget if budget is None else budget
            claim.hands.add(by)
            claim.to(self.model.approved(claim))

        from_ = None if budget is None else self.bench.world.budgets[budget]
        command = self.commands.claim(self.ids[claim], "approve", by, from_)
        self._do("approve", command, self.model.approve(claim, budget, by), then)

    @precondition(lambda self: self.model.claims)
    @rule(which=WHICH, steps=st.integers(1, 4), budget=st.sampled_from((0, 0, 1)))
    def take_on(self, which: int, steps: int, budget: int) -> None:
        """Do what comes next, as somebody who may, so that claims come far."""
        self._take_on(self._claim(which), steps, budget)

    def _take_on(self, claim: Claim, steps: int, budget: int) -> None:
        for _ in range(steps):
            if claim.status in ("draft", "sent_back"):
                self._submit(claim, claim.me)
            elif claim.status == "submitted":
                self._certify(claim, self._who(lambda by: self.model.certify(claim, by)))
            elif claim.status in ("certified", "part_approved"):
                from_ = claim.budget if claim.status == "part_approved" else budget
                by = self._who(lambda by, from_=from_: self.model.approve(claim, from_, by))
                self._approve(claim, by, from_)

    @staticmethod
    def _who(refusal: Callable[[int], Refusal]) -> int:
        """Give somebody of staff who would not be refused, where there is one."""
        return next((by for by in range(STAFF) if refusal(by) is None), 0)

    @precondition(lambda self: self.model.claims)
    @rule(which=WHICH, by=WHO, act=st.sampled_from(("send_back", "reject")))
    def stop(self, which: int, by: int, act: str) -> None:
        claim = self._claim(which)
        after = {"send_back": "sent_back", "reject": "rejected"}[act]
        command = self.commands.claim(self.ids[claim], act, by, "Because.")
        self._do(act, command, self.model.stop(claim, by), lambda _: claim.to(after))

    @precondition(lambda self: self.model.claims)
    @rule(which=WHICH, by=CLAIMING)
    def withdraw(self, which: int, by: int | None) -> None:
        claim = self._claim(which)
        by = claim.me if by is None else by

        def then(_: Any) -> None:
            claim.to("withdrawn")
            self._acted(claim, by)

        command = self.commands.claim(self.ids[claim], "withdraw", by)
        self._do("withdraw", command, self.model.withdraw(claim), then)

    @rule(person=st.integers(0, PEOPLE - 1), by=WHO)
    def change_numbers(self, person: int, by: int) -> None:
        self._set_numbers(person, by)

    @rule(person=st.integers(0, PEOPLE - 1), by=WHO)
    def confirm_numbers(self, person: int, by: int) -> None:
        self._confirm_numbers(person, by)

    def _set_numbers(self, person: int, by: int) -> None:
        def then(_: Any) -> None:
            payee = self.model.payees[person]
            payee.set_by, payee.confirmed_by = by, None
            payee.by(by)

        command = self.commands.numbers(person, by, confirm=False)
        self._do("set numbers", command, self.model.set_numbers(person, by), then)

    def _confirm_numbers(self, person: int, by: int) -> None:
        def then(_: Any) -> None:
            self.model.payees[person].confirmed_by = by
            self.model.payees[person].by(by)

        command = self.commands.numbers(person, by, confirm=True)
        self._do("confirm numbers", command, self.model.confirm_numbers(person, by), then)

    @rule(person=st.integers(0, PEOPLE - 1), setter=CLAIMING, by=WHO)
    def change_account(self, person: int, setter: int | None, by: int) -> None:
        payee, own = self.model.payees[person], setter is None
        setter = -1 - person if setter is None else setter

        def proposed(_: Any) -> None:
            payee.proposed_by = setter
            payee.by(setter)

        def confirmed(_: Any) -> None:
            payee.proposed_by = None
            payee.by(by)

        expected = None if own else self.model.set_numbers(person, setter)
        command = self.commands.account(person, setter, confirm=False)
        self._do("set account", command, expected, proposed)
        command = self.commands.account(person, by, confirm=True)
        expected = self.model.confirm_account(person, by)
        self._do("confirm account", command, expected, confirmed)

    @precondition(lambda self: self.model.waiting())
    @rule(route=ROUTES, by=WHO)
    def make_run(self, route: str, by: int) -> None:
        self._make_run(route, by)

    def _make_run(self, route: str, by: int) -> None:
        due = self.model.due(route)

        def then(made: Any) -> None:
            id_, told = made
            assert set(told) == {self.ids[each] for each in due}
            run = Run(route, by, [Payment(each, route, each.routes[route]) for each in due])
            run.told = {each.person: self.model.payees[each.person].told for each in due}
            self.model.runs.append(run)
            self.run_ids[run] = id_
            for each in run.payments:
                reference, pence = told[self.ids[each.claim]]
                assert pence == each.pence
                self.references[each] = reference
                each.claim.payments.append(each)
                each.claim.follow()

        self._do("make run", self.commands.run(route, by), self.model.run(route), then)

    @precondition(lambda self: self.model.runs)
    @rule(which=WHICH, by=WHO)
    def void_run(self, which: int, by: int) -> None:
        self._void(self._run(which, "made"), by)

    def _void(self, run: Run, by: int) -> None:
        command = self.commands.turn(self.run_ids[run], "void", by)
        self._do("void", command, self.model.void(run), lambda _: self._turned(run, "void"))

    @precondition(lambda self: self.model.runs)
    @rule(which=WHICH, by=WHO)
    def release_run(self, which: int, by: int) -> None:
        run = self._run(which, "made")
        if which % 3:
            by = self._who(lambda by: self.model.release(run, by))
        self._release(run, by)

    def _release(self, run: Run, by: int) -> None:
        command = self.commands.turn(self.run_ids[run], "release", by)
        expected = self.model.release(run, by)
        self._do("release", command, expected, lambda _: self._turned(run, "sent"))

    @precondition(lambda self: self.model.runs)
    @rule(which=WHICH, by=WHO, outcomes=OUTCOMES)
    def take_results(self, which: int, by: int, outcomes: list[str]) -> None:
        self._take_results(self._run(which, "released"), by, outcomes)

    def _take_results(self, run: Run, by: int, outcomes: list[str]) -> None:
        told = {each: outcomes[at % len(outcomes)] for at, each in enumerate(run.payments)}

        def then(_: Any) -> None:
            for each, outcome in told.items():
                if outcome == "paid" and each.status == "sent":
                    each.status = "paid"
                elif outcome == "returned" and each.status in ("sent", "paid"):
                    each.status = "returned"
            for each in run.payments:
                each.claim.follow()
            left = any(each.status == "sent" for each in run.payments)
            run.status = "released" if left else "settled"

        data = file({self.references[each]: (out, each.pence) for each, out in told.items()})
        command = self.commands.turn(self.run_ids[run], "results", by, data)
        self._do("results", command, self.model.results(run), then)

    @precondition(lambda self: self.model.waiting())
    @rule(route=ROUTES, by=WHO, outcomes=OUTCOMES, goes=st.integers(0, 3), again=st.booleans())
    def pay(self, route: str, by: int, outcomes: list[str], goes: int, again: bool) -> None:  # noqa: FBT001  by name
        """Make a run, let it go and take in what came of it, where that can be done."""
        for person in self.model.waiting() - self.model.payable():
            self._set_numbers(person, 7)
            self._confirm_numbers(person, 8)
        before = len(self.model.runs)
        self._make_run(route, by)
        for run in self.model.runs[before:]:
            if goes:
                self._release(run, self._who(lambda by, run=run: self.model.release(run, by)))
                self._take_results(run, by, outcomes)
            else:
                self._void(run, by)
            for each in run.payments if again else ():
                self._retry(each.claim, by)

    @precondition(lambda self: self.model.claims)
    @rule(which=WHICH, by=WHO)
    def retry(self, which: int, by: int) -> None:
        back = [each for each in self.model.claims if each.status == "returned"]
        self._retry(back[which % len(back)] if back and which % 4 else self._claim(which), by)

    def _retry(self, claim: Claim, by: int) -> None:
        def then(_: Any) -> None:
            for each in claim.live.values():
                each.replaced = each.status == "returned"
            claim.follow()

        command = self.commands.claim(self.ids[claim], "retry", by)
        self._do("retry", command, self.model.retry(claim), then)

    def _run(self, which: int, status: str) -> Run:
        """Choose a run, more often one that stands so."""
        so = [each for each in self.model.runs if each.status == status]
        runs = so if so and which % 4 else self.model.runs
        return runs[which % len(runs)]

    def _turned(self, run: Run, status: str) -> None:
        run.status = {"sent": "released", "void": "void"}[status]
        for each in run.payments:
            each.status = status
            each.claim.follow()

    def _acted(self, claim: Claim, by: int) -> None:
        if by >= 0:
            self.model.acted_for.add((by, claim.person))


async def _connected(engine: AsyncEngine) -> AsyncConnection:
    """Give a connection in a transaction that nobody commits."""
    connection = await engine.connect()
    await connection.begin()
    return connection


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with asyncio.Runner() as runner:
        made = scratch()
        url = runner.run(made.__aenter__())
        filled = runner.run(_filled(url))
        engine = create_engine(url, "app", pool=1)
        yield Bench(runner, engine, filled, Keys.of(CRYPTO.keys, CRYPTO.index_key))
        runner.run(engine.dispose())
        runner.run(made.__aexit__(None, None, None))


async def _filled(url: str) -> World:
    engine = create_engine(url, "worker", pool=1)
    async with async_sessionmaker(engine, expire_on_commit=False)() as session:
        made = await worlds.made(session)
    await engine.dispose()
    return made


def run(bench: Bench, sequences: int, steps: int) -> None:
    Machine.bench = bench
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=sequences,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_few_short_sequences_keep_the_database_and_the_model_alike(bench):
    run(bench, 5, 30)


@pytest.mark.slow
@pytest.mark.parametrize("share", range(4))
def test_two_hundred_long_sequences_keep_the_database_and_the_model_alike(bench, share):
    run(bench, 50, 100)
    # That the sequences come as far as this; a step is a few statements, and 8 to 20 ms.
    assert {"results", "retry", "void", "reject", "withdraw", "approve"} <= bench.done.keys()
