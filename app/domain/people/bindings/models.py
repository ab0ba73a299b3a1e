"""Which login of an OpenID provider is which person, and the code that says so once."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.people.bindings.errors import SignInCodeRefusedError
from app.domain.people.register.models import Person
from app.domain.people.supporters.models import Supporter

PERSONAL: Final = {"class": "personal"}


class Binding(Entity):
    """That a subject of an issuer is a person: one subject one person, and one an issuer."""

    __tablename__ = "person_binding"
    __table_args__ = (
        UniqueConstraint("person_id", "issuer"),
        UniqueConstraint("issuer", "subject"),
        CheckConstraint("issuer <> '' AND subject <> ''", name="named"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    issuer: Mapped[str]
    subject: Mapped[str] = mapped_column(info=PERSONAL)


class SignInCode(Entity):
    """A code that binds a login once: to a person, or to a supporter of theirs.

    Whoever holds one has one at a time that can still be used.
    """

    __tablename__ = "sign_in_code"
    __table_args__ = (
        UniqueConstraint("hash"),
        CheckConstraint("expires_at > created_at", name="lasts"),
        CheckConstraint("used_at < expires_at", name="in_time"),
        Index(
            "ix_sign_in_code_of_person",
            "person_id",
            unique=True,
            postgresql_where="used_at IS NULL AND supporter_id IS NULL",
        ),
        Index(
            "ix_sign_in_code_of_supporter",
            "supporter_id",
            unique=True,
            postgresql_where="used_at IS NULL",
        ),
        Index(None, "person_id", "id"),
        Index(None, "supporter_id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    supporter_id: Mapped[UUID | None] = mapped_column(ForeignKey(Supporter.id))
    hash: Mapped[bytes] = mapped_column(LargeBinary, info=PERSONAL)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    def use(self, at: datetime) -> None:
        """Let it be used, once and in time; raises SignInCodeRefusedError."""
        if self.used_at is not None or at >= self.expires_at:
            raise SignInCodeRefusedError
        self.used_at = at
