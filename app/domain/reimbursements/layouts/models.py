"""Layouts of payment files, as data.

A layout's status, and what may follow it:

    draft  -> active | withdrawn
    active -> superseded | withdrawn

A layout is never changed: another number of its code takes its place when that is activated.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.reimbursements.kinds import Route
from app.domain.reimbursements.layouts.codes import (
    AmountFormat,
    DateFormat,
    Delimiter,
    Encoding,
    FileFormat,
    LayoutStatus,
    LineEnding,
    Per,
    Quoting,
)
from app.domain.reimbursements.layouts.columns import Layout, check, columns_of
from app.domain.reimbursements.layouts.errors import (
    PaymentLayoutStatusError,
    PaymentLayoutTwoPeopleError,
)
from app.domain.reimbursements.layouts.rows import ROW_FIELDS, RUN_FIELDS

FOLLOWING: Final[Mapping[LayoutStatus, tuple[LayoutStatus, ...]]] = {
    LayoutStatus.DRAFT: (LayoutStatus.ACTIVE, LayoutStatus.WITHDRAWN),
    LayoutStatus.ACTIVE: (LayoutStatus.SUPERSEDED, LayoutStatus.WITHDRAWN),
    LayoutStatus.SUPERSEDED: (),
    LayoutStatus.WITHDRAWN: (),
}
_ROW: Final = ",".join([*ROW_FIELDS, *RUN_FIELDS])
_RUN: Final = ",".join(RUN_FIELDS)


class PaymentLayout(Entity):
    """How a run's file is written; `shipped` marks one that came with the service."""

    __tablename__ = "payment_layout"
    __table_args__ = (
        UniqueConstraint("code", "number"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("code ~ '^[a-z][a-z0-9_]{1,39}$'", name="code"),
        CheckConstraint(
            f"payment_fields_known(columns, '{{{_ROW}}}')"
            f" AND payment_fields_known(header, '{{{_RUN}}}')"
            f" AND payment_fields_known(footer, '{{{_RUN}}}')",
            name="fields_known",
        ),
        CheckConstraint(
            "(format = 'bacs18') = (columns = '[]') AND (format <> 'bacs18'"
            " OR (header = '[]' AND footer = '[]'))",
            name="shape",
        ),
        CheckConstraint("shipped = (proposed_by IS NULL)", name="proposed"),
        CheckConstraint("activated_by <> proposed_by", name="by_another"),
        CheckConstraint(
            "shipped OR (activated_by IS NOT NULL)"
            " OR (status <> 'active' AND status <> 'superseded')",
            name="two_people",
        ),
        CheckConstraint("num_nonnulls(activated_by, activated_at) <> 1", name="activated"),
        CheckConstraint(
            "num_nonnulls(withdrawn_by, withdrawn_at)"
            " = CASE WHEN status = 'withdrawn' THEN 2 ELSE 0 END",
            name="withdrawn",
        ),
        Index(
            "uq_payment_layout_active",
            "code",
            unique=True,
            postgresql_where=text("status = 'active'"),
        ),
    )

    code: Mapped[str]
    number: Mapped[int]
    name: Mapped[str]
    route: Mapped[Route]
    format: Mapped[FileFormat]
    per: Mapped[Per]
    titles: Mapped[bool]
    columns: Mapped[list[dict[str, Any]]]
    header: Mapped[list[dict[str, Any]]]
    footer: Mapped[list[dict[str, Any]]]
    delimiter: Mapped[Delimiter]
    quoting: Mapped[Quoting]
    line_ending: Mapped[LineEnding]
    encoding: Mapped[Encoding]
    date_format: Mapped[DateFormat]
    amount_format: Mapped[AmountFormat]
    file_name: Mapped[str]
    multi_day: Mapped[bool]
    status: Mapped[LayoutStatus] = mapped_column(default=LayoutStatus.DRAFT)
    shipped: Mapped[bool] = mapped_column(default=False)
    proposed_by: Mapped[UUID | None]
    activated_by: Mapped[UUID | None]
    activated_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None]
    withdrawn_at: Mapped[datetime | None]

    def layout(self) -> Layout:
        """Give what the renderer takes."""
        return Layout(
            code=self.code,
            number=self.number,
            route=self.route,
            format=self.format,
            per=self.per,
            titles=self.titles,
            columns=columns_of(self.columns),
            header=columns_of(self.header),
            footer=columns_of(self.footer),
            delimiter=self.delimiter,
            quoting=self.quoting,
            line_ending=self.line_ending,
            encoding=self.encoding,
            date_format=self.date_format,
            amount_format=self.amount_format,
            file_name=self.file_name,
            multi_day=self.multi_day,
        )

    def check(self) -> None:
        """Refuse a layout that cannot be written; raises PaymentLayoutColumnsError."""
        check(self.layout())

    def activate(self, *, by: UUID, at: datetime) -> None:
        """Bring the layout into use; raises PaymentLayoutStatusError, PaymentLayoutTwoPeopleError.

        One that was shipped as a draft was proposed by nobody: it is proposed anew first.
        """
        if self.proposed_by is None or self.proposed_by == by:
            raise PaymentLayoutTwoPeopleError
        self._turn(LayoutStatus.ACTIVE)
        self.activated_by, self.activated_at = by, at

    def supersede(self) -> None:
        """Give way to the next number; raises PaymentLayoutStatusError."""
        self._turn(LayoutStatus.SUPERSEDED)

    def withdraw(self, *, by: UUID, at: datetime) -> None:
        """Take the layout out of use for good; raises PaymentLayoutStatusError."""
        self._turn(LayoutStatus.WITHDRAWN)
        self.withdrawn_by, self.withdrawn_at = by, at

    def _turn(self, status: LayoutStatus) -> None:
        if status not in FOLLOWING[self.status]:
            raise PaymentLayoutStatusError(f"It is {self.status}", state=self.status)
        self.status = status
