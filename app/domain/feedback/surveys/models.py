from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import today
from app.core.db import Entity
from app.domain.feedback.models import FeedbackResponse
from app.domain.feedback.surveys.errors import SurveyNotPublishedError, SurveyVersionFixedError
from app.domain.organisation.models import Directorate, Team


class SurveyStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class Survey(Entity):
    """A questionnaire; what it asks stands in its versions."""

    __tablename__ = "survey"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("team_id IS NULL OR directorate_id IS NULL", name="one_owner"),
    )

    code: Mapped[str]
    name: Mapped[str]
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey(Team.id), index=True)
    directorate_id: Mapped[UUID | None] = mapped_column(ForeignKey(Directorate.id), index=True)


class SurveyVersion(Entity):
    """What a survey asks and how; once it is published it never changes."""

    __tablename__ = "survey_version"
    __table_args__ = (
        UniqueConstraint("survey_id", "number"),
        Index(
            "ux_survey_version_one_draft",
            "survey_id",
            unique=True,
            postgresql_where="status = 'draft'",
        ),
        Index(
            "ux_survey_version_one_published",
            "survey_id",
            unique=True,
            postgresql_where="status = 'published'",
        ),
        CheckConstraint("(status = 'draft') = (published_on IS NULL)", name="published_on"),
        CheckConstraint("(status = 'retired') = (retired_on IS NOT NULL)", name="retired_on"),
    )

    survey_id: Mapped[UUID] = mapped_column(ForeignKey(Survey.id))
    number: Mapped[int]
    status: Mapped[SurveyStatus] = mapped_column(default=SurveyStatus.DRAFT)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    published_on: Mapped[date | None]
    retired_on: Mapped[date | None]

    def rewrite(self, content: dict[str, Any]) -> None:
        """Say anew what a draft asks; raises SurveyVersionFixedError."""
        self.must_be_draft()
        self.content = content

    def publish(self) -> None:
        """Let people answer it from today; raises SurveyVersionFixedError."""
        self.must_be_draft()
        self.status, self.published_on = SurveyStatus.PUBLISHED, today()

    def retire(self) -> None:
        """Offer it to nobody any more; raises SurveyNotPublishedError."""
        if self.status is not SurveyStatus.PUBLISHED:
            raise SurveyNotPublishedError
        self.status, self.retired_on = SurveyStatus.RETIRED, today()

    def must_be_draft(self) -> None:
        if self.status is not SurveyStatus.DRAFT:
            raise SurveyVersionFixedError


# The response stands below the survey; that it names a real version is told from here.
FeedbackResponse.metadata.tables[FeedbackResponse.__tablename__].append_constraint(
    ForeignKeyConstraint(["survey_version_id"], [SurveyVersion.id])
)
