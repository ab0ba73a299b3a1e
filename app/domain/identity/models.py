from datetime import datetime
from typing import Optional
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.actor import Actor
from app.core.db import Base, Entity

# From its making until its expiry or its revocation, whichever is first; never backwards, however
# the clocks of two machines differ.
LIVE = (
    "tstzrange(created_at, greatest(created_at,"
    " coalesce(least(expires_at, revoked_at), 'infinity')))"
)


class User(Entity):
    """A named person, or a system with a named owner. Rules compare users, never keys."""

    __tablename__ = "app_user"

    name: Mapped[str] = mapped_column(info={"class": "personal"})
    active: Mapped[bool] = mapped_column(default=True)
    roles: Mapped[list["Role"]] = relationship(
        secondary="user_role", order_by="Role.code", lazy="raise"
    )

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(scope for role in self.roles for scope in role.scopes)


class Role(Entity):
    """A job somebody does, as a set of scopes; roles are data."""

    __tablename__ = "role"
    __table_args__ = (UniqueConstraint("code"),)

    code: Mapped[str]
    name: Mapped[str]
    scopes: Mapped[list[str]]


class UserRole(Base):
    __tablename__ = "user_role"
    __table_args__ = {"info": {"unrecorded": "recorded as a change of its user's `roles`"}}  # noqa: RUF012  SQLAlchemy's form

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), primary_key=True)
    role_id: Mapped[UUID] = mapped_column(ForeignKey(Role.id), primary_key=True)


class ApiKey(Entity):
    """A credential of one user, kept as a keyed hash; null limits mean all the user may.

    A user has one `name` for each use of keys. Each name has two slots, so that a key can be
    rotated without a gap; the database lets no two keys be live in one slot.
    """

    __tablename__ = "api_key"
    __table_args__ = (
        Index(None, "user_id", "name"),
        UniqueConstraint("hash"),
        CheckConstraint("slot IN (1, 2)", name="slot"),
        ExcludeConstraint(
            ("user_id", "="),
            ("name", "="),
            ("slot", "="),
            (text(LIVE), "&&"),
            name="ex_api_key_one_live_a_slot",
            using="gist",
        ),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id))
    name: Mapped[str]
    slot: Mapped[int] = mapped_column(default=1)
    hint: Mapped[str]
    hash: Mapped[bytes] = mapped_column(LargeBinary, info={"class": "personal"})
    scopes: Mapped[list[str] | None]
    directorates: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
    teams: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    user: Mapped[User] = relationship(lazy="raise")
    use: Mapped[Optional["KeyUse"]] = relationship(lazy="raise", viewonly=True)

    @property
    def last_used_at(self) -> datetime | None:
        return self.use.last_used_at if self.use else None

    def within(self, actor: Actor) -> bool:
        """Tell whether the key reaches no further than the actor does."""
        if actor.directorates is None or actor.teams is None:
            return True
        if self.directorates is None and self.teams is None:
            return False
        return actor.directorates.issuperset(self.directorates or ()) and actor.teams.issuperset(
            self.teams or ()
        )

    def revoke(self, at: datetime) -> None:
        """End the key for good; again changes nothing."""
        if self.revoked_at is None:
            self.revoked_at = at


class KeyUse(Base):
    """When a key was last used, to the minute; beside the key, so that a use is no change."""

    __tablename__ = "api_key_use"
    __table_args__ = {"info": {"unrecorded": "a use is no change"}}  # noqa: RUF012  SQLAlchemy's form

    key_id: Mapped[UUID] = mapped_column(ForeignKey(ApiKey.id), primary_key=True)
    last_used_at: Mapped[datetime]
