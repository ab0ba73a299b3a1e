"""Whether somebody takes the fee of an activity: theirs to say, before it, and never assumed."""

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.involvement.participation.models import Participation
from app.domain.people.register.models import Person
from app.domain.reimbursements.choices.errors import ChoiceDeclinedError, ChoiceLimitError
from app.domain.reimbursements.kinds import Route
from app.domain.reimbursements.payees.charities.models import Charity

PERSONAL: Final = {"class": "personal"}


class Choice(StrEnum):
    ACCEPT = "accept"
    LESS = "less"
    DECLINE = "decline"
    TO_CHARITY = "to_charity"


class PaymentChoice(Entity):
    """What somebody chose about the fee of an activity, and when they did.

    `made_at` is when the person said so. The newest from before an activity's day stands for it;
    rows are added and never changed. Of a fee that is `less`, no more than `most_pence` is paid.
    """

    __tablename__ = "payment_choice"
    __table_args__ = (
        CheckConstraint("(choice = 'less') = (most_pence IS NOT NULL)", name="limit"),
        CheckConstraint("(choice = 'to_charity') = (charity_id IS NOT NULL)", name="charity"),
        CheckConstraint("most_pence > 0", name="most_pence"),
        CheckConstraint("made_at <= created_at", name="made_before_told"),
        Index(None, "participation_id", "made_at"),
        Index(None, "person_id", "id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    participation_id: Mapped[UUID] = mapped_column(ForeignKey(Participation.id))
    choice: Mapped[Choice]
    most_pence: Mapped[int | None] = mapped_column(BigInteger)
    charity_id: Mapped[UUID | None] = mapped_column(ForeignKey(Charity.id), index=True)
    made_at: Mapped[datetime]
    told_by: Mapped[UUID]
    on_behalf: Mapped[bool]

    def limited(self) -> None:
        """Refuse a choice that does not say what it must; raises ChoiceLimitError."""
        if (self.choice is Choice.LESS) != (self.most_pence is not None):
            raise ChoiceLimitError.at("#/most_pence", "Needed for `less` alone", "limit")
        if (self.choice is Choice.TO_CHARITY) != (self.charity_id is not None):
            raise ChoiceLimitError.at("#/charity_id", "Needed for `to_charity` alone", "charity")

    def route(self) -> Route:
        """Give the way a fee is paid; raises ChoiceDeclinedError where none is."""
        if self.choice is Choice.DECLINE:
            raise ChoiceDeclinedError
        return Route.CHARITY if self.choice is Choice.TO_CHARITY else Route.PAYROLL

    def fee(self, pence: int) -> int:
        """Give what is paid of fees that come to so many pence together."""
        return pence if self.most_pence is None else min(pence, self.most_pence)
