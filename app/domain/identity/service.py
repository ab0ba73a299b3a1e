"""Making and ending keys, making and changing users.

Who grants must hold what is granted: the scopes, and the directorates and teams. A user's roles
hold wherever one of their keys does, so only who is not limited gives them. The database tells
every process of a change by the channel `everyvoice_keys`, so that none remembers an old key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import flush
from app.core.errors import InvalidError
from app.domain.identity import queries
from app.domain.identity.errors import (
    GrantExceedsOwnError,
    ScopeNotHeldError,
    TooManyLiveKeysError,
    UserInactiveError,
)
from app.domain.identity.keys import NewSecret
from app.domain.identity.models import ApiKey, Role, User
from app.domain.organisation.errors import DirectorateNotFoundError, TeamNotFoundError
from app.domain.organisation.models import Directorate, Team

SLOTS: Final = (1, 2)
LONGEST: Final = timedelta(days=3653)


@dataclass(frozen=True, slots=True)
class KeyWanted:
    """What a key shall be; None for scopes is all its user's, for both limits no limit."""

    user_id: UUID
    name: str
    scopes: Sequence[str] | None = None
    directorates: Sequence[UUID] | None = None
    teams: Sequence[UUID] | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class UserChange:
    """What shall be different of a user; None leaves it."""

    name: str | None = None
    roles: Sequence[str] | None = None
    active: bool | None = None


async def create_key(
    session: AsyncSession, secret: NewSecret, wanted: KeyWanted, *, by: Actor
) -> ApiKey:
    """Make a key of a user.

    Raises InvalidError, UserNotFoundError, UserInactiveError, ScopeNotHeldError,
    GrantExceedsOwnError, DirectorateNotFoundError, TeamNotFoundError, TooManyLiveKeysError.
    """
    at = now()
    _check_expiry(wanted.expires_at, at)
    user = await _user_of(session, wanted.user_id)
    key = ApiKey(
        user=user,
        name=wanted.name,
        hint=secret.hint,
        hash=secret.digest,
        scopes=_scopes(wanted, user, by),
        directorates=_once(wanted.directorates),
        teams=_once(wanted.teams),
        created_at=at,
        expires_at=wanted.expires_at,
        use=None,
    )
    if not key.within(by):
        raise GrantExceedsOwnError("A limited key makes keys within its own limits.")
    await check_places(session, wanted.directorates, wanted.teams)
    taken = await queries.slots_taken(session, user.id, wanted.name, at)
    free = [slot for slot in SLOTS if slot not in taken]
    if not free:
        raise TooManyLiveKeysError
    key.slot = free[0]
    session.add(key)
    await flush(session, {"ex_api_key_one_live_a_slot": TooManyLiveKeysError})
    return key


async def revoke_key(session: AsyncSession, key_id: UUID, *, by: Actor) -> None:
    """End a key for good; again changes nothing. Raises KeyNotFoundError."""
    key = await queries.get_key(session, key_id, to=by, lock=True)
    key.revoke(now())
    await session.flush()


async def create_user(session: AsyncSession, name: str, roles: Sequence[str], *, by: Actor) -> User:
    """Make a user with these roles; raises InvalidError, GrantExceedsOwnError."""
    _check_unlimited(by)
    user = User(name=name, active=True, roles=await _roles(session, roles))
    check_grant(user.scopes, by)
    session.add(user)
    await session.flush()
    return user


async def change_user(session: AsyncSession, user: User, change: UserChange, *, by: Actor) -> None:
    """Change a user's name, roles or whether they are active; raises as `create_user`.

    Taking a role away or making a user inactive needs no more than the scope to do so. A user
    who becomes active again is given all that they hold.
    """
    _check_unlimited(by)
    before = user.scopes if user.active else frozenset[str]()
    if change.roles is not None:
        user.roles = await _roles(session, change.roles)
    if change.name is not None:
        user.name = change.name
    if change.active is not None:
        user.active = change.active
    if user.active:
        check_grant(user.scopes - before, by)
    user.updated_at = now()  # roles alone change no column, and the version must still rise
    await session.flush()


def _check_expiry(expires_at: datetime | None, at: datetime) -> None:
    if expires_at is not None and expires_at <= at:
        raise InvalidError.at("#/expires_at", "Lies in the past", "past")
    if expires_at is not None and expires_at > at + LONGEST:
        raise InvalidError.at("#/expires_at", "Lies more than ten years ahead", "too_far")


async def _user_of(session: AsyncSession, user_id: UUID) -> User:
    """Load the user of a new key, and let the makers of one user's keys wait for each other."""
    user = await queries.get_user(session, user_id, lock=True)
    if not user.active:
        raise UserInactiveError
    return user


def _scopes(wanted: KeyWanted, user: User, by: Actor) -> list[str] | None:
    if wanted.scopes is None:
        check_grant(user.scopes, by)
        return None
    for place, scope in enumerate(wanted.scopes):
        if scope not in user.scopes:
            detail = "None of the user's roles holds this scope"
            raise ScopeNotHeldError.at(f"#/scopes/{place}", detail, "not_held")
    scopes = frozenset(wanted.scopes)
    check_grant(scopes, by)
    return sorted(scopes)


def check_grant(scopes: frozenset[str], by: Actor) -> None:
    """Refuse to give what one does not hold; raises GrantExceedsOwnError."""
    if missing := sorted(scopes - by.scopes):
        raise GrantExceedsOwnError(missing=missing)


def _check_unlimited(by: Actor) -> None:
    if by.limited:
        raise GrantExceedsOwnError("Users belong to the whole trust; a limited key changes none.")


async def check_places(
    session: AsyncSession, directorates: Sequence[UUID] | None, teams: Sequence[UUID] | None
) -> None:
    """Refuse limits that are no place; raises DirectorateNotFoundError, TeamNotFoundError."""
    wide, near = set(directorates or ()), set(teams or ())
    if wide - await queries.known_places(session, Directorate, wide):
        raise DirectorateNotFoundError
    if near - await queries.known_places(session, Team, near):
        raise TeamNotFoundError


async def _roles(session: AsyncSession, codes: Sequence[str]) -> list[Role]:
    known = await queries.roles_of(session, codes)
    for place, code in enumerate(codes):
        if code not in known:
            raise InvalidError.at(f"#/roles/{place}", "No such role", "unknown")
    return [known[code] for code in sorted(known)]


def _once(ids: Sequence[UUID] | None) -> list[UUID] | None:
    """Drop what is named twice, in the order given."""
    return None if ids is None else list(dict.fromkeys(ids))
