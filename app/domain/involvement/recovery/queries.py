"""Reads of referrals: single ones for those who keep them, and counts for figures."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Date, Select, Text, Uuid, bindparam, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.involvement.recovery.errors import ReferralNotFoundError
from app.domain.involvement.recovery.models import Referral
from app.domain.organisation.models import Team

R = Referral


def _value(name: str, type_: Any = None) -> Any:
    return bindparam(name, type_=type_ or Text())


_TEAM: Final = select(Team.id).where(
    or_(Team.code == _value("team"), cast(Team.id, Text) == _value("team"))
)
_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "visible": R.team_id == func.any(_value("visible", ARRAY(Uuid()))),
    "team": R.team_id == _TEAM.scalar_subquery(),
    "service": R.service == _value("service"),
    "from_day": R.referred_on >= _value("from_day", Date()),
    "to_day": R.referred_on <= _value("to_day", Date()),
    "waiting": R.first_contact_on.is_(None) & R.ended_on.is_(None),
    "open": R.ended_on.is_(None),
    "ended": R.ended_on.is_not(None),
}
_HIDDEN: Final = frozenset({"pseudonym", "created_at", "updated_at"})
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    column.key: column for column in R.__table__.columns if column.key not in _HIDDEN
}


def _referrals(using: frozenset[str]) -> Select[Any]:
    return select(R).where(*(_FILTERS[name] for name in sorted(using)))


REFERRALS: Final = JsonRows(_COLUMNS, _referrals, ReferralNotFoundError, R.__table__.c.version)


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of referrals as JSON; `state` among the filters is waiting, open or ended."""
    chosen = {**filters, **_limits(to)}
    if "state" in chosen:
        chosen[chosen.pop("state")] = True
    return await REFERRALS.page(door, fields, page, chosen)


async def show(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one referral as JSON, and its version."""
    return await REFERRALS.one(door, fields, id_, _limits(to))


async def get(session: AsyncSession, id_: UUID, *, to: Actor) -> Referral:
    """Load a referral that one may see; raises ReferralNotFoundError."""
    found = await session.get(R, id_)
    if found is None or (to.teams is not None and found.team_id not in to.teams):
        raise ReferralNotFoundError
    return found


# By financial quarter and service; the outcomes in the order of their codes.
_COUNTED: Final = """
SELECT to_char(referred_on - interval '3 months', 'YYYY-')
       || to_char(referred_on + interval '9 months', 'YY"-Q"Q') AS quarter, service,
       count(*)::int AS referrals, count(*) FILTER (WHERE referred_by = 'themselves')::int
         AS by_themselves, count(first_contact_on)::int AS contacted,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY first_contact_on - referred_on) AS days,
       array_agg(outcome) FILTER (WHERE outcome IS NOT NULL) AS outcomes
  FROM recovery_referral WHERE referred_on BETWEEN $1 AND $2
 GROUP BY 1, 2 ORDER BY 1, 2"""


async def counted(door: Statement, first: Any, last: Any) -> list[Any]:
    """Count referrals by financial quarter and service."""
    return await door.fetch(_COUNTED, first, last)


def _limits(to: Actor) -> dict[str, Any]:
    return {} if to.teams is None else {"visible": list(to.teams)}
