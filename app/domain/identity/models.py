from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, Index, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Entity


class User(Entity):
    """A named person, or a system with a named owner. Rules compare users, never keys."""

    __tablename__ = "app_user"

    name: Mapped[str] = mapped_column(info={"class": "personal"})
    active: Mapped[bool] = mapped_column(default=True)


class Role(Entity):
    """A job somebody does, as a set of scopes; roles are data."""

    __tablename__ = "role"
    __table_args__ = (UniqueConstraint("code"),)

    code: Mapped[str]
    name: Mapped[str]
    scopes: Mapped[list[str]]


class UserRole(Base):
    __tablename__ = "user_role"
    __table_args__ = {"info": {"unrecorded": "has no id of its own; replaced with its user"}}  # noqa: RUF012  SQLAlchemy's form

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), primary_key=True)
    role_id: Mapped[UUID] = mapped_column(ForeignKey(Role.id), primary_key=True)


class ApiKey(Entity):
    """A credential of one user, kept as a keyed hash; null limits mean all the user may."""

    __tablename__ = "api_key"
    __table_args__ = (Index(None, "user_id", "name"), UniqueConstraint("hash"))

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id))
    name: Mapped[str]
    hint: Mapped[str]
    hash: Mapped[bytes] = mapped_column(LargeBinary, info={"class": "personal"})
    scopes: Mapped[list[str] | None]
    directorates: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
    teams: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class KeyUse(Base):
    """When a key was last used, to the minute; beside the key, so that a use is no change."""

    __tablename__ = "api_key_use"
    __table_args__ = {"info": {"unrecorded": "a use is no change"}}  # noqa: RUF012  SQLAlchemy's form

    key_id: Mapped[UUID] = mapped_column(ForeignKey(ApiKey.id), primary_key=True)
    last_used_at: Mapped[datetime]
