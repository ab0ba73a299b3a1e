"""Where people are paid.

A bank account's status, and what may follow it:

    proposed  -> confirmed | rejected | superseded
    confirmed -> superseded

A person has one that is proposed and one that is confirmed, at most. The database shows their rows
only while the person is opened, or to who makes payments.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.attributes import flag_modified

from app.core.db import Entity
from app.domain.people.register.models import Person
from app.domain.reimbursements.payees.errors import (
    PayeeConfirmedError,
    PayeeNumbersMissingError,
    PayeeOneselfError,
    PayeeSecondPersonError,
)
from app.domain.reimbursements.payees.modulus.models import Modulus
from app.domain.reimbursements.payees.names import NameLevel

PERSONAL: Final = {"class": "personal"}
# What only the keys open: it is kept, and it is given to nobody as it stands.
SEALED: Final = {"class": "personal", "sealed": True}
MOST_HOLD: Final = 60
CONFIRMED: Final = "num_nonnulls(confirmed_by, confirmed_on, confirmed_how, usable_from)"
IN_SEALS: Final = (
    "sort_code LIKE 'v1.%' AND account_number LIKE 'v1.%' AND account_name LIKE 'v1.%'"
)


class AccountStatus(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


class ConfirmedHow(StrEnum):
    """How somebody made sure of details; in words that hold no digits."""

    CALLED_BACK = "called_back"
    DOCUMENT_SEEN = "document_seen"
    IN_PERSON = "in_person"
    KNOWN_SUPPLIER = "known_supplier"


class Prefers(StrEnum):
    """By what expenses are paid where both can be used, and files of both kinds are in use."""

    BANK_ACCOUNT = "bank_account"
    SUPPLIER_NUMBER = "supplier_number"


class AccessPurpose(StrEnum):
    """What for somebody read, set or opened where money goes."""

    LOOKED_AT = "looked_at"
    SHARING = "sharing"
    CHANGED = "changed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    PAYMENT_FILE = "payment_file"
    KEY_ROTATION = "key_rotation"


def second_person(setter: UUID, by: UUID) -> None:
    """Refuse who confirms what they set; raises PayeeSecondPersonError."""
    if by == setter:
        raise PayeeSecondPersonError


class PayeePolicy(Entity):
    """What the trust decides about payees. There is one row, made by the migration."""

    __tablename__ = "payee_policy"
    __table_args__ = (
        CheckConstraint("singleton", name="singleton"),
        CheckConstraint(f"hold_days BETWEEN 0 AND {MOST_HOLD}", name="hold_days"),
    )

    singleton: Mapped[bool] = mapped_column(unique=True, default=True)
    hold_days: Mapped[int]


class BankAccount(Entity):
    """Bank details of a person, sealed; of `account_number` the last three digits stay open."""

    __tablename__ = "bank_account"
    __table_args__ = (
        CheckConstraint(IN_SEALS, name="sealed"),
        CheckConstraint("last_digits ~ '^[0-9]{3}$'", name="last_digits"),
        CheckConstraint(
            f"{CONFIRMED} = CASE WHEN status = 'confirmed' THEN 4"
            " WHEN status = 'superseded' AND confirmed_by IS NOT NULL THEN 4 ELSE 0 END",
            name="confirmed",
        ),
        CheckConstraint(
            "confirmed_by <> set_by AND confirmed_by <> person_id", name="confirmed_by_another"
        ),
        CheckConstraint("usable_from >= confirmed_on", name="usable_later"),
        CheckConstraint(
            "num_nonnulls(ended_by, ended_on)"
            " = CASE WHEN status = 'rejected' OR status = 'superseded' THEN 2 ELSE 0 END",
            name="ended",
        ),
        Index(
            "uq_bank_account_current",
            "person_id",
            unique=True,
            postgresql_where="status = 'confirmed'",
        ),
        Index(
            "uq_bank_account_proposed",
            "person_id",
            unique=True,
            postgresql_where="status = 'proposed'",
        ),
        Index(None, "person_id", "id"),
        Index(None, "fingerprint"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    sort_code: Mapped[str] = mapped_column(info=SEALED)
    account_number: Mapped[str] = mapped_column(info=SEALED)
    account_name: Mapped[str] = mapped_column(info=SEALED)
    last_digits: Mapped[str] = mapped_column(info=PERSONAL)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary, info=SEALED)
    name_level: Mapped[NameLevel]
    modulus: Mapped[Modulus]
    status: Mapped[AccountStatus] = mapped_column(default=AccountStatus.PROPOSED)
    set_by: Mapped[UUID]
    set_on: Mapped[date]
    confirmed_by: Mapped[UUID | None]
    confirmed_on: Mapped[date | None]
    confirmed_how: Mapped[ConfirmedHow | None]
    usable_from: Mapped[date | None]
    ended_by: Mapped[UUID | None]
    ended_on: Mapped[date | None]

    def confirm(self, how: ConfirmedHow, hold_days: int, *, by: UUID, today: date) -> None:
        """Let details be used once the wait is over.

        Raises PayeeOneselfError, PayeeSecondPersonError.
        """
        if by == self.person_id:
            raise PayeeOneselfError
        second_person(self.set_by, by)
        self.status, self.confirmed_by, self.confirmed_on = AccountStatus.CONFIRMED, by, today
        self.confirmed_how, self.usable_from = how, today + timedelta(hold_days)

    def end(self, status: AccountStatus, *, by: UUID, today: date) -> None:
        """Let details be used no more: they were rejected, or others took their place."""
        self.status, self.ended_by, self.ended_on = status, by, today


class PayeeNumbers(Entity):
    """The numbers that somebody is paid by; its version is that of all where they are paid."""

    __tablename__ = "payee"
    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(confirmed_by, confirmed_on) IN (0, 2) AND (confirmed_by IS NULL"
            " OR set_by IS NOT NULL)",
            name="confirmed",
        ),
        CheckConstraint(
            "set_by IS NOT NULL OR num_nonnulls(payroll_number, supplier_number) = 0", name="set"
        ),
        CheckConstraint(
            "confirmed_by <> set_by AND confirmed_by <> person_id", name="confirmed_by_another"
        ),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id), unique=True)
    payroll_number: Mapped[str | None] = mapped_column(info=PERSONAL)
    supplier_number: Mapped[str | None] = mapped_column(info=PERSONAL)
    prefers: Mapped[Prefers] = mapped_column(default=Prefers.BANK_ACCOUNT)
    set_by: Mapped[UUID | None]
    confirmed_by: Mapped[UUID | None]
    confirmed_on: Mapped[date | None]

    @classmethod
    def untold(cls, person_id: UUID) -> "PayeeNumbers":
        """Make what stands of somebody of whom nothing is known; its version is none yet."""
        return cls(person_id=person_id, prefers=Prefers.BANK_ACCOUNT, version=0)

    def touch(self) -> None:
        """Let the version tell that the bank details changed."""
        flag_modified(self, "prefers")

    def tell(self, told: Mapping[str, Any], *, by: UUID) -> None:
        """Take numbers, which are used once somebody else confirms them."""
        for name, value in told.items():
            setattr(self, name, value)
        self.set_by, self.confirmed_by, self.confirmed_on = by, None, None
        self.touch()

    def confirm(self, *, by: UUID, today: date) -> None:
        """Let the numbers be used.

        Raises PayeeNumbersMissingError, PayeeConfirmedError, PayeeOneselfError,
        PayeeSecondPersonError.
        """
        if self.set_by is None:
            raise PayeeNumbersMissingError
        if self.confirmed_by is not None:
            raise PayeeConfirmedError
        if by == self.person_id:
            raise PayeeOneselfError
        second_person(self.set_by, by)
        self.confirmed_by, self.confirmed_on = by, today


class PayeeAccess(Entity):
    """Who read, set or opened where somebody is paid, and what for; rows are only added.

    It is of a person or of a charity.
    """

    __tablename__ = "payee_access"
    __table_args__ = (
        CheckConstraint("num_nonnulls(person_id, charity_id) = 1", name="of_one"),
        Index(None, "person_id", "id"),
        Index(None, "charity_id", "id"),
    )

    person_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    charity_id: Mapped[UUID | None] = mapped_column(ForeignKey("charity.id"))
    purpose: Mapped[AccessPurpose]
    accessed_by: Mapped[UUID]
