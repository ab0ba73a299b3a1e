"""The tables of modulus checking, as they were published for a day; none is shipped.

Releases are added and never changed; the one in force on a day is the newest valid from it.
"""

from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Entity
from app.domain.reimbursements.payees.modulus.checking import PLACES, Method

_LOADED: Final = {"unrecorded": "public tables, loaded whole as a release that is recorded"}


class Modulus(StrEnum):
    """What the check said: what is not valid is not taken, so it is never stored."""

    VALID = "valid"
    NOT_CHECKED = "not_checked"


class ModulusRelease(Entity):
    """That tables were loaded which are valid from a day."""

    __tablename__ = "modulus_release"

    valid_from: Mapped[date] = mapped_column(unique=True)


class ModulusWeight(Base):
    """One line of a release's table of weights; `place` is its line among them."""

    __tablename__ = "modulus_weight"
    __table_args__ = (
        CheckConstraint("first_code <= last_code", name="codes"),
        CheckConstraint(f"cardinality(weights) = {PLACES}", name="weights"),
        CheckConstraint("exception BETWEEN 0 AND 14", name="exception"),
        {"info": _LOADED},
    )

    release_id: Mapped[UUID] = mapped_column(ForeignKey(ModulusRelease.id), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_code: Mapped[str]
    last_code: Mapped[str]
    method: Mapped[Method]
    weights: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    exception: Mapped[int]


class ModulusSubstitution(Base):
    """A sort code that another one stands for in the checks of exception 5."""

    __tablename__ = "modulus_substitution"
    __table_args__ = {"info": _LOADED}  # noqa: RUF012  SQLAlchemy's form

    release_id: Mapped[UUID] = mapped_column(ForeignKey(ModulusRelease.id), primary_key=True)
    sort_code: Mapped[str] = mapped_column(primary_key=True)
    substitute: Mapped[str]
