"""Reads of users' identities, and of who stands behind one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.statement import Statement
from app.domain.identity.identities.errors import IdentityNotFoundError
from app.domain.identity.identities.models import UserIdentity
from app.domain.identity.models import User
from app.domain.identity.queries import ACTOR, actor_from

# An identity is a key without an end and with all its user's scopes.
_KEYS: Final = """
(SELECT id, user_id, directorates, teams, issuer, subject, NULL::text[] AS scopes,
        NULL::timestamptz AS revoked_at, NULL::timestamptz AS expires_at FROM user_identity)"""
_BY_SUBJECT: Final = ACTOR.format(keys=_KEYS, key="k.subject = $3 AND k.issuer")


async def actor_of(door: Statement, issuer: str, subject: str, at: datetime) -> Actor | None:
    """Find the active user whose identity this is, and what they may do."""
    row = await door.fetchrow(_BY_SUBJECT, issuer, at, subject)
    return None if row is None else replace(actor_from(row), key_id=None)


async def of_user(session: AsyncSession, user: User) -> Sequence[UserIdentity]:
    found = select(UserIdentity).where(UserIdentity.user_id == user.id).order_by(UserIdentity.id)
    return (await session.scalars(found)).all()


async def get(session: AsyncSession, user: User, id_: UUID) -> UserIdentity:
    """Load one identity of a user; raises IdentityNotFoundError."""
    found = await session.get(UserIdentity, id_)
    if found is None or found.user_id != user.id:
        raise IdentityNotFoundError
    return found
