from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.people.register.models import Person

PERSONAL: Final = {"class": "personal"}


class LegalHold(Entity):
    """That nothing of a person is deleted or erased until somebody lifts it again.

    While it stands the database refuses to: on every table that refers to a person.
    """

    __tablename__ = "legal_hold"
    __table_args__ = (
        CheckConstraint("(lifted_on IS NULL) = (lifted_by IS NULL)", name="lifted_by_somebody"),
        CheckConstraint("lifted_on >= since", name="lifted_later"),
        Index(None, "person_id"),
        Index(
            "uq_legal_hold_standing",
            "person_id",
            unique=True,
            postgresql_where="lifted_on IS NULL",
        ),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    reason: Mapped[str] = mapped_column(info=PERSONAL)
    since: Mapped[date]
    held_by: Mapped[UUID]
    lifted_on: Mapped[date | None]
    lifted_by: Mapped[UUID | None]
