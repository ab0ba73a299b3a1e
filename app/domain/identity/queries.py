"""Reads of users, roles and keys, and of who stands behind a key."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    DateTime,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager, selectinload
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.clock import now
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.identity.errors import KeyNotFoundError, UserNotFoundError
from app.domain.identity.models import ApiKey, KeyUse, Role, User, UserRole
from app.domain.organisation.models import Directorate, Team

K = ApiKey
_WIRE: Final = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
_IDS: Final = ARRAY(Uuid())
_NO_IDS: Final[ColumnElement[Any]] = literal_column("'{}'::uuid[]")

# What a key may do is what its user's roles hold, cut to what the key was given; its teams are
# those named and those that stand in its directorates today.
ACTOR: Final = """
SELECT u.id, u.name, k.id AS key_id,
       ARRAY(SELECT DISTINCT scope FROM user_role ur JOIN role r ON r.id = ur.role_id,
                    unnest(r.scopes) scope
              WHERE ur.user_id = u.id AND (k.scopes IS NULL OR scope = ANY(k.scopes))) AS scopes,
       CASE WHEN k.directorates IS NULL AND k.teams IS NULL THEN NULL
            ELSE coalesce(k.directorates, '{{}}') END AS directorates,
       CASE WHEN k.directorates IS NULL AND k.teams IS NULL THEN NULL ELSE
            ARRAY(SELECT t.id FROM team t WHERE t.id = ANY(coalesce(k.teams, '{{}}'))
                  UNION
                  SELECT p.team_id FROM team_placement p
                   WHERE p.directorate_id = ANY(coalesce(k.directorates, '{{}}'))
                     AND p.valid_from <= today
                     AND (p.valid_to IS NULL OR p.valid_to > today))
       END AS teams
  FROM {keys} k JOIN app_user u ON u.id = k.user_id,
       CAST($2::timestamptz AT TIME ZONE 'Europe/London' AS date) today
 WHERE {key} = $1 AND k.revoked_at IS NULL AND u.active
   AND (k.expires_at IS NULL OR k.expires_at > $2)"""
_BY_HASH: Final = ACTOR.format(keys="api_key", key="k.hash")
_BY_ID: Final = ACTOR.format(keys="api_key", key="k.id")

_USED = """
INSERT INTO api_key_use (key_id, last_used_at) VALUES ($1, $2)
ON CONFLICT (key_id) DO UPDATE SET last_used_at = excluded.last_used_at
 WHERE api_key_use.last_used_at < excluded.last_used_at - interval '1 minute'"""


def _instant(column: Any) -> ColumnElement[Any]:
    """Write an instant as the models do; the connection's time zone is UTC."""
    return func.to_char(column, _WIRE)


def _live(at: Any) -> ColumnElement[bool]:
    """Tell of a key itself whether it is good at an instant, whatever became of its user."""
    return and_(K.revoked_at.is_(None), or_(K.expires_at.is_(None), K.expires_at > at))


def taken(name: str) -> ColumnElement[bool]:
    """Tell whether a key would be taken at the instant bound as `name`."""
    return and_(_live(bindparam(name, type_=DateTime(timezone=True))), User.active)


# The SQL of `ApiKey.within`.
_WITHIN = and_(
    or_(K.directorates.is_not(None), K.teams.is_not(None)),
    func.coalesce(K.directorates, _NO_IDS).op("<@")(bindparam("directorates", type_=_IDS)),
    func.coalesce(K.teams, _NO_IDS).op("<@")(bindparam("teams", type_=_IDS)),
)
_KEY_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "visible": _WITHIN,
    "user": K.user_id == bindparam("user", type_=Uuid()),
    "live": taken("live"),
    "ended": ~taken("ended"),
}
_KEY_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{
        name: getattr(K, name)
        for name in ("id", "name", "hint", "scopes", "directorates", "teams", "version")
    },
    "user": func.json_build_object("id", User.id, "name", User.name),
    **{name: _instant(getattr(K, name)) for name in ("created_at", "expires_at", "revoked_at")},
    "last_used_at": _instant(KeyUse.last_used_at),
}
_ROLE_CODES = (
    select(Role.code)
    .join(UserRole, UserRole.role_id == Role.id)
    .where(UserRole.user_id == User.id)
    .order_by(Role.code)
    .correlate(User)
)
_USER_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{name: getattr(User, name) for name in ("id", "name", "active", "version")},
    "roles": func.array(_ROLE_CODES.scalar_subquery()),
    "created_at": _instant(User.created_at),
}
_ROLE_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    name: getattr(Role, name) for name in ("id", "code", "name", "scopes")
}


_WHOLE: Final = (contains_eager(K.user), contains_eager(K.use))


def visible(using: frozenset[str]) -> Select[ApiKey]:
    """Start every SELECT on keys; `visible` among `using` binds what a limited caller holds."""
    where = (_KEY_FILTERS[name] for name in sorted(using & _KEY_FILTERS.keys()))
    return select(K).join(K.user).outerjoin(K.use).where(*where)


def _users(using: frozenset[str]) -> Select[User]:
    active = User.active == bindparam("active")
    return select(User).where(*(active for _ in using))


KEYS: Final = JsonRows(_KEY_COLUMNS, visible, KeyNotFoundError, K.__table__.c.version)
USERS: Final = JsonRows(_USER_COLUMNS, _users, UserNotFoundError, User.__table__.c.version)
ROLES: Final = JsonRows(_ROLE_COLUMNS, lambda _: select(Role))


def _own_places(kind: type[Directorate | Team], name: str) -> ColumnElement[Any]:
    """List the places bound under `name` by their code; null where nothing is limited."""
    ids = bindparam(name, type_=_IDS)
    place = func.json_build_object("id", kind.id, "code", kind.code, "name", kind.name)
    places = func.json_agg(aggregate_order_by(place, kind.code))
    listed = select(func.coalesce(places, literal_column("'[]'::json"))).where(
        kind.id == func.any(ids)
    )
    return case((ids.is_not(None), listed.scalar_subquery()))


_OWN_KEY = func.json_build_object(
    "id", K.id, "name", K.name, "hint", K.hint, "expires_at", _instant(K.expires_at)
)
_ME_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    "id": User.__table__.c.id,
    "user": func.json_build_object("id", User.id, "name", User.name),
    "key": case((K.id.is_not(None), _OWN_KEY)),
    "roles": func.array(_ROLE_CODES.scalar_subquery()),
    "scopes": bindparam("scopes", type_=ARRAY(Text())),
    "directorates": _own_places(Directorate, "directorates"),
    "teams": _own_places(Team, "teams"),
    "person": literal_column("NULL::json"),
}
ME: Final = JsonRows(
    _ME_COLUMNS,
    lambda _: select(User).outerjoin(K, K.id == bindparam("key", type_=Uuid())),
    UserNotFoundError,
)


async def actor_of(door: Statement, key_hash: bytes, at: datetime) -> Actor | None:
    """Find who a live key belongs to, and note its use to the minute."""
    row = await door.fetchrow(_BY_HASH, key_hash, at)
    if row is None:
        return None
    await door.execute(_USED, row["key_id"], at)
    return actor_from(row)


async def actor_by_key(door: Statement, key_id: UUID | None, at: datetime) -> Actor | None:
    """Find who a live key belongs to and what it may do, for work that nobody waits for."""
    row = await door.fetchrow(_BY_ID, key_id, at)
    return None if row is None else actor_from(row)


def actor_from(row: Mapping[str, Any]) -> Actor:
    return Actor(
        id=row["id"],
        name=row["name"],
        key_id=row["key_id"],
        scopes=frozenset(row["scopes"]),
        directorates=_limit(row["directorates"]),
        teams=_limit(row["teams"]),
    )


def _limit(ids: list[UUID] | None) -> frozenset[UUID] | None:
    return None if ids is None else frozenset(ids)


async def me(door: Statement, fields: tuple[str, ...], *, to: Actor) -> bytes:
    """Give what a caller is and may do, as JSON."""
    own = {"scopes": sorted(to.scopes), "key": to.key_id, **_own(to)}
    body, _version = await ME.one(door, fields, to.id, own)
    return body


async def find_keys(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of keys as JSON; `live` among the filters is whether they would be taken now."""
    chosen = dict(filters)
    if "live" in chosen:
        chosen["live" if chosen.pop("live") else "ended"] = now()
    return await KEYS.page(door, fields, page, chosen | _limits(to))


async def show_key(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one key as JSON, and its version."""
    return await KEYS.one(door, fields, id_, _limits(to))


async def get_key(session: AsyncSession, id_: UUID, *, to: Actor, lock: bool = False) -> ApiKey:
    """Load a key with its user and its use; raises KeyNotFoundError."""
    limits = _limits(to)
    found = visible(frozenset(limits)).where(K.id == id_).options(*_WHOLE)
    if lock:
        found = found.with_for_update(of=K)
    key = await session.scalar(found.params(limits))
    if key is None:
        raise KeyNotFoundError
    return key


async def all_keys(session: AsyncSession) -> Sequence[ApiKey]:
    """Load every key there ever was, newest first, each with its user and its use."""
    found = visible(frozenset()).order_by(K.id.desc()).options(*_WHOLE)
    return (await session.scalars(found)).all()


async def get_user(session: AsyncSession, id_: UUID, *, lock: bool = False) -> User:
    """Load a user with their roles; raises UserNotFoundError."""
    found = select(User).where(User.id == id_).options(selectinload(User.roles))
    if lock:
        found = found.with_for_update(key_share=True)
    user = await session.scalar(found)
    if user is None:
        raise UserNotFoundError
    return user


async def users_named(session: AsyncSession, name: str) -> Sequence[User]:
    found = select(User).where(User.name == name).options(selectinload(User.roles))
    return (await session.scalars(found)).all()


async def roles_of(session: AsyncSession, codes: Collection[str]) -> dict[str, Role]:
    """Give the roles that there are among these codes."""
    found = await session.scalars(select(Role).where(Role.code.in_(codes)))
    return {role.code: role for role in found}


async def slots_taken(session: AsyncSession, user_id: UUID, name: str, at: datetime) -> set[int]:
    """Give the slots in which a user's keys of one name are live."""
    found = select(K.slot).where(K.user_id == user_id, K.name == name, _live(at))
    return set(await session.scalars(found))


async def known_places(
    session: AsyncSession, kind: type[Directorate | Team], ids: Collection[UUID]
) -> set[UUID]:
    """Give the directorates or teams that there are among these ids."""
    return set(await session.scalars(select(kind.id).where(kind.id.in_(ids))))


async def places_coded(
    session: AsyncSession, kind: type[Directorate | Team], codes: Collection[str]
) -> dict[str, UUID]:
    """Give the directorates or teams that there are among these codes."""
    rows = await session.execute(select(kind.code, kind.id).where(kind.code.in_(codes)))
    return {row.code: row.id for row in rows}


def _limits(to: Actor) -> dict[str, Any]:
    """Ask for what a limited caller may see, and bind what that is."""
    return {"visible": True, **_own(to)} if to.limited else {}


def _own(to: Actor) -> dict[str, list[UUID] | None]:
    return {"directorates": _listed(to.directorates), "teams": _listed(to.teams)}


def _listed(ids: frozenset[UUID] | None) -> list[UUID] | None:
    return None if ids is None else list(ids)
