"""The machine's way to the database: each command as one request would do it, in a savepoint."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.actor import Actor
from app.core.clock import today
from app.core.errors import DomainError
from app.core.idempotency import Once
from app.core.keyring import Keys
from app.domain.people.supporters.service import Whose
from app.domain.reimbursements.claims import deciding, queries, service
from app.domain.reimbursements.claims.models import Claim
from app.domain.reimbursements.flags import service as flags
from app.domain.reimbursements.flags.codes import FlagCode
from app.domain.reimbursements.kinds import Route
from app.domain.reimbursements.payees import service as payees
from app.domain.reimbursements.payees.details import BankDetails
from app.domain.reimbursements.payees.models import ConfirmedHow
from app.domain.reimbursements.payments import queries as payments
from app.domain.reimbursements.payments import results
from app.domain.reimbursements.payments import service as runs
from app.domain.reimbursements.payments.service import Originator
from tests.domain.reimbursements.machine.facts import Facts, facts
from tests.domain.reimbursements.machine.model import Lines
from tests.domain.reimbursements.machine.world import World, line

Command = Callable[[AsyncSession], Awaitable[Any]]
NOW = text("SET CONSTRAINTS ALL IMMEDIATE")
LATER = text("SET CONSTRAINTS ALL DEFERRED")
ACCOUNT = BankDetails("907123", "81516958", "A Holder")


async def _change(
    session: AsyncSession, claim: Claim, lines: Sequence[Mapping[str, Any]], *, by: Whose
) -> None:
    await flags.change(session, claim, {"lines": lines}, by=by)


async def _approve(
    session: AsyncSession, claim: Claim, budget_id: UUID | None, *, by: Actor
) -> None:
    """Approve with an answer to whatever the checks found, as approvers give it."""
    answers = dict.fromkeys(FlagCode, "Looked into.")
    await flags.approve(session, claim, budget_id, answers, by=by)


CLAIMING: Mapping[str, Callable[..., Awaitable[None]]] = {
    "edit": _change,
    "submit": flags.submit,
    "withdraw": service.withdraw,
}
DECIDING: Mapping[str, Callable[..., Awaitable[None]]] = {
    "certify": deciding.certify,
    "approve": _approve,
    "send_back": deciding.send_back,
    "reject": deciding.reject,
    "retry": results.retry,
}


class Commands:
    def __init__(self, connection: AsyncConnection, world: World, keys: Keys) -> None:
        self.connection, self.world, self.keys = connection, world, keys
        self.facts = Facts({}, {}, {}, [])

    async def do(self, command: Command, *, crash: bool) -> tuple[Any, type[DomainError] | None]:
        """Do it as a request does; after a crash before its commit nothing is as if it had been."""
        if crash:
            before = await self._facts()
            await self._done(command, commit=False)
            assert await self._facts() == before
        found = await self._done(command, commit=True)
        self.facts = await self._facts()
        return found

    async def _done(
        self, command: Command, *, commit: bool
    ) -> tuple[Any, type[DomainError] | None]:
        async with AsyncSession(
            self.connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        ) as session:
            try:
                made = await command(session)
                await session.flush()
                await session.execute(NOW)
            except DomainError as error:
                await session.rollback()
                return None, type(error)
            await session.execute(LATER)
            await (session.commit() if commit else session.rollback())
            return made, None

    async def _facts(self) -> Facts:
        return await facts(self.connection, self.facts.entries, self.facts.hash)

    def make(self, place: tuple[int, int, date], lines: Lines, by: int, key: str | None) -> Command:
        person, activity, day = place
        told = {
            "participation_id": self.world.places[person, activity],
            "activity_on": day,
            "lines": [line(kind, pence, day) for kind, pence in lines],
        }
        whose = Whose(self.world.people[person], self.world.actor(by))
        body = hashlib.sha256(repr(told).encode()).digest()

        async def command(session: AsyncSession) -> Claim:
            once = Once(session, whose.by.id, "make_claim", key, body)
            return await once.do(
                lambda: service.make(session, told, by=whose),
                lambda id_: queries.get(session, id_, to=self.world.staff[0]),
            )

        return command

    def claim(self, id_: UUID, act: str, by: int, *told: Any) -> Command:
        """Do something with a claim: as its person, for them, or as one who decides."""
        actor = self.world.actor(by)

        async def command(session: AsyncSession) -> None:
            found = await queries.get(session, id_, to=self.world.staff[0])
            person = next(each for each in self.world.people if each.id == found.person_id)
            if act in CLAIMING:
                day = found.activity_on
                lines = [[line(kind, pence, day) for kind, pence in each] for each in told]
                await CLAIMING[act](session, found, *lines, by=Whose(person, actor))
            else:
                await DECIDING[act](session, found, *told, by=actor)

        return command

    def numbers(self, person: int, by: int, *, confirm: bool) -> Command:
        found, id_ = self.world.people[person], self.world.actor(by).id
        told = {
            "payroll_number": f"P{person}",
            "supplier_number": f"S{person}",
            "prefers": "supplier_number",
        }

        async def command(session: AsyncSession) -> None:
            if confirm:
                await payees.confirm_numbers(session, found, by=id_)
            else:
                await payees.set_numbers(session, found, told, by=id_)

        return command

    def account(self, person: int, by: int, *, confirm: bool) -> Command:
        found, id_ = self.world.people[person], self.world.actor(by).id

        async def command(session: AsyncSession) -> None:
            if confirm:
                how = ConfirmedHow.CALLED_BACK
                await payees.confirm_account(session, found, how, by=id_)
            else:
                await payees.set_account(session, self.keys, found, ACCOUNT, by=id_)

        return command

    def run(self, route: str, by: int) -> Command:
        actor, payer = self.world.actor(by), Originator()

        async def command(session: AsyncSession) -> tuple[UUID, dict[UUID, tuple[str, int]]]:
            way = Route(route)
            made = await runs.make(session, way, None, keys=self.keys, originator=payer, by=actor)
            found = await payments.expected(session, made)
            return made.id, {each.claim_id: (each.reference, each.amount_pence) for each in found}

        return command

    def turn(self, id_: UUID, act: str, by: int, data: bytes = b"") -> Command:
        """Release or void a run, or take in its results."""
        actor = self.world.actor(by)

        async def command(session: AsyncSession) -> None:
            run = await payments.get(session, id_)
            match act:
                case "release":
                    await runs.release(session, run, by=actor)
                case "void":
                    await runs.void(session, run, by=actor)
                case "results":
                    await results.take(session, run, data, by=actor)

        return command


def file(told: dict[str, tuple[str, int]]) -> bytes:
    """Write a result file of outcomes and pence by reference."""
    rows = ["reference,outcome,day,reason_code,amount"]
    for reference, (outcome, pence) in told.items():
        reason = "R1" if outcome == "returned" else ""
        rows.append(f"{reference},{outcome},{today()},{reason},{pence // 100}.{pence % 100:02}")
    return ("\n".join(rows) + "\n").encode()
