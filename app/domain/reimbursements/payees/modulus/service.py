"""Checking an account number by the tables in force, and loading of tables."""

from datetime import date

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import flush
from app.domain.reimbursements.payees.modulus import layout, queries
from app.domain.reimbursements.payees.modulus.checking import Number, check
from app.domain.reimbursements.payees.modulus.errors import REFUSALS
from app.domain.reimbursements.payees.modulus.models import (
    Modulus,
    ModulusRelease,
    ModulusSubstitution,
    ModulusWeight,
)


async def checked(session: AsyncSession, sort_code: str, account: str, on: date) -> Modulus | None:
    """Check 6 and 8 digits by the tables in force on a day; None where they do not fit.

    Without a table, or with a sort code that the table does not list, it is not checked.
    """
    release = await queries.in_force(session, on)
    rules = await queries.rules(session, release, sort_code) if release else []
    if release is None or not rules:
        return Modulus.NOT_CHECKED
    other = await queries.substitute(session, release, sort_code)
    return Modulus.VALID if check(rules, Number(sort_code, account, other)) else None


async def load(
    session: AsyncSession, weights: str, substitutions: str, valid_from: date
) -> tuple[int, int]:
    """Load the texts of both tables, and tell how many lines each has.

    Raises ModulusTableError, ModulusReleaseError.
    """
    lines, others = layout.weights(weights), layout.substitutions(substitutions)
    release = ModulusRelease(valid_from=valid_from)
    session.add(release)
    await flush(session, REFUSALS)
    of_it = {"release_id": release.id}
    await session.execute(insert(ModulusWeight), [each | of_it for each in lines])
    if others:
        await session.execute(insert(ModulusSubstitution), [each | of_it for each in others])
    return len(lines), len(others)
