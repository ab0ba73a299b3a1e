"""Reads of returns and of the figures that they are made of, from the roll-up."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, Text, bindparam, cast, false, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.json_rows import Columns, JsonRows
from app.core.statement import Statement
from app.domain.feedback.modes import service as modes
from app.domain.feedback.modes.national import CATEGORIES, SEGMENTS, NationalService
from app.domain.feedback.operators import instant
from app.domain.feedback.returns.checks import Found
from app.domain.feedback.returns.errors import ReturnNotFoundError
from app.domain.feedback.returns.figures import ANSWERS, Counted, Figures, count
from app.domain.feedback.returns.models import FftReturn, ReturnStatus
from app.domain.organisation.models import FftCategory

R = FftReturn
_COUNTS: Final = ", ".join(f"sum(c.{answer})::bigint AS {answer}" for answer in ANSWERS)
_ANSWERED: Final = " + ".join(f"c.{answer}" for answer in ANSWERS)
_STOOD: Final = """
    p.valid_from <= $1 AND (p.valid_to IS NULL OR p.valid_to > $1)"""

_FIGURES: Final = f"""
SELECT p.fft_category, CASE c.dimension WHEN 'mode' THEN c.value END AS pair, {_COUNTS}
  FROM feedback_monthly c JOIN team_placement p ON p.team_id = c.team_id AND {_STOOD}
 WHERE c.month = $1 AND c.dimension IN ('all', 'mode') AND p.fft_category = ANY($2)
 GROUP BY 1, 2"""

# A team that stands nowhere in the month is in neither return, which both should know.
_WITHOUT_CATEGORY: Final = f"""
SELECT t.code
  FROM feedback_monthly c JOIN team t ON t.id = c.team_id
       LEFT JOIN team_placement p ON p.team_id = t.id AND {_STOOD}
 WHERE c.month = $1 AND c.dimension = 'all' AND {_ANSWERED} > 0
   AND p.fft_category IS NULL AND (p.segment IS NULL OR p.segment = $2)
 ORDER BY t.code"""

_WITHOUT_ANSWERS: Final = f"""
SELECT t.code
  FROM team t JOIN team_placement p ON p.team_id = t.id AND {_STOOD}
 WHERE p.fft_category = ANY($2)
   AND (t.opened_on IS NULL OR t.opened_on < $1 + interval '1 month')
   AND (t.closed_on IS NULL OR t.closed_on > $1)
   AND NOT EXISTS (SELECT FROM feedback_monthly c WHERE c.team_id = t.id AND c.month = $1
                      AND c.dimension = 'all' AND {_ANSWERED} > 0)
 ORDER BY t.code"""

_SIGNED: Final = select(R).where(R.status == ReturnStatus.SIGNED)
_MONTH: Final = func.to_char(R.month, "YYYY-MM")
_COLUMNS: Final[Columns] = {
    **{column.key: column for column in R.__table__.columns},
    "month": _MONTH,
    "signed_at": instant(R.signed_at),
    "created_at": instant(R.created_at),
}


def _returns(using: frozenset[str]) -> Select[Any]:
    found = select(R)
    if "limited" in using:
        found = found.where(false())
    if "service" in using:
        found = found.where(cast(R.service, Text) == bindparam("service", type_=Text()))
    if "month" in using:
        found = found.where(bindparam("month", type_=Text()) == _MONTH)
    return found


RETURNS: Final = JsonRows(_COLUMNS, _returns, ReturnNotFoundError, R.__table__.c.version)


def whole(actor: Actor) -> None:
    """Refuse a return, which is the whole trust's, to who may see parts of it only."""
    if actor.limited:
        raise ReturnNotFoundError


def limits(actor: Actor) -> dict[str, Any]:
    return {"limited": True} if actor.limited else {}


async def figures(door: Statement, service: NationalService, month: date) -> Figures:
    """Count a month's return as it stands now, teams where they stood in that month."""
    told = await modes.translation(door, service, month)
    rows = await door.fetch(_FIGURES, month, [str(each) for each in CATEGORIES[service]])
    counted = [
        Counted(FftCategory(row["fft_category"]), row["pair"], tuple(row[name] for name in ANSWERS))
        for row in rows
    ]
    return count(service, counted, told)


async def found(door: Statement, service: NationalService, month: date) -> Found:
    """Give what a month's return must be checked against."""
    listed = [str(each) for each in CATEGORIES[service]]
    without = await door.fetch(_WITHOUT_CATEGORY, month, SEGMENTS[service].value)
    silent = await door.fetch(_WITHOUT_ANSWERS, month, listed)
    return Found(
        await figures(door, service, month),
        tuple(row["code"] for row in without),
        tuple(row["code"] for row in silent),
    )


async def get(session: AsyncSession, id_: UUID, *, to: Actor) -> FftReturn:
    """Load one return; raises ReturnNotFoundError."""
    whole(to)
    made = await session.get(R, id_)
    if made is None:
        raise ReturnNotFoundError
    return made


async def numbered(
    session: AsyncSession, service: NationalService, month: date, number: int, *, to: Actor
) -> FftReturn:
    """Load a month's return by its number; raises ReturnNotFoundError."""
    whole(to)
    statement = select(R).where(R.service == service, R.month == month, R.number == number)
    made = (await session.scalars(statement)).one_or_none()
    if made is None:
        raise ReturnNotFoundError
    return made


async def signed(
    session: AsyncSession, service: NationalService, month: date, below: int | None = None
) -> FftReturn | None:
    """Give the newest signed return of a month, perhaps only of those numbered below another."""
    statement = _SIGNED.where(R.service == service, R.month == month).order_by(R.number.desc())
    if below is not None:
        statement = statement.where(R.number < below)
    return (await session.scalars(statement.limit(1))).one_or_none()


async def of_month(
    session: AsyncSession, month: date
) -> dict[NationalService, Sequence[FftReturn]]:
    """Give all returns of a month by service, newest first."""
    statement = select(R).where(R.month == month).order_by(R.number.desc())
    made = (await session.scalars(statement)).all()
    return {each: [one for one in made if one.service is each] for each in NationalService}
