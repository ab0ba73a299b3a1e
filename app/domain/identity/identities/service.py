"""Commands on users' identities: bind a provider's subject to a user, and let it go."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.db import flush
from app.domain.identity.errors import GrantExceedsOwnError, UserInactiveError
from app.domain.identity.identities.errors import REFUSALS
from app.domain.identity.identities.models import UserIdentity
from app.domain.identity.models import User
from app.domain.identity.service import check_grant, check_places


@dataclass(frozen=True, slots=True)
class IdentityWanted:
    """Which subject shall be a user; None for both limits is all the user may."""

    issuer: str
    subject: str = field(repr=False)
    directorates: Sequence[UUID] | None = None
    teams: Sequence[UUID] | None = None


async def bind(
    session: AsyncSession, user: User, wanted: IdentityWanted, *, by: Actor
) -> UserIdentity:
    """Let whoever signs in as this subject be the user; it is as good as a key.

    Raises UserInactiveError, GrantExceedsOwnError, DirectorateNotFoundError, TeamNotFoundError,
    IdentityTakenError.
    """
    if not user.active:
        raise UserInactiveError
    check_grant(user.scopes, by)
    made = UserIdentity(
        user_id=user.id,
        issuer=wanted.issuer,
        subject=wanted.subject,
        directorates=None if wanted.directorates is None else [*dict.fromkeys(wanted.directorates)],
        teams=None if wanted.teams is None else [*dict.fromkeys(wanted.teams)],
    )
    if not made.within(by):
        raise GrantExceedsOwnError("A limited caller binds within its own limits.")
    await check_places(session, wanted.directorates, wanted.teams)
    session.add(made)
    await flush(session, REFUSALS)
    return made


async def release(session: AsyncSession, identity: UserIdentity) -> None:
    """Let a subject be nobody any more, at once."""
    await session.delete(identity)
    await session.flush()
