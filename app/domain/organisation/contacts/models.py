from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.organisation.contacts.errors import ContactPeriodError, ContactPlaceError
from app.domain.organisation.models import Directorate, Team

PERSONAL: Final = {"class": "personal"}
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
EMAIL: Final = rf"^{_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})+$"
"""What an address must look like for any mail server to take it."""

# As PostgreSQL writes it back, so that the migration check can compare it.
_PLACE = "COALESCE(team_id, directorate_id, '00000000-0000-0000-0000-000000000000'::uuid)"


class ContactKind(StrEnum):
    TEAM_LEAD = "team_lead"
    CHAMPION = "champion"
    SAFEGUARDING = "safeguarding"
    COMPLAINTS = "complaints"
    INVOLVEMENT_LEAD = "involvement_lead"


class Contact(Entity):
    """Somebody who is told of what concerns a team, a directorate or, with neither, the trust."""

    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint("num_nonnulls(team_id, directorate_id) <= 1", name="one_place"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="not_empty"),
        CheckConstraint("email ~ '^[^@ ]+@[^@ ]+$' AND length(email) <= 254", name="email"),
        CheckConstraint("name <> '' AND length(name) <= 200", name="name"),
        ExcludeConstraint(
            ("kind", "="),
            (text(_PLACE), "="),
            (text("lower(email)"), "="),
            (text("daterange(valid_from, valid_to)"), "&&"),
            name="ex_contact_once",
            using="gist",
        ),
    )

    kind: Mapped[ContactKind]
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey(Team.id), index=True)
    directorate_id: Mapped[UUID | None] = mapped_column(ForeignKey(Directorate.id), index=True)
    name: Mapped[str] = mapped_column(info=PERSONAL)
    email: Mapped[str] = mapped_column(info=PERSONAL)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    def set(self, told: Mapping[str, Any]) -> None:
        """Take what is told; raises ContactPlaceError, ContactPeriodError."""
        for name, value in told.items():
            setattr(self, name, value)
        if self.team_id is not None and self.directorate_id is not None:
            raise ContactPlaceError.at(
                "#/directorate_id", "Name the team or the directorate", "one_place"
            )
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ContactPeriodError.at("#/valid_to", "Ends before it begins", "not_empty")
