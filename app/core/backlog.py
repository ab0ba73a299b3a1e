"""What waits to be done, for whoever keeps the service running."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.clock import now
from app.core.statement import Statement


@dataclass(frozen=True, slots=True)
class Backlog:
    """Counts of what waits, by kind; a held job failed and stays until somebody sees to it."""

    counts: Mapping[str, int]
    oldest_seconds: float


async def read(door: Statement) -> Backlog:
    """Count by the view of that name, which reads no more than small partial indexes."""
    counts = dict(await door.fetchrow("SELECT * FROM backlog"))
    oldest = counts.pop("oldest_pending_at")
    return Backlog(counts, max(0.0, (now() - oldest).total_seconds()) if oldest else 0.0)
