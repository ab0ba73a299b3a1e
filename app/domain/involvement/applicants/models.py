"""Applicants with lived experience (action 3.4).

An applicant's stage, and what may follow it:

    applied     -> shortlisted | not_selected | withdrawn
    shortlisted -> interviewed | not_selected | withdrawn
    interviewed -> offered | not_selected | withdrawn
    offered     -> started | withdrawn
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.involvement.applicants.errors import (
    ApplicantStageDayError,
    ApplicantStageError,
)
from app.domain.involvement.naming.models import TODAY, not_after
from app.domain.involvement.panels.models import Band
from app.domain.organisation.models import Directorate
from app.domain.people.register.models import Person

PERSONAL: Final = {"class": "personal"}
SPECIAL: Final = {"class": "special"}


class Stage(StrEnum):
    APPLIED = "applied"
    SHORTLISTED = "shortlisted"
    INTERVIEWED = "interviewed"
    OFFERED = "offered"
    STARTED = "started"
    NOT_SELECTED = "not_selected"
    WITHDRAWN = "withdrawn"


ENDS: Final = frozenset({Stage.STARTED, Stage.NOT_SELECTED, Stage.WITHDRAWN})
_OUT: Final = frozenset({Stage.NOT_SELECTED, Stage.WITHDRAWN})
FOLLOWING: Final[Mapping[Stage, frozenset[Stage]]] = {
    Stage.APPLIED: _OUT | {Stage.SHORTLISTED},
    Stage.SHORTLISTED: _OUT | {Stage.INTERVIEWED},
    Stage.INTERVIEWED: _OUT | {Stage.OFFERED},
    Stage.OFFERED: frozenset({Stage.STARTED, Stage.WITHDRAWN}),
    **dict.fromkeys(ENDS, frozenset()),
}
OFFERS: Final = ("training_offered_on", "mentoring_offered_on", "feedback_given_on")


class Applicant(Entity):
    """Somebody with lived experience who applied for a role, and what they were offered.

    They are known by the recruitment system's reference, not by name; that they have lived
    experience makes it special.
    """

    __tablename__ = "recruitment_applicant"
    __table_args__ = (
        UniqueConstraint("reference"),
        CheckConstraint(f"stage_since <= {TODAY}", name="reached_by_now"),
        CheckConstraint(f"greatest({', '.join(OFFERS)}) <= {TODAY}", name="offered_by_now"),
        Index(None, "stage", "id"),
    )

    reference: Mapped[str] = mapped_column(info=SPECIAL)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id), index=True, info=SPECIAL)
    directorate_id: Mapped[UUID | None] = mapped_column(ForeignKey(Directorate.id), index=True)
    role: Mapped[str]
    band: Mapped[Band]
    applied_on: Mapped[date] = mapped_column(index=True)
    training_offered_on: Mapped[date | None]
    mentoring_offered_on: Mapped[date | None]
    feedback_given_on: Mapped[date | None]
    stage: Mapped[Stage] = mapped_column(default=Stage.APPLIED)
    stage_since: Mapped[date]

    def tell(self, told: Mapping[str, Any], today: date) -> None:
        """Take what is told; raises DayInFutureError."""
        for name, value in told.items():
            setattr(self, name, value)
        for name in OFFERS:
            not_after(today, getattr(self, name), name)

    def reach(self, stage: Stage, on: date, today: date) -> None:
        """Let a stage follow.

        Raises ApplicantStageError, ApplicantStageDayError, DayInFutureError.
        """
        if stage not in FOLLOWING[self.stage]:
            raise ApplicantStageError(f"The stage is {self.stage}", stage=self.stage)
        not_after(today, on, "reached_on")
        if on < self.stage_since:
            raise ApplicantStageDayError.at("#/reached_on", "Before the last stage", "stage_day")
        self.stage, self.stage_since = stage, on

    def ended(self) -> None:
        """Refuse what is asked after the end only; raises ApplicantStageError."""
        if self.stage not in ENDS:
            raise ApplicantStageError(f"The stage is {self.stage}", stage=self.stage)


class StageReached(Entity):
    """A stage an applicant reached on a day; rows are added and never changed."""

    __tablename__ = "recruitment_stage"
    __table_args__ = (
        UniqueConstraint("applicant_id", "stage"),
        CheckConstraint(f"reached_on <= {TODAY}", name="reached_by_now"),
    )

    applicant_id: Mapped[UUID] = mapped_column(ForeignKey(Applicant.id))
    stage: Mapped[Stage]
    reached_on: Mapped[date]


class ApplicantSurvey(Entity):
    """What an applicant answered afterwards, 1 not at all to 5 fully, and in their words.

    `informed`: I knew what would happen next. `supported`: I had the support I needed.
    `valued`: My lived experience was valued.
    """

    __tablename__ = "recruitment_survey"
    __table_args__ = (
        UniqueConstraint("applicant_id"),
        CheckConstraint(
            "informed BETWEEN 1 AND 5 AND supported BETWEEN 1 AND 5 AND valued BETWEEN 1 AND 5",
            name="answers",
        ),
    )

    applicant_id: Mapped[UUID] = mapped_column(ForeignKey(Applicant.id))
    informed: Mapped[int] = mapped_column(info=PERSONAL)
    supported: Mapped[int] = mapped_column(info=PERSONAL)
    valued: Mapped[int] = mapped_column(info=PERSONAL)
    words: Mapped[str | None] = mapped_column(info=SPECIAL)
