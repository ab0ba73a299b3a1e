"""Reads of reverse mentoring. A pair is for who may see its mentor."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, Uuid, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.involvement.mentoring.errors import MentoringPairNotFoundError
from app.domain.involvement.mentoring.models import MentoringMeeting, MentoringPair
from app.domain.involvement.naming import queries as naming
from app.domain.involvement.naming.queries import value

P = MentoringPair
_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "reach": naming.person_in_reach(P.person_id),
    "mentor": P.person_id == value("mentor", Uuid()),
    "mentee": P.user_id == value("mentee", Uuid()),
    "going": P.ended_on.is_(None),
    "ended": P.ended_on.is_not(None),
}
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{column.key: column for column in P.__table__.columns},
    "meetings": literal_column(
        "(SELECT coalesce(json_agg(json_build_object('id', m.id, 'met_on', m.met_on,"
        " 'note', m.note) ORDER BY m.met_on), '[]')"
        " FROM mentoring_meeting m WHERE m.pair_id = mentoring_pair.id)"
    ),
}


def _pairs(using: frozenset[str]) -> Select[Any]:
    return select(P).where(*(_FILTERS[name] for name in sorted(using)))


PAIRS: Final = JsonRows(_COLUMNS, _pairs, MentoringPairNotFoundError, P.__table__.c.version)


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of pairs as JSON; `ended` among the filters is true or false."""
    chosen = {**filters, "reach": naming.reach(to)}
    if "ended" in chosen:
        chosen["ended" if chosen.pop("ended") else "going"] = True
    return await PAIRS.page(door, fields, page, chosen)


async def show(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one pair as JSON, and its version."""
    return await PAIRS.one(door, fields, id_, {"reach": naming.reach(to)})


async def get(session: AsyncSession, id_: UUID, *, to: Actor) -> MentoringPair:
    """Load a pair whose mentor a caller may see; raises MentoringPairNotFoundError."""
    found = select(P).where(P.id == id_, _FILTERS["reach"]).params(reach=naming.reach(to))
    pair = await session.scalar(found)
    if pair is None:
        raise MentoringPairNotFoundError
    return pair


async def met(session: AsyncSession, pair: MentoringPair) -> Sequence[date]:
    """Give the days on which a pair met."""
    days = select(MentoringMeeting.met_on).where(MentoringMeeting.pair_id == pair.id)
    return (await session.scalars(days)).all()


async def meeting(session: AsyncSession, pair: MentoringPair, id_: UUID) -> MentoringMeeting:
    """Load one meeting of a pair; raises MentoringPairNotFoundError."""
    found = await session.get(MentoringMeeting, id_)
    if found is None or found.pair_id != pair.id:
        raise MentoringPairNotFoundError
    return found
