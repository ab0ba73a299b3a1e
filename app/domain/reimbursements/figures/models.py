"""What somebody on a benefit may earn, as published: shown to them, and asked of nobody."""

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity

MOST_PENCE: Final = 1_000_000
MOST_HOURS: Final = 168
_APRIL: Final = 4
_FIRST: Final = 6


class BenefitFigure(Entity):
    """A published limit: so many pence a week, and fewer hours than so many, from a day on.

    Rows are added and never changed: the newest of a name stands, and of one day the last told.
    """

    __tablename__ = "benefit_figure"
    __table_args__ = (
        CheckConstraint(f"weekly_pence BETWEEN 1 AND {MOST_PENCE}", name="weekly_pence"),
        CheckConstraint(f"hours BETWEEN 1 AND {MOST_HOURS}", name="hours"),
        Index(None, "name", "valid_from", "id"),
    )

    name: Mapped[str]
    weekly_pence: Mapped[int] = mapped_column(BigInteger)
    hours: Mapped[int | None]
    valid_from: Mapped[date]
    source: Mapped[str]
    added_by: Mapped[UUID | None]

    def out_of_date(self, today: date) -> bool:
        """Tell whether an April later than its own has begun to hold: figures change on 6 April."""
        year = self.valid_from.year + (self.valid_from.month >= _APRIL)
        return today >= date(year, _APRIL, _FIRST)
