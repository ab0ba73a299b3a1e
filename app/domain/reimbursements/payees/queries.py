"""Reads of where people are paid, none of which opens a seal."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import statement
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.domain.reimbursements.payees.errors import BankAccountNotProposedError
from app.domain.reimbursements.payees.models import (
    AccountStatus,
    BankAccount,
    PayeeAccess,
    PayeeNumbers,
    PayeePolicy,
)

A, B, N = PayeeAccess, BankAccount, PayeeNumbers
_WIRE: Final = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
_STANDING: Final = (AccountStatus.CONFIRMED, AccountStatus.PROPOSED)
_SET: Final = "SELECT set_config($1, $2, true)"
_SET_AND_TELL: Final = """
SELECT told, set_config($1, $2, true)
  FROM (SELECT coalesce(current_setting($1, true), '') AS told OFFSET 0) AS before"""
_SHARERS: Final = text("SELECT bank_sharers(:person)")


@dataclass(frozen=True, slots=True)
class Shown:
    """All that is known of where somebody is paid, but for what is sealed."""

    numbers: PayeeNumbers
    current: BankAccount | None
    proposed: BankAccount | None


@asynccontextmanager
async def setting(session: AsyncSession, name: str, value: str) -> AsyncIterator[None]:
    """Let the database know something meanwhile, as it did before afterwards.

    Where what is done meanwhile fails the transaction ends, and the setting with it.
    """
    name = f"everyvoice.{name}"
    door = await statement.within(session)
    before = await door.fetchval(_SET_AND_TELL, name, value)
    yield
    await door.fetchval(_SET, name, before)


@asynccontextmanager
async def opened(session: AsyncSession, person_id: UUID) -> AsyncIterator[None]:
    """Let the database show one person's bank details meanwhile; it shows none otherwise."""
    async with setting(session, "payee", str(person_id)):
        yield


async def policy(session: AsyncSession) -> PayeePolicy:
    """Give what the trust has decided."""
    return (await session.scalars(select(PayeePolicy))).one()


async def numbers(session: AsyncSession, person_id: UUID) -> PayeeNumbers:
    """Give the numbers of a person; of whom none are known it is what stands for that."""
    found = await session.scalar(select(N).where(N.person_id == person_id))
    return found or PayeeNumbers.untold(person_id)


async def shown(session: AsyncSession, person_id: UUID) -> Shown:
    """Give where an opened person is paid, and what waits to be confirmed."""
    found = select(B).where(B.person_id == person_id, B.status.in_(_STANDING))
    by_status = {each.status: each for each in await session.scalars(found)}
    return Shown(
        await numbers(session, person_id),
        by_status.get(AccountStatus.CONFIRMED),
        by_status.get(AccountStatus.PROPOSED),
    )


async def proposed(session: AsyncSession, person_id: UUID) -> BankAccount:
    """Load the details of an opened person that wait; raises BankAccountNotProposedError."""
    found = (await shown(session, person_id)).proposed
    if found is None:
        raise BankAccountNotProposedError
    return found


async def sharers(session: AsyncSession, person_id: UUID) -> Sequence[UUID]:
    """Name who else has an account that a person has, or is about to have; never their own
    records that were merged. Rejected details do not count.
    """
    found: Sequence[UUID] | None = await session.scalar(_SHARERS, {"person": person_id})
    return found or []


def _of_person(_: frozenset[str]) -> Select[Any]:
    return select(A).where(A.person_id == bindparam("person", type_=Uuid()))


ACCESSES: Final = JsonRows(
    {**dict(A.__table__.columns), "accessed_at": func.to_char(A.created_at, _WIRE)}, _of_person
)


async def accesses(
    session: AsyncSession, fields: tuple[str, ...], person_id: UUID, page: Page
) -> bytes:
    """Give a page of who read or set where a person is paid, as JSON, newest first."""
    door = await statement.within(session)
    return await ACCESSES.page(door, fields, page, {"person": person_id})
