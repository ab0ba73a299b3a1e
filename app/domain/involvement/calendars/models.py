"""A person's calendar, as their own calendar program reads it by an address nobody can guess."""

import hashlib
import secrets
from typing import Final
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.people.register.models import Person

_BYTES: Final = 24  # 192 bits: nobody finds one by trying


class Calendar(Entity):
    """That a person's calendar can be read by whoever has its token, which is kept as a hash."""

    __tablename__ = "person_calendar"
    __table_args__ = (UniqueConstraint("person_id"), UniqueConstraint("hash"))

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    hash: Mapped[bytes] = mapped_column(LargeBinary, info={"class": "personal"})


def token() -> str:
    return secrets.token_urlsafe(_BYTES)


def digest(told: str) -> bytes:
    return hashlib.sha256(told.encode()).digest()
