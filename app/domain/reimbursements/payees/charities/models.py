"""Charities that people give their fees to; two people of finance keep them.

A charity's status, and what may follow it:

    proposed -> confirmed | retired
    confirmed -> retired

Nothing of it is changed: one that is paid otherwise is retired and put down anew.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.reimbursements.payees.charities.errors import CharityStatusError
from app.domain.reimbursements.payees.models import CONFIRMED, IN_SEALS, ConfirmedHow, second_person
from app.domain.reimbursements.payees.modulus.models import Modulus

SEALED: Final = {"class": "official", "sealed": True}
NUMBER: Final = r"^(\d{6,7}(-\d{1,2})?|SC\d{6}|NIC\d{6})$"


class CharityStatus(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    RETIRED = "retired"


FOLLOWING: Final[Mapping[CharityStatus, frozenset[CharityStatus]]] = {
    CharityStatus.PROPOSED: frozenset({CharityStatus.CONFIRMED, CharityStatus.RETIRED}),
    CharityStatus.CONFIRMED: frozenset({CharityStatus.RETIRED}),
    CharityStatus.RETIRED: frozenset(),
}


class Charity(Entity):
    """A charity by its registered number, and how it is paid; bank details are sealed."""

    __tablename__ = "charity"
    __table_args__ = (
        CheckConstraint(IN_SEALS, name="sealed"),
        CheckConstraint("last_digits ~ '^[0-9]{3}$'", name="last_digits"),
        CheckConstraint(
            "num_nonnulls(sort_code, account_number, account_name, last_digits, fingerprint,"
            " modulus) IN (0, 6)",
            name="bank_whole",
        ),
        CheckConstraint("num_nonnulls(supplier_number, sort_code) > 0", name="paid_somehow"),
        CheckConstraint(
            f"{CONFIRMED} = CASE WHEN status = 'confirmed' THEN 4"
            " WHEN status = 'retired' AND confirmed_by IS NOT NULL THEN 4 ELSE 0 END",
            name="confirmed",
        ),
        CheckConstraint("confirmed_by <> set_by", name="confirmed_by_another"),
        CheckConstraint("usable_from >= confirmed_on", name="usable_later"),
        CheckConstraint(
            "num_nonnulls(ended_by, ended_on) = CASE WHEN status = 'retired' THEN 2 ELSE 0 END",
            name="ended",
        ),
        Index(
            "uq_charity_known",
            "charity_number",
            unique=True,
            postgresql_where="status <> 'retired'",
        ),
        Index(None, "fingerprint"),
    )

    name: Mapped[str]
    charity_number: Mapped[str]
    supplier_number: Mapped[str | None]
    sort_code: Mapped[str | None] = mapped_column(info=SEALED)
    account_number: Mapped[str | None] = mapped_column(info=SEALED)
    account_name: Mapped[str | None] = mapped_column(info=SEALED)
    last_digits: Mapped[str | None]
    fingerprint: Mapped[bytes | None] = mapped_column(LargeBinary, info=SEALED)
    modulus: Mapped[Modulus | None]
    status: Mapped[CharityStatus] = mapped_column(default=CharityStatus.PROPOSED)
    set_by: Mapped[UUID]
    set_on: Mapped[date]
    confirmed_by: Mapped[UUID | None]
    confirmed_on: Mapped[date | None]
    confirmed_how: Mapped[ConfirmedHow | None]
    usable_from: Mapped[date | None]
    ended_by: Mapped[UUID | None]
    ended_on: Mapped[date | None]

    def confirm(self, how: ConfirmedHow, hold_days: int, *, by: UUID, today: date) -> None:
        """Let it be paid once the wait is over; raises CharityStatusError, PayeeSecondPersonError.

        A supplier number alone is the ledger's and does not wait.
        """
        self._turn(CharityStatus.CONFIRMED)
        second_person(self.set_by, by)
        wait = timedelta(hold_days if self.sort_code is not None else 0)
        self.confirmed_by, self.confirmed_on = by, today
        self.confirmed_how, self.usable_from = how, today + wait

    def retire(self, *, by: UUID, today: date) -> None:
        """Let nothing be given to it any more; raises CharityStatusError."""
        self._turn(CharityStatus.RETIRED)
        self.ended_by, self.ended_on = by, today

    def _turn(self, status: CharityStatus) -> None:
        if status not in FOLLOWING[self.status]:
            raise CharityStatusError(f"It is {self.status}", state=self.status)
        self.status = status
