"""Who takes part in what.

A participation's status, and what may follow it; it begins as an invitation or an application:

    invited        -> accepted | declined
    applied        -> accepted | declined | withdrawn
    accepted       -> attended | did_not_attend | withdrawn
    attended       -> did_not_attend | completed
    did_not_attend -> attended
    completed, declined, withdrawn: nothing

Being accepted takes a place, and needs the opportunity's gates. `attended` and `did_not_attend`
follow each other so that a mistake can be corrected.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Entity
from app.domain.involvement.opportunities.models import Opportunity
from app.domain.involvement.participation.errors import (
    GatesMissingError,
    ParticipationStatusError,
)
from app.domain.people.register.errors import PersonStatusError
from app.domain.people.register.models import Person, PersonStatus

PERSONAL: Final = {"class": "personal"}


class ParticipationStatus(StrEnum):
    INVITED = "invited"
    APPLIED = "applied"
    ACCEPTED = "accepted"
    ATTENDED = "attended"
    DID_NOT_ATTEND = "did_not_attend"
    COMPLETED = "completed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


S = ParticipationStatus
BEGINNINGS: Final = (S.INVITED, S.APPLIED)
FOLLOWING: Final[Mapping[S, tuple[S, ...]]] = {
    S.INVITED: (S.ACCEPTED, S.DECLINED),
    S.APPLIED: (S.ACCEPTED, S.DECLINED, S.WITHDRAWN),
    S.ACCEPTED: (S.ATTENDED, S.DID_NOT_ATTEND, S.WITHDRAWN),
    S.ATTENDED: (S.DID_NOT_ATTEND, S.COMPLETED),
    S.DID_NOT_ATTEND: (S.ATTENDED,),
    S.COMPLETED: (),
    S.DECLINED: (),
    S.WITHDRAWN: (),
}
# What a person may say of their own; the rest is for who keeps the opportunity.
ANSWERS: Final = frozenset(
    {
        (S.INVITED, S.ACCEPTED),
        (S.INVITED, S.DECLINED),
        (S.APPLIED, S.WITHDRAWN),
        (S.ACCEPTED, S.WITHDRAWN),
    }
)
# Who holds a place, or held one to the end.
TAKES_PLACE: Final = (S.ACCEPTED, S.ATTENDED, S.DID_NOT_ATTEND, S.COMPLETED)
_TOOK_PART: Final = " OR ".join(f"status = '{each}'" for each in TAKES_PLACE[1:])


class Side(StrEnum):
    """Whose feedback it is."""

    FROM_PERSON = "from_person"
    TO_PERSON = "to_person"


class Participation(Entity):
    """That a person was asked to take part in an opportunity or asked to, and what came of it."""

    __tablename__ = "participation"
    __table_args__ = (
        UniqueConstraint("opportunity_id", "person_id"),
        CheckConstraint(f"from_person IS NULL OR {_TOOK_PART}", name="from_person_who_took_part"),
        CheckConstraint(
            f"to_person IS NULL OR status = 'declined' OR {_TOOK_PART}",
            name="to_person_when_decided",
        ),
        Index(None, "person_id", "id"),
    )

    opportunity_id: Mapped[UUID] = mapped_column(ForeignKey(Opportunity.id))
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    status: Mapped[ParticipationStatus]
    status_since: Mapped[date]
    asked_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(info=PERSONAL)
    from_person: Mapped[str | None] = mapped_column(info=PERSONAL)
    to_person: Mapped[str | None] = mapped_column(info=PERSONAL)
    changed_by: Mapped[UUID]

    @classmethod
    def begun(
        cls, opportunity: Opportunity, person: Person, asked_at: datetime | None, today: date
    ) -> "Participation":
        """Invite a person at an instant, or take their application where none is told.

        Raises OpportunityStatusError, PersonMergedError, PersonStatusError.
        """
        if asked_at is None:
            opportunity.takes_applications(today)
        else:
            opportunity.asks()
        person.unmerged()
        if person.status is not PersonStatus.ACTIVE:
            raise PersonStatusError(f"The status is {person.status}", state=person.status)
        status = S.APPLIED if asked_at is None else S.INVITED
        return cls(
            opportunity_id=opportunity.id,
            person_id=person.id,
            status=status,
            status_since=today,
            asked_at=asked_at,
        )

    def accept(
        self, opportunity: Opportunity, taken: int, missing: Sequence[str], today: date
    ) -> None:
        """Give the person a place.

        Raises ParticipationStatusError, OpportunityStatusError, GatesMissingError,
        OpportunityFullError.
        """
        self.turn(S.ACCEPTED, opportunity, today)
        if missing:
            raise GatesMissingError(missing=list(missing))
        opportunity.seat(taken)

    def turn(self, status: S, opportunity: Opportunity, today: date) -> None:
        """Let the status follow; raises ParticipationStatusError, OpportunityStatusError."""
        if status not in FOLLOWING[self.status]:
            raise ParticipationStatusError(f"It is {self.status}", state=self.status)
        if status in TAKES_PLACE:
            opportunity.goes_on()
        self.status, self.status_since = status, today

    def answers(self, status: S) -> None:
        """Refuse what is not the person's own to say; raises ParticipationStatusError."""
        if (self.status, status) not in ANSWERS:
            raise ParticipationStatusError(f"It is {self.status}", state=self.status)

    def feed_back(self, side: Side, words: str) -> None:
        """Note what one side tells the other; raises ParticipationStatusError.

        The person tells once they took part, and is told once it is decided.
        """
        able = TAKES_PLACE[1:] if side is Side.FROM_PERSON else (S.DECLINED, *TAKES_PLACE[1:])
        if self.status not in able:
            raise ParticipationStatusError(f"It is {self.status}", state=self.status)
        setattr(self, side, words)


class Turn(Base):
    """When a person was last asked to anything; 1970 where never. Kept by triggers.

    Whoever has not been asked for longest stands first in its index.
    """

    __tablename__ = "involvement_turn"
    __table_args__ = (
        Index(None, "asked_at", "person_id"),
        {"info": {"unrecorded": "follows from participations, by trigger"}},
    )

    # No foreign key: rows go with their person by trigger, and belong to nobody else by a merge.
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
