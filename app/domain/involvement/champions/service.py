"""Commands on champions: name one, and correct, train or end them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import today
from app.core.db import flush
from app.domain.involvement.champions.errors import REFUSALS
from app.domain.involvement.champions.models import Champion
from app.domain.involvement.naming import service as naming


async def name(session: AsyncSession, told: Mapping[str, Any], *, by: Actor) -> Champion:
    """Name a champion of a team.

    Raises TeamNotFoundError, InvalidError, PersonNotFoundError, PersonMergedError,
    StaffUnknownError, PersonOrStaffError, PeriodOrderError, DayInFutureError,
    ChampionOverlapError.
    """
    await naming.check_team(session, told["team_id"], by=by)
    await naming.check_person(session, told["person_id"], by=by)
    await naming.check_staff(session, told["user_id"])
    champion = Champion()
    champion.tell(told, today())
    session.add(champion)
    await flush(session, REFUSALS)
    return champion


async def change(session: AsyncSession, champion: Champion, told: Mapping[str, Any]) -> None:
    """Correct days, or note the training.

    Raises PeriodOrderError, DayInFutureError, ChampionOverlapError.
    """
    champion.tell(told, today())
    await flush(session, REFUSALS)
