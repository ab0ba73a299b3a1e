"""The demonstration put into a database, all of it or nothing, by the ways everything goes in."""

import hashlib
import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now, today
from app.core.ids import day_uuid7
from app.demo import coding, telling_back
from app.demo.reviews import FIRST, Event, Place, days, events
from app.domain.feedback import intake
from app.domain.organisation import service
from app.domain.organisation.models import FftCategory, Segment, Setting
from app.imports import organisation

_FILE: Final = Path(__file__).with_name("organisation.csv")
_AGO: Final = re.compile(r"(\d+) months ago")
_COLUMNS: Final = ("id", "source", "event_id", "body", "body_hash", "received_at", "status")
_STATE: Final = text(
    "SELECT EXISTS (SELECT FROM inbox_event WHERE source = 'iwgc' AND event_id = :first),"
    " EXISTS (SELECT FROM team) OR EXISTS (SELECT FROM inbox_event)"
)
_PLACES: Final = text(
    "SELECT DISTINCT ON (l.code) l.code, p.segment, p.setting, p.fft_category"
    "  FROM team_location l JOIN team_placement p USING (team_id)"
    " WHERE l.source = 'iwgc' ORDER BY l.code, p.valid_from DESC"
)

Told = Callable[[int, int], None]


class State(StrEnum):
    """What a database holds."""

    EMPTY = "empty"
    DEMONSTRATION = "demonstration"
    OTHER = "other"


async def state(session: AsyncSession) -> State:
    """Tell what is in the database, with nobody changing the organisation meanwhile."""
    await service.alone(session)
    shown, something = (await session.execute(_STATE, {"first": FIRST})).one()
    if shown:
        return State.DEMONSTRATION
    return State.OTHER if something else State.EMPTY


async def load(session: AsyncSession, *, responses: int, months: int, told: Told) -> None:
    """Load the trust and its reviews, the last of them yesterday's; one transaction.

    `told` is called with the number of events settled and of all, batch by batch.
    """
    await organisation.take(session, teams(today()), dry_run=False)
    places = [
        Place(code, Segment(segment), Setting(setting), FftCategory(category))
        for code, segment, setting, category in await session.execute(_PLACES)
    ]
    shown = days(today() - timedelta(1), months)
    count = await _receive(session, events(places, shown, responses))
    done = 0
    told(done, count)
    while settled := await intake.drain(session):
        done += settled
        told(done, count)
    await coding.code(session)
    await telling_back.tell_back(session)
    await intake.drain(session)  # what was heard at meetings


def teams(day: date) -> bytes:
    """Give the list of teams with its months as they are on a day."""

    def month(ago: re.Match[str]) -> str:
        year, of_year = divmod(day.year * 12 + day.month - 1 - int(ago[1]), 12)
        return date(year, of_year + 1, 1).isoformat()

    return _AGO.sub(month, _FILE.read_text()).encode()


async def _receive(session: AsyncSession, sent: Iterable[Event]) -> int:
    """Put the events into the inbox as if they had come when they say."""
    latest = now()
    records = []
    for event_id, at, body in sent:
        received, digest = min(at, latest), hashlib.sha256(body).digest()
        id_ = day_uuid7(received.date())
        records.append((id_, "iwgc", event_id, body, digest, received, "pending"))
    raw = await (await session.connection()).get_raw_connection()
    driver: Any = raw.driver_connection
    await driver.copy_records_to_table("inbox_event", records=records, columns=_COLUMNS)
    return len(records)
