"""What a caller may see of what names people, teams and directorates.

A list of what teams have shows a limited caller that of their teams; a person outside of the
caller's directorates stays unnamed in it.
"""

from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Date, Text, Uuid, and_, bindparam, case, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.domain.identity.models import User
from app.domain.organisation.models import Directorate, Placement, Team
from app.domain.people.register.models import Person

APRIL: Final = 4
_REACH: Any = bindparam("reach", type_=ARRAY(Uuid()))
TODAY: Any = bindparam("today", type_=Date())


def value(name: str, type_: Any = None) -> Any:
    """Give a filter's own value."""
    return bindparam(name, type_=type_ or Text())


def holding(model: Any, day: Any) -> ColumnElement[bool]:
    """Tell whether a period holds on a day."""
    return and_(model.valid_from <= day, or_(model.valid_to.is_(None), model.valid_to > day))


def within_reach(directorate_id: Any) -> ColumnElement[bool]:
    """Tell whether something of a directorate, or of none, is for the caller to see."""
    return or_(_REACH.is_(None), directorate_id.is_(None), directorate_id == func.any(_REACH))


def person_in_reach(person_id: Any) -> ColumnElement[bool]:
    """Tell whether the caller may see a person; who was erased is nobody."""
    seen = select(Person.id).where(
        Person.id == person_id, Person.erased_on.is_(None), within_reach(Person.directorate_id)
    )
    return seen.correlate_except(Person).exists()


def seen_person(person_id: Any) -> ColumnElement[Any]:
    """Give a person's id where the caller may see them, else null."""
    return case((person_in_reach(person_id), person_id))


def of_team(team_id: Any) -> ColumnElement[bool]:
    """Tell whether a team is the one that the filter `team` names by its id or its code."""
    known = select(Team.id).where(
        or_(Team.code == value("team"), cast(Team.id, Text) == value("team"))
    )
    return team_id == known.scalar_subquery()  # type: ignore[no-any-return]


def of_directorate(directorate_id: Any) -> ColumnElement[bool]:
    """Tell whether a directorate is the one that the filter `directorate` names."""
    told = value("directorate")
    known = select(Directorate.id).where(
        or_(Directorate.code == told, cast(Directorate.id, Text) == told)
    )
    return directorate_id == known.scalar_subquery()  # type: ignore[no-any-return]


def team_in_directorate(team_id: Any) -> ColumnElement[bool]:
    """Tell whether a team stands today in the directorate that the filter names."""
    placed = select(Placement.id).where(
        Placement.team_id == team_id,
        holding(Placement, TODAY),
        of_directorate(Placement.directorate_id),
    )
    return placed.correlate_except(Placement).exists()


def reach(to: Actor) -> list[UUID] | None:
    """Give the directorates a caller is limited to, None where nothing limits."""
    return None if to.teams is None else list(to.directorates or ())


def teams_of(to: Actor) -> list[UUID] | None:
    """Give the teams a caller is limited to, None where nothing limits."""
    return None if to.teams is None else list(to.teams)


def in_own_teams(to: Actor) -> dict[str, Any]:
    """Give the filter by which a limited caller sees what is their teams'."""
    return {} if to.teams is None else {"visible": list(to.teams)}


def financial_year(day: date) -> int:
    """Give the year in whose April the financial year of a day began."""
    return day.year if day.month >= APRIL else day.year - 1


def days_of_year(year: int) -> tuple[date, date]:
    """Give the first and the last day of the financial year that began in a year's April."""
    return date(year, APRIL, 1), date(year + 1, APRIL - 1, 31)


async def is_staff(session: AsyncSession, user_id: UUID) -> bool:
    """Tell whether there is such an active user."""
    found = await session.scalar(select(User.id).where(User.id == user_id, User.active))
    return found is not None
