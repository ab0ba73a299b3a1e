"""Reads of the tables of modulus checking that are in force on a day."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.reimbursements.payees.modulus.checking import MOST_RULES, Rule
from app.domain.reimbursements.payees.modulus.models import (
    ModulusRelease,
    ModulusSubstitution,
    ModulusWeight,
)

R, W, S = ModulusRelease, ModulusWeight, ModulusSubstitution


async def in_force(session: AsyncSession, on: date) -> ModulusRelease | None:
    """Give the release that is in force on a day; None where none is loaded."""
    found = select(R).where(R.valid_from <= on).order_by(R.valid_from.desc()).limit(1)
    return await session.scalar(found)


async def rules(session: AsyncSession, release: ModulusRelease, sort_code: str) -> Sequence[Rule]:
    """Give the checks of a sort code, in their order; none where its range is not listed."""
    found = (
        select(W)
        .where(W.release_id == release.id, W.first_code <= sort_code, W.last_code >= sort_code)
        .order_by(W.place)
        .limit(MOST_RULES)
    )
    lines = (await session.scalars(found)).all()
    return [Rule(each.method, each.weights, each.exception) for each in lines]


async def substitute(session: AsyncSession, release: ModulusRelease, sort_code: str) -> str | None:
    """Give the sort code that stands for this one; None where it stands for itself."""
    found = select(S.substitute).where(S.release_id == release.id, S.sort_code == sort_code)
    return await session.scalar(found)
