from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.people.register.models import Person


class ErasureGround(StrEnum):
    """Why: UK GDPR 17(1)(a) to (e), or that the retention period is over."""

    NO_LONGER_NEEDED = "no_longer_needed"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    OBJECTION = "objection"
    UNLAWFUL = "unlawful"
    LEGAL_OBLIGATION = "legal_obligation"
    RETENTION = "retention"


class Refused(StrEnum):
    """What may be kept in spite of a request, where a law says so."""

    FINANCIAL_RECORDS = "financial_records"
    COMPLAINT_RECORD = "complaint_record"
    SAFEGUARDING_RECORD = "safeguarding_record"
    LEGAL_CLAIM = "legal_claim"


class ErasureRecord(Entity):
    """That a person was erased: the tombstone by which it is done again after a restore.

    It holds no words of or about them: grounds and what was refused are closed sets. `records`
    are the ids of the rows that name nobody now.
    """

    __tablename__ = "erasure"
    __table_args__ = (
        CheckConstraint("received_on <= erased_on", name="received_before"),
        Index(None, "person_id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    records: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    ground: Mapped[ErasureGround]
    received_on: Mapped[date]
    erased_on: Mapped[date]
    refused: Mapped[list[dict[str, Any]]]
    decided_by: Mapped[UUID]
    done_by: Mapped[UUID | None]
