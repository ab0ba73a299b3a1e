"""What people are told about their payments."""

from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import jobs
from app.domain.people.notices import Notice, notify, words
from app.domain.reimbursements.payments.models import ClaimPayment

REMITTANCES: Final = "remittances"
AT_ONCE: Final = 100
# Gifts go to a charity, which is told by its own remittance.
_SENT: Final = text(
    """
    SELECT p.id, p.person_id, p.reference, p.amount_pence, r.arrival_on,
           (SELECT string_agg(DISTINCT initcap(replace(l.kind, '_', ' ')), ', ')
              FROM claim_line l WHERE l.claim_id = p.claim_id AND l.route = p.route) AS lines
      FROM claim_payment p JOIN payment_run r ON r.id = p.run_id
     WHERE p.run_id = :run AND p.route <> 'charity'
       AND (CAST(:after AS uuid) IS NULL OR p.id > :after)
     ORDER BY p.id LIMIT :most"""
)


def pounds(pence: int) -> str:
    """Write an amount: £1,234.50."""
    return f"£{pence // 100:,}.{pence % 100:02}"


async def promise(session: AsyncSession, run_id: UUID, after: UUID | None = None) -> None:
    """Promise to tell the people of a run what is on its way to them, behind one of its payments.

    They are some at a time, so that no transaction is long.
    """
    await jobs.put(session, REMITTANCES, f"{run_id} {after or ''}".encode())


async def remit(session: AsyncSession, run_id: UUID, after: UUID | None) -> None:
    """Tell the next people of a run, and promise the others; nobody is told twice."""
    values = {"run": run_id, "after": after, "most": AT_ONCE}
    found = (await session.execute(_SENT, values)).all()
    for row in found:
        await notify(
            session,
            person_id=row.person_id,
            notice=Notice.REMITTANCE,
            values={
                "reference": row.reference,
                "amount": pounds(row.amount_pence),
                "day": words.day(row.arrival_on),
                "lines": row.lines,
            },
            once=f"{Notice.REMITTANCE}:{row.id}",
        )
    if found:
        await promise(session, run_id, found[-1].id)


async def came_back(session: AsyncSession, payment: ClaimPayment) -> None:
    """Tell somebody that their payment came back."""
    await notify(
        session,
        person_id=payment.person_id,
        notice=Notice.CLAIM_RETURNED,
        values={"reference": payment.reference},
        once=f"{Notice.CLAIM_RETURNED}:{payment.id}",
    )
