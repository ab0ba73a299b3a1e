"""Checks of who and what a request names, before it is written down."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.domain.involvement.naming import queries
from app.domain.involvement.naming.errors import StaffUnknownError
from app.domain.organisation import service as organisation
from app.domain.organisation.errors import DirectorateNotFoundError, TeamNotFoundError
from app.domain.organisation.models import Directorate, Team
from app.domain.people.register import queries as register


async def check_person(session: AsyncSession, person_id: UUID | None, *, by: Actor) -> None:
    """Refuse a person whom the caller cannot see, or who was merged into another.

    Raises PersonNotFoundError, PersonMergedError.
    """
    if person_id is not None:
        (await register.get(session, person_id, to=by)).unmerged()


async def check_staff(session: AsyncSession, user_id: UUID | None, field: str = "user_id") -> None:
    """Refuse who is no active user; raises StaffUnknownError."""
    if user_id is not None and not await queries.is_staff(session, user_id):
        raise StaffUnknownError.at(f"#/{field}", "No active user has this id", "staff_unknown")


async def check_team(
    session: AsyncSession, team_id: UUID, *, by: Actor, field: str = "team_id"
) -> None:
    """Refuse a team that is not the caller's; raises TeamNotFoundError, InvalidError."""
    if by.teams is not None and team_id not in by.teams:
        raise TeamNotFoundError
    await organisation.named(session, Team, team_id, field)


async def check_directorate(
    session: AsyncSession, directorate_id: UUID | None, *, by: Actor
) -> None:
    """Refuse a directorate that is not the caller's; None, the trust, is everybody's.

    Raises DirectorateNotFoundError, InvalidError.
    """
    if directorate_id is None:
        return
    if by.teams is not None and directorate_id not in (by.directorates or ()):
        raise DirectorateNotFoundError
    await organisation.named(session, Directorate, directorate_id, "directorate_id")
