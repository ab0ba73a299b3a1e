from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Entity


class Segment(StrEnum):
    PHYSICAL_HEALTH = "physical_health"
    MENTAL_HEALTH_LEARNING_DISABILITY = "mental_health_learning_disability"


class Setting(StrEnum):
    COMMUNITY = "community"
    INPATIENT = "inpatient"


class FftCategory(StrEnum):
    """The national submission groupings (domain reference 1.4)."""

    MH_PRIMARY_CARE = "mh_primary_care"
    MH_SECONDARY_CARE_COMMUNITY = "mh_secondary_care_community"
    MH_ACUTE = "mh_acute"
    MH_SPECIALIST = "mh_specialist"
    MH_SECURE_FORENSIC = "mh_secure_forensic"
    MH_CHILD_ADOLESCENT = "mh_child_adolescent"
    MH_OTHER = "mh_other"
    CH_INPATIENT = "ch_inpatient"
    CH_NURSING = "ch_nursing"
    CH_REHABILITATION_THERAPY = "ch_rehabilitation_therapy"
    CH_SPECIALIST = "ch_specialist"
    CH_CHILDREN_FAMILY = "ch_children_family"
    CH_OTHER = "ch_other"


CODE: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
"""What the trust's own codes look like; they stand in addresses and keys of figures."""

FIRST_OF_MONTH: Final = "extract(day FROM valid_from) = 1"


class Trust(Base):
    """The trust this database belongs to; its code stands in every roll-up row."""

    __tablename__ = "trust"
    __table_args__ = {"info": {"unrecorded": "set at installation"}}  # noqa: RUF012  SQLAlchemy's form

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class Directorate(Entity):
    __tablename__ = "directorate"
    __table_args__ = (UniqueConstraint("code"),)

    code: Mapped[str]
    name: Mapped[str]
    trust_code: Mapped[str] = mapped_column(ForeignKey(Trust.code))


class Service(Entity):
    """A service line; its teams' placements say where it stood at which time."""

    __tablename__ = "service"
    __table_args__ = (UniqueConstraint("code"),)

    code: Mapped[str]
    name: Mapped[str]
    directorate_id: Mapped[UUID] = mapped_column(ForeignKey(Directorate.id), index=True)


class Team(Entity):
    """A team or ward. What it is to the organisation stands in its placements."""

    __tablename__ = "team"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name="closed_after_opened"),
    )

    code: Mapped[str]
    name: Mapped[str]
    trust_code: Mapped[str] = mapped_column(ForeignKey(Trust.code))
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]


class Placement(Entity):
    """Where a team stands from the first of a month until the first of another, if any."""

    __tablename__ = "team_placement"
    __table_args__ = (
        CheckConstraint(FIRST_OF_MONTH, name="from_first_of_month"),
        CheckConstraint(
            "valid_to IS NULL OR extract(day FROM valid_to) = 1", name="to_first_of_month"
        ),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="not_empty"),
        ExcludeConstraint(
            ("team_id", "="),
            (text("daterange(valid_from, valid_to)"), "&&"),
            name="ex_team_placement_one_at_a_time",
            using="gist",
        ),
        Index(None, "team_id", "valid_from"),
    )

    team_id: Mapped[UUID] = mapped_column(ForeignKey(Team.id))
    directorate_id: Mapped[UUID] = mapped_column(ForeignKey(Directorate.id), index=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey(Service.id), index=True)
    segment: Mapped[Segment]
    setting: Mapped[Setting]
    pathway: Mapped[str | None]
    fft_category: Mapped[FftCategory | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class TeamLocation(Entity):
    """A feedback source's own code of a team, for as long as the source used it so."""

    __tablename__ = "team_location"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="not_empty"),
        ExcludeConstraint(
            ("source", "="),
            ("code", "="),
            (text("daterange(valid_from, valid_to)"), "&&"),
            name="ex_team_location_one_team_a_code",
            using="gist",
        ),
        Index(None, "source", "code"),
    )

    team_id: Mapped[UUID] = mapped_column(ForeignKey(Team.id), index=True)
    source: Mapped[str]
    code: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
