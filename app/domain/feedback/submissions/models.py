from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.feedback.codes import Channel, CollectionPoint
from app.domain.feedback.surveys.models import Survey
from app.domain.organisation.models import Team


class PublicCode(Entity):
    """What stands on a team's poster or kiosk: opens its survey and says how answers came.

    The code is random and tells nothing of the team. With a token, answers are taken only from
    whoever shows it; only its hash is kept.
    """

    __tablename__ = "public_code"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("active_to IS NULL OR active_to >= active_from", name="active_to"),
        CheckConstraint("NOT token_required OR token_hash IS NOT NULL", name="token"),
        CheckConstraint("code ~ '^[0-9A-HJKMNP-TV-Z]{8}$'", name="code"),
    )

    code: Mapped[str]
    team_id: Mapped[UUID] = mapped_column(ForeignKey(Team.id), index=True)
    survey_id: Mapped[UUID] = mapped_column(ForeignKey(Survey.id), index=True)
    label: Mapped[str | None]
    channel: Mapped[Channel]
    collection_point: Mapped[CollectionPoint | None]
    active_from: Mapped[date]
    active_to: Mapped[date | None]
    token_required: Mapped[bool] = mapped_column(default=False)
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary)


class KeyedBatch(Entity):
    """Answers that somebody keyed in at once: for which team and how many, never which."""

    __tablename__ = "keyed_batch"
    __table_args__ = (CheckConstraint("accepted > 0", name="accepted"),)

    team_id: Mapped[UUID] = mapped_column(ForeignKey(Team.id), index=True)
    channel: Mapped[Channel]
    accepted: Mapped[int]
    keyed_by: Mapped[UUID] = mapped_column(index=True)
