"""The trust's mapping of channels and collection points to the modes of a national return."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.db import flush
from app.core.errors import InvalidError
from app.core.statement import Statement
from app.domain.feedback.codes import CollectionPoint
from app.domain.feedback.modes.errors import ModesOverlapError, ModeUnknownError
from app.domain.feedback.modes.models import ModeMap, ModeMapping
from app.domain.feedback.modes.national import MODES, MappedChannel, Mode, NationalService

_REFUSALS: Final = {"ex_feedback_mode_mapping_one_mode_at_a_time": ModesOverlapError}
_HELD: Final = """
SELECT channel, collection_point, mode FROM feedback_mode_mapping
 WHERE service = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)"""


@dataclass(frozen=True, slots=True, order=True)
class Mapped:
    """One mapping, as it is told and shown."""

    channel: MappedChannel
    collection_point: CollectionPoint | None
    mode: Mode
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Translation:
    """The mapping of one month: what the roll-up's pairs are told as."""

    service: NationalService
    exact: dict[str, Mode]
    other: dict[str, Mode]

    def mode(self, pair: str) -> Mode | None:
        """Give the mode of `channel:collection_point`; None where it has none."""
        return self.exact.get(pair) or self.other.get(pair.partition(":")[0])


async def held(session: AsyncSession, service: NationalService) -> ModeMap:
    """Give the service's map, whose version is that of all its mappings."""
    return (await session.scalars(select(ModeMap).where(ModeMap.service == service))).one()


async def mappings(session: AsyncSession, found: ModeMap) -> Sequence[Mapped]:
    """Give all mappings of a map, in the order of channel, point and time."""
    rows = await session.scalars(
        select(ModeMapping)
        .where(ModeMapping.map_id == found.id)
        .order_by(ModeMapping.channel, ModeMapping.collection_point, ModeMapping.valid_from)
    )
    return [_told(row) for row in rows]


async def replace(session: AsyncSession, found: ModeMap, wanted: Sequence[Mapped]) -> None:
    """Let these be the mappings; those that stay so are not touched.

    Raises ModeUnknownError, ModesOverlapError, InvalidError.
    """
    _check(found.service, wanted)
    rows = await session.scalars(select(ModeMapping).where(ModeMapping.map_id == found.id))
    kept = {_told(row): row for row in rows}
    for one, row in kept.items():
        if one not in wanted:
            await session.delete(row)
    await session.flush()
    for one in wanted:
        if one not in kept:
            session.add(_row(found, one))
    found.updated_at = now()  # its version is the one that callers know all of it by
    await flush(session, _REFUSALS)


async def translation(door: Statement, service: NationalService, month: date) -> Translation:
    """Give the mapping that holds in a month."""
    exact: dict[str, Mode] = {}
    other: dict[str, Mode] = {}
    for row in await door.fetch(_HELD, service.value, month):
        if row["collection_point"] is None:
            other[row["channel"]] = Mode(row["mode"])
        else:
            exact[f"{row['channel']}:{row['collection_point']}"] = Mode(row["mode"])
    return Translation(service, exact, other)


def _check(service: NationalService, wanted: Sequence[Mapped]) -> None:
    for place, one in enumerate(wanted):
        here = f"#/items/{place}"
        if one.mode not in MODES[service]:
            raise ModeUnknownError.at(f"{here}/mode", "No mode of this service", "not_of_service")
        for name, day in (("valid_from", one.valid_from), ("valid_to", one.valid_to)):
            if day is not None and day.day != 1:
                raise InvalidError.at(f"{here}/{name}", "Give the first of a month", "not_first")
        if one.valid_to is not None and one.valid_to <= one.valid_from:
            raise InvalidError.at(f"{here}/valid_to", "Ends before it begins", "not_after")
        if any(_overlap(one, other) for other in wanted[:place]):
            raise ModesOverlapError.at(here, "Another one holds at the same time", "overlap")


def _overlap(one: Mapped, other: Mapped) -> bool:
    same = (one.channel, one.collection_point) == (other.channel, other.collection_point)
    begins = one.valid_to is None or other.valid_from < one.valid_to
    return same and begins and (other.valid_to is None or one.valid_from < other.valid_to)


def _told(row: ModeMapping) -> Mapped:
    return Mapped(row.channel, row.collection_point, row.mode, row.valid_from, row.valid_to)


def _row(found: ModeMap, one: Mapped) -> ModeMapping:
    return ModeMapping(
        map_id=found.id,
        service=found.service,
        channel=one.channel,
        collection_point=one.collection_point,
        mode=one.mode,
        valid_from=one.valid_from,
        valid_to=one.valid_to,
    )
