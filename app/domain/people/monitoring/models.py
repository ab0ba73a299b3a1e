"""What somebody told about themselves so that the trust can see whom it involves.

It stands in a table of its own. The database shows a row only while the person it is of is
opened (`service.opened`), and counts all of them by a function of its owner.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.people.monitoring import codes
from app.domain.people.monitoring.errors import CodeUnknownError, DisabilityAloneError
from app.domain.people.register.models import Person

PERSONAL: Final = {"class": "personal"}
SPECIAL: Final = {"class": "special"}
CODES: Final[Mapping[str, Mapping[str, str]]] = {
    "ethnic_category": codes.ETHNIC_CATEGORY,
    "gender": codes.GENDER,
    "gender_same_at_birth": codes.GENDER_SAME_AT_BIRTH,
    "sexual_orientation": codes.SEXUAL_ORIENTATION,
    "religion": codes.RELIGION,
    "carer_support": codes.CARER_SUPPORT,
}
# What each says of somebody who was not asked; of the rest there is no such code.
UNASKED: Final[Mapping[str, str]] = {
    "ethnic_category": "99",
    "gender": "X",
    "gender_same_at_birth": "X",
    "sexual_orientation": "9",
    "religion": "N",
}
NOT_RECORDED: Final = "not_recorded"


class Characteristic(StrEnum):
    """What people are counted by."""

    ETHNIC_CATEGORY = "ethnic_category"
    AGE_BAND = "age_band"
    GENDER = "gender"
    GENDER_SAME_AT_BIRTH = "gender_same_at_birth"
    SEXUAL_ORIENTATION = "sexual_orientation"
    DISABILITY = "disability"
    RELIGION = "religion"
    CARER_SUPPORT = "carer_support"


class Cut(StrEnum):
    """The parts that people are counted in."""

    STATUS = "status"
    ROLE = "role"
    DIRECTORATE = "directorate"


class AccessKind(StrEnum):
    READ = "read"
    CHANGED = "changed"


def _array(values: Iterable[str]) -> str:
    return "'{" + ",".join(values) + "}'::text[]"


class Monitoring(Entity):
    """One person's equality monitoring, by the codes of the NHS Data Dictionary."""

    __tablename__ = "equality_monitoring"
    __table_args__ = (
        *(
            CheckConstraint(f"{name} = ANY ({_array(known)})", name=name)
            for name, known in CODES.items()
        ),
        CheckConstraint(f"disabilities <@ {_array(codes.DISABILITY)}", name="disabilities"),
        CheckConstraint(
            "cardinality(disabilities) < 2"
            f" OR NOT disabilities && {_array(sorted(codes.DISABILITY_ALONE))}",
            name="disabilities_alone",
        ),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id), unique=True)
    ethnic_category: Mapped[str] = mapped_column(info=SPECIAL)
    gender: Mapped[str] = mapped_column(info=SPECIAL)
    gender_same_at_birth: Mapped[str] = mapped_column(info=SPECIAL)
    sexual_orientation: Mapped[str] = mapped_column(info=SPECIAL)
    disabilities: Mapped[list[str]] = mapped_column(info=SPECIAL)
    religion: Mapped[str] = mapped_column(info=SPECIAL)
    carer_support: Mapped[str | None] = mapped_column(info=SPECIAL)

    @classmethod
    def unasked(cls, person_id: UUID) -> "Monitoring":
        """Make what stands of somebody who was not asked; its version is none yet."""
        return cls(person_id=person_id, disabilities=[], carer_support=None, version=0, **UNASKED)

    def tell(self, told: Mapping[str, Any]) -> None:
        """Take what is told; raises CodeUnknownError, DisabilityAloneError."""
        for name, known in CODES.items():
            if name in told and told[name] is not None and told[name] not in known:
                raise CodeUnknownError.at(f"#/{name}", "No such code", "code_unknown")
        disabilities = sorted(set(told.get("disabilities", self.disabilities)))
        if not set(disabilities) <= codes.DISABILITY.keys():
            raise CodeUnknownError.at("#/disabilities", "No such code", "code_unknown")
        if len(disabilities) > 1 and not codes.DISABILITY_ALONE.isdisjoint(disabilities):
            raise DisabilityAloneError.at("#/disabilities", "NN or ZZ stands alone", "alone")
        for name, value in {**told, "disabilities": disabilities}.items():
            setattr(self, name, value)


class MonitoringAccess(Entity):
    """Who read or changed somebody's equality monitoring, and why; rows are only added."""

    __tablename__ = "equality_monitoring_access"
    __table_args__ = (Index(None, "person_id", "id"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    kind: Mapped[AccessKind]
    reason: Mapped[str] = mapped_column(info=PERSONAL)
    accessed_by: Mapped[UUID]
