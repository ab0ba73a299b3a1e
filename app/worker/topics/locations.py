"""Codes that teams have begun to hold: what waited for them is tried again."""

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.feedback import unmapped


async def handle(session: AsyncSession, payload: bytes) -> None:
    """Put the events that wait for these codes back in line."""
    await unmapped.release(session, [(source, code) for source, code in orjson.loads(payload)])
