from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base
from app.domain.feedback.blocks import MOVED, PLACES
from app.domain.feedback.codes import (
    Channel,
    CodedBy,
    CollectionPoint,
    FftAnswer,
    Involved,
    PublicationStatus,
    RespondentType,
)
from app.domain.organisation.models import Team

SPECIAL = {"class": "special"}
# As PostgreSQL writes it back, so that the migration check can compare it.
WORDS = (
    "to_tsvector('english'::regconfig, "
    "(COALESCE(comment_good, ''::text) || ' '::text) || COALESCE(comment_better, ''::text))"
)


# A response that asks to be answered or acted on.
ASKS = "contact_wanted OR fft_answer IN ('poor', 'very_poor')"


class FeedbackResponse(Base):
    """What one person told about one team. It carries a day and no instant, and so does its id.

    `source_version` and `source_hash` order the events about it: the greatest pair wins.
    `answers` are choices of a survey's own questions, `texts` what was written to them.
    `themes`, `sentiment` (1 best to 5 worst) and `coded_by` are what its codings come to.
    """

    __tablename__ = "feedback_response"
    __table_args__ = (
        UniqueConstraint("source", "source_review_id"),
        Index(None, "team_id", "id"),
        Index(None, "day"),
        Index(
            "ix_feedback_response_words",
            text(PLACES),
            text(WORDS),
            postgresql_using="gin",
            postgresql_where="comment_good IS NOT NULL OR comment_better IS NOT NULL",
        ),
        Index("ix_feedback_response_moved", "id", postgresql_where=MOVED),
        Index(None, "themes", postgresql_using="gin", postgresql_where="themes IS NOT NULL"),
        Index("ix_feedback_response_asks", "id", postgresql_where=text(ASKS)),
        Index("ix_feedback_response_team_asks", "team_id", "id", postgresql_where=text(ASKS)),
        Index(
            "ix_feedback_response_uncoded",
            "id",
            postgresql_where="coded_by IS NULL"
            " AND (comment_good IS NOT NULL OR comment_better IS NOT NULL)",
        ),
        CheckConstraint("sentiment BETWEEN 1 AND 5", name="sentiment"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey(Team.id))
    day: Mapped[date]
    source: Mapped[str]
    source_review_id: Mapped[str]
    source_version: Mapped[int] = mapped_column(BigInteger)
    source_hash: Mapped[bytes] = mapped_column(LargeBinary)
    version: Mapped[int] = mapped_column(default=1)
    location_code: Mapped[str]
    experience_month: Mapped[str | None]
    collection_point: Mapped[CollectionPoint | None]
    channel: Mapped[Channel | None]
    respondent_type: Mapped[RespondentType | None]
    fft_answer: Mapped[FftAnswer | None]
    raw_answer: Mapped[str | None]
    item_ratings: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    comment_good: Mapped[str | None] = mapped_column(info=SPECIAL)
    comment_better: Mapped[str | None] = mapped_column(info=SPECIAL)
    publication_status: Mapped[PublicationStatus | None]
    consent_public: Mapped[bool | None]
    language: Mapped[str | None]
    easy_read: Mapped[bool | None]
    ethnic_category: Mapped[str | None] = mapped_column(info=SPECIAL)
    age_band: Mapped[str | None] = mapped_column(info=SPECIAL)
    gender: Mapped[str | None] = mapped_column(info=SPECIAL)
    disability: Mapped[list[str] | None] = mapped_column(info=SPECIAL)
    sexual_orientation: Mapped[str | None] = mapped_column(info=SPECIAL)
    religion: Mapped[str | None] = mapped_column(info=SPECIAL)
    carer: Mapped[bool | None] = mapped_column(info=SPECIAL)
    survey_version_id: Mapped[UUID | None]
    answers: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), info=SPECIAL)
    texts: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), info=SPECIAL)
    involved: Mapped[Involved | None]
    contact_wanted: Mapped[bool | None]
    themes: Mapped[list[str] | None]
    sentiment: Mapped[int | None]
    coded_by: Mapped[CodedBy | None]


class FeedbackTombstone(Base):
    """The newest removal of a review, so that an older event cannot bring it back."""

    __tablename__ = "feedback_tombstone"
    __table_args__ = {"info": {"unrecorded": "the response's own removal is recorded"}}  # noqa: RUF012  SQLAlchemy's form

    source: Mapped[str] = mapped_column(primary_key=True)
    source_review_id: Mapped[str] = mapped_column(primary_key=True)
    source_version: Mapped[int] = mapped_column(BigInteger)
    source_hash: Mapped[bytes] = mapped_column(LargeBinary)


class FeedbackDaily(Base):
    """Counts of a team's day by source and channel, kept by triggers on the responses."""

    __tablename__ = "feedback_daily"
    __table_args__ = (
        Index(None, "day"),
        {"info": {"unrecorded": "derived from the responses"}},
    )

    team_id: Mapped[UUID] = mapped_column(ForeignKey(Team.id), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    trust: Mapped[str]
    very_good: Mapped[int] = mapped_column(BigInteger)
    good: Mapped[int] = mapped_column(BigInteger)
    neither_good_nor_poor: Mapped[int] = mapped_column(BigInteger)
    poor: Mapped[int] = mapped_column(BigInteger)
    very_poor: Mapped[int] = mapped_column(BigInteger)
    dont_know: Mapped[int] = mapped_column(BigInteger)
    unanswered: Mapped[int] = mapped_column(BigInteger)


class FeedbackMonthly(Base):
    """Counts of a team's month by one dimension at a time: margins, never their cross product."""

    __tablename__ = "feedback_monthly"
    __table_args__ = (
        CheckConstraint("extract(day FROM month) = 1", name="first_of_month"),
        Index(None, "dimension", "month"),
        {"info": {"unrecorded": "derived from the responses"}},
    )

    team_id: Mapped[UUID] = mapped_column(ForeignKey(Team.id), primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    trust: Mapped[str]
    very_good: Mapped[int] = mapped_column(BigInteger)
    good: Mapped[int] = mapped_column(BigInteger)
    neither_good_nor_poor: Mapped[int] = mapped_column(BigInteger)
    poor: Mapped[int] = mapped_column(BigInteger)
    very_poor: Mapped[int] = mapped_column(BigInteger)
    dont_know: Mapped[int] = mapped_column(BigInteger)
    unanswered: Mapped[int] = mapped_column(BigInteger)


class FeedbackImport(Base):
    """A file taken in; what became of its rows stands in its job.

    `attempt` counts who worked on it, so that one thought dead writes no more; `entered` is the
    last line whose row has had its effect.
    """

    __tablename__ = "feedback_import"
    __table_args__ = {"info": {"unrecorded": "its events are in the inbox"}}  # noqa: RUF012  SQLAlchemy's form

    id: Mapped[UUID] = mapped_column(ForeignKey("job.id"), primary_key=True)
    layout: Mapped[str]
    dry_run: Mapped[bool]
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    size: Mapped[int] = mapped_column(BigInteger, server_default="0")
    attempt: Mapped[int] = mapped_column(server_default="0")
    entered: Mapped[int] = mapped_column(server_default="0")


class ImportChunk(Base):
    """A piece of an uploaded file until its job is done with it."""

    __tablename__ = "feedback_import_chunk"
    __table_args__ = {"info": {"unrecorded": "the file itself, for a while"}}  # noqa: RUF012  SQLAlchemy's form

    import_id: Mapped[UUID] = mapped_column(ForeignKey(FeedbackImport.id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    bytes: Mapped[bytes] = mapped_column(LargeBinary)


class RejectedRow(Base):
    """A row that could not be taken, with its reason and as it stood in the file."""

    __tablename__ = "feedback_rejected_row"
    __table_args__ = {"info": {"unrecorded": "part of a file, for a while"}}  # noqa: RUF012  SQLAlchemy's form

    import_id: Mapped[UUID] = mapped_column(ForeignKey(FeedbackImport.id), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str]
    detail: Mapped[str]
    row: Mapped[str] = mapped_column(info=SPECIAL)


class StagedRow(Base):
    """A good row on its way into the inbox; unlogged, since an import starts again from its file.

    `head` is a JSON object without its end, `tail` what rows that join into one response add.
    """

    __tablename__ = "feedback_import_row"
    __table_args__ = {  # noqa: RUF012  SQLAlchemy's form
        "prefixes": ["UNLOGGED"],
        "info": {"unrecorded": "part of a file, while it is taken in"},
    }

    import_id: Mapped[UUID] = mapped_column(ForeignKey(FeedbackImport.id), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID]
    review_id: Mapped[str]
    day: Mapped[date]
    source_version: Mapped[int | None] = mapped_column(BigInteger)
    rows: Mapped[int]
    head: Mapped[str] = mapped_column(info=SPECIAL)
    tail: Mapped[str | None] = mapped_column(info=SPECIAL)
    question: Mapped[str | None]
    location: Mapped[str | None]
    row: Mapped[str | None] = mapped_column(info=SPECIAL)


class DifferenceKind(StrEnum):
    """How a daily file and what stands here differ."""

    MISSING = "missing"
    DIFFERENT = "different"
    EXTRA = "extra"


class ImportDifference(Base):
    """A review that a daily file and this service do not tell alike."""

    __tablename__ = "feedback_import_difference"
    __table_args__ = {"info": {"unrecorded": "a finding about a file, for a while"}}  # noqa: RUF012  SQLAlchemy's form

    import_id: Mapped[UUID] = mapped_column(ForeignKey(FeedbackImport.id), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[DifferenceKind]
    source_review_id: Mapped[str]
    line: Mapped[int | None]
    our_version: Mapped[int | None] = mapped_column(BigInteger)
    file_version: Mapped[int | None] = mapped_column(BigInteger)
