"""Telling everybody whom a run pays what is on its way, some at a time."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.reimbursements.payments import telling


async def handle(session: AsyncSession, payload: bytes) -> None:
    """Tell the next people of a released run, and promise to go on behind them."""
    run_id, _, after = payload.decode().partition(" ")
    await telling.remit(session, UUID(run_id), UUID(after) if after else None)
