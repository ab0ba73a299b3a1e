from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Entity
from app.domain.feedback.codes import CodedBy
from app.domain.feedback.models import FeedbackResponse


class ThemeModel(Entity):
    """A classifier that was trained, with what it was trained on and what it scored."""

    __tablename__ = "theme_model"
    __table_args__ = (
        Index("ux_theme_model_active", "active", unique=True, postgresql_where="active"),
        CheckConstraint("(activated_at IS NULL) = (NOT active)", name="activated_at"),
    )

    framework: Mapped[str]
    format: Mapped[int]
    libraries: Mapped[dict[str, Any]]
    trained_on: Mapped[str]
    examples: Mapped[int]
    themes: Mapped[list[str]]
    scores: Mapped[dict[str, Any]]
    trained_by: Mapped[str]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int]
    active: Mapped[bool] = mapped_column(default=False)
    activated_at: Mapped[datetime | None]


class ThemeModelFile(Base):
    """The classifier itself, as skops writes it."""

    __tablename__ = "theme_model_file"
    __table_args__ = {"info": {"unrecorded": "part of its model, whose hash is recorded"}}  # noqa: RUF012  SQLAlchemy's form

    model_id: Mapped[UUID] = mapped_column(
        ForeignKey(ThemeModel.id, ondelete="CASCADE"), primary_key=True
    )
    bytes: Mapped[bytes] = mapped_column(LargeBinary)


class ThemeCoding(Base):
    """What one part of a response was held to be about; superseded, never overwritten.

    `text_hash` is that of the text which was coded. The model's `confidence` is that of its least
    sure theme, or of its best guess where it proposed none; `confidences` go with `themes`.
    It carries a day and no instant: the model codes a response soon after it came.
    """

    __tablename__ = "theme_coding"
    __table_args__ = (
        Index(
            "ux_theme_coding_current",
            "response_id",
            "part",
            unique=True,
            postgresql_where="NOT superseded",
        ),
        UniqueConstraint("response_id", "part", "revision"),
        Index(
            "ix_theme_coding_unsure",
            "confidence",
            "response_id",
            postgresql_where="NOT superseded AND coded_by = 'model'",
        ),
        CheckConstraint(
            "(coded_by = 'person') = (actor_id IS NOT NULL)"
            " AND (coded_by = 'model') = (model_id IS NOT NULL)"
            " AND (coded_by = 'model') = (confidence IS NOT NULL)",
            name="by_whom",
        ),
        CheckConstraint("coded_by = 'model' OR cardinality(themes) > 0", name="says_something"),
        CheckConstraint("sentiment BETWEEN 1 AND 5", name="sentiment"),
        CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
        CheckConstraint(
            "confidences IS NULL OR cardinality(confidences) = cardinality(themes)",
            name="a_confidence_each",
        ),
        CheckConstraint("part ~ '^[a-z][a-z0-9_]{0,63}$'", name="part"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    response_id: Mapped[UUID] = mapped_column(ForeignKey(FeedbackResponse.id, ondelete="CASCADE"))
    part: Mapped[str]
    revision: Mapped[int]
    framework: Mapped[str]
    themes: Mapped[list[str]]
    sentiment: Mapped[int | None]
    coded_by: Mapped[CodedBy]
    coded_on: Mapped[date]
    actor_id: Mapped[UUID | None]
    model_id: Mapped[UUID | None] = mapped_column(ForeignKey(ThemeModel.id))
    confidence: Mapped[float | None]
    confidences: Mapped[list[float] | None] = mapped_column(ARRAY(Float))
    text_hash: Mapped[bytes] = mapped_column(LargeBinary)
    superseded: Mapped[bool] = mapped_column(default=False)
