from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.organisation.models import Directorate, Team


class PopulationProfile(Entity):
    """Who lives, or is cared for, where: people by dimension and code, as a source told it.

    Its area is a team, a directorate, or the trust where it names neither.
    """

    __tablename__ = "population_profile"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("num_nonnulls(team_id, directorate_id) <= 1", name="one_area"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="not_empty"),
        CheckConstraint(
            "jsonb_typeof(people) = 'object' AND NOT jsonb_path_exists(people,"
            """ 'strict $.*.* ? (@.type() != "number" || @ < 0)')""",
            name="counts",
        ),
    )

    code: Mapped[str]
    title: Mapped[str]
    source: Mapped[str]
    as_of: Mapped[date]
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey(Team.id), index=True)
    directorate_id: Mapped[UUID | None] = mapped_column(ForeignKey(Directorate.id), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    people: Mapped[dict[str, Any]]


class RacialisedDefinition(Entity):
    """Which ethnic categories measure K7b counts, from a financial year on."""

    __tablename__ = "racialised_definition"
    __table_args__ = (
        UniqueConstraint("valid_from"),
        CheckConstraint(
            "extract(month FROM valid_from) = 4 AND extract(day FROM valid_from) = 1",
            name="from_april",
        ),
        CheckConstraint(
            "cardinality(codes) > 0 AND codes <@ ARRAY['A','B','C','D','E','F','G','H','J','K',"
            "'L','M','N','P','R','S']::text[]",
            name="stated_codes",
        ),
    )

    valid_from: Mapped[date]
    title: Mapped[str]
    source: Mapped[str]
    codes: Mapped[list[str]]
