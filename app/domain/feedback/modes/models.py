from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.feedback.codes import CollectionPoint
from app.domain.feedback.modes.national import MODES, MappedChannel, Mode, NationalService


def _fits() -> str:
    """Write that a mode is none that its service's return does not have."""
    parts = []
    for service, modes in MODES.items():
        others = ", ".join(f"'{mode}'" for mode in Mode if mode not in modes)
        parts.append(f"service = '{service}' AND mode NOT IN ({others})")
    return " OR ".join(parts)


FITS: Final = _fits()


class ModeMap(Entity):
    """All mappings of a service's return, changed as one; its rows stand beside it."""

    __tablename__ = "feedback_mode_map"
    __table_args__ = (UniqueConstraint("service"),)

    service: Mapped[NationalService]


class ModeMapping(Entity):
    """The mode that a channel and a collection point are told as, from the first of a month on.

    Without a collection point it holds for every one that has no mapping of its own.
    """

    __tablename__ = "feedback_mode_mapping"
    __table_args__ = (
        CheckConstraint(FITS, name="mode_of_service"),
        CheckConstraint("extract(day FROM valid_from) = 1", name="from_first_of_month"),
        CheckConstraint(
            "valid_to IS NULL OR extract(day FROM valid_to) = 1", name="to_first_of_month"
        ),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="not_empty"),
        ExcludeConstraint(
            ("service", "="),
            ("channel", "="),
            (text("coalesce(collection_point, '')"), "="),
            (text("daterange(valid_from, valid_to)"), "&&"),
            name="ex_feedback_mode_mapping_one_mode_at_a_time",
            using="gist",
        ),
        Index(None, "map_id"),
    )

    map_id: Mapped[UUID] = mapped_column(ForeignKey(ModeMap.id))
    service: Mapped[NationalService]
    channel: Mapped[MappedChannel]
    collection_point: Mapped[CollectionPoint | None]
    mode: Mapped[Mode]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
