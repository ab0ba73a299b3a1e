"""Location codes that no team has, and the events that wait for one."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, Text, Uuid, cast, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.inbox import EventStatus, InboxEvent
from app.core.json_rows import JsonRows
from app.domain.feedback.operators import instant
from app.domain.organisation import service, teams
from app.domain.organisation.models import Team

E = InboxEvent

# A code's place in the list is that of its first event, which stays as more come.
_CODES: Final = (
    select(
        cast(func.min(cast(E.id, Text)), Uuid).label("id"),
        E.source,
        E.waits_for.label("code"),
        func.count().label("events"),
        func.min(E.received_at).label("first_received"),
        func.max(E.received_at).label("last_received"),
    )
    .where(E.status == EventStatus.WAITING)
    .group_by(E.source, E.waits_for)
    .subquery()
)


def _codes(_: frozenset[str]) -> Select[Any]:
    return select(_CODES)


LOCATIONS: Final = JsonRows(
    {
        **{name: _CODES.c[name] for name in ("id", "source", "code", "events")},
        **{name: instant(_CODES.c[name]) for name in ("first_received", "last_received")},
    },
    _codes,
)

_RELEASE: Final = text(
    """
    UPDATE inbox_event e SET status = 'pending', reason = NULL, waits_for = NULL
      FROM unnest(CAST(:sources AS text[]), CAST(:codes AS text[])) AS v (source, code)
     WHERE e.status = 'waiting' AND e.source = v.source AND e.waits_for = v.code
    """
)


async def assign(
    session: AsyncSession, location: tuple[str, str], team_id: UUID, since: date | None
) -> int:
    """Let a source's code be a team's, and what waits for it go on; gives how many events.

    Raises LocationCodeTakenError, InvalidError.
    """
    team: Team = await service.named(session, Team, team_id, "team_id")
    await teams.add_location(session, team, *location, since)
    return await release(session, [location])


async def release(session: AsyncSession, locations: Sequence[tuple[str, str]]) -> int:
    """Put what waits for these codes back in line; gives how many events.

    Whoever has the pen may be about to let an event wait for a code that it did not find: with
    the pen in hand, all such events can be seen.
    """
    await session.execute(text("SELECT feedback_pen()"))
    sources, codes = zip(*locations, strict=True)
    result = await session.execute(_RELEASE, {"sources": list(sources), "codes": list(codes)})
    return int(getattr(result, "rowcount", 0))
