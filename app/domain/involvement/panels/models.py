from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.involvement.naming.models import TODAY, not_after
from app.domain.involvement.panels.errors import PanelMemberError
from app.domain.organisation.models import Directorate
from app.domain.people.register.models import Person


class Band(StrEnum):
    """The level of a role: Agenda for Change bands, and what stands beside them."""

    BAND_2 = "band_2"
    BAND_3 = "band_3"
    BAND_4 = "band_4"
    BAND_5 = "band_5"
    BAND_6 = "band_6"
    BAND_7 = "band_7"
    BAND_8A = "band_8a"
    BAND_8B = "band_8b"
    BAND_8C = "band_8c"
    BAND_8D = "band_8d"
    BAND_9 = "band_9"
    VERY_SENIOR_MANAGER = "very_senior_manager"
    MEDICAL = "medical"


class RoleArea(StrEnum):
    CLINICAL = "clinical"
    LEADERSHIP = "leadership"
    OTHER = "other"


class RecruitmentPanel(Entity):
    """A panel that interviewed for a role, and whether somebody with lived experience sat on it."""

    __tablename__ = "recruitment_panel"
    __table_args__ = (
        CheckConstraint("person_id IS NULL OR lived_experience", name="sat"),
        CheckConstraint(f"held_on <= {TODAY}", name="held_by_now"),
    )

    role: Mapped[str]
    band: Mapped[Band]
    area: Mapped[RoleArea]
    held_on: Mapped[date] = mapped_column(index=True)
    directorate_id: Mapped[UUID | None] = mapped_column(ForeignKey(Directorate.id), index=True)
    lived_experience: Mapped[bool]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id), index=True)

    def tell(self, told: Mapping[str, Any], today: date) -> None:
        """Take what is told; raises PanelMemberError, DayInFutureError."""
        for name, value in told.items():
            setattr(self, name, value)
        not_after(today, self.held_on, "held_on")
        if self.person_id is not None and not self.lived_experience:
            raise PanelMemberError.at("#/person_id", "Nobody sat on it", "sat")
