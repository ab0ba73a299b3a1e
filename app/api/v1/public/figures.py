"""Every team's public figures, kept for a while, since all are found at once."""

import asyncio
import time
from collections.abc import Sequence
from datetime import date

from app.core.clock import today
from app.core.statement import Statement
from app.domain.feedback.publication import teams
from app.domain.feedback.publication.teams import TeamMonth


class Figures:
    """Finds them anew once they are older than `seconds`, one request for all that wait."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._lock = asyncio.Lock()
        self._found: dict[str, list[TeamMonth]] = {}
        self._good_until = 0.0
        self._day: date | None = None

    async def of(self, door: Statement, team: str) -> Sequence[TeamMonth]:
        """Give a team's months, as they were published."""
        async with self._lock:
            await self._refresh(door)
        return self._found.get(team, ())

    async def _refresh(self, door: Statement) -> None:
        day = today()
        if time.monotonic() >= self._good_until or day != self._day:
            self._found = await teams.figures(door, day)
            self._day, self._good_until = day, time.monotonic() + self._seconds
