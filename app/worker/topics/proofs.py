"""The books are proved every night: runs, files, ledger and budgets come to the same."""

from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.clock import today
from app.domain.reimbursements.budgets import queries as budgets
from app.domain.reimbursements.ledger import queries as ledger
from app.domain.reimbursements.payments import queries as payments

# Runs that arrive within these days of today.
AROUND: Final = timedelta(days=92)
log = structlog.get_logger("worker")


async def handle(sessions: async_sessionmaker[AsyncSession]) -> bool:
    """Tell whether all of them hold; what does not is logged as an error, by numbers alone."""
    day = today()
    async with sessions() as session:
        runs = await payments.proof(session, day - AROUND, day + AROUND)
        postings = (await ledger.proof(session, day)).unbalanced
        differing = await budgets.differing(session)
    wrong = [each.number for each in runs if not each.holds]
    holds = not (wrong or postings or differing)
    if not holds:
        log.error(
            "the books do not agree",
            runs=wrong,
            unbalanced_postings=postings,
            budgets=len(differing),
        )
    return holds
