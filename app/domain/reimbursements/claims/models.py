"""What somebody claims for an activity, and what was done with it."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    UniqueConstraint,
)
from sqlalchemy import Sequence as Numbers
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import Base, Entity
from app.domain.involvement.opportunities.models import Opportunity
from app.domain.involvement.participation.models import Participation
from app.domain.organisation.models import Directorate
from app.domain.people.register.models import Person
from app.domain.reimbursements.budgets.models import Budget
from app.domain.reimbursements.claims.acts import (
    HANDS,
    JUDGED,
    REASONED,
    Act,
    ClaimStatus,
    allowed,
    one_of,
    steps_sql,
)
from app.domain.reimbursements.claims.errors import (
    ClaimBudgetError,
    ClaimEmptyError,
    ClaimSelfError,
    ClaimStatusError,
    ClaimTotalError,
)
from app.domain.reimbursements.payees.charities.models import Charity

PERSONAL: Final = {"class": "personal"}
S = ClaimStatus
MOST_PENCE: Final = 10_000_000
MOST_LINES: Final = 100
# Where a claim can come to nothing, and where nobody has said from what it is paid.
EMPTY: Final = (S.DRAFT, S.SENT_BACK, S.WITHDRAWN, S.REJECTED)
UNBUDGETED: Final = (*EMPTY, S.SUBMITTED, S.CERTIFIED)
NUMBERS: Final = Numbers("claim_number", metadata=Base.metadata)


def _status(name: str) -> Enum:
    """Give the type of a second status in a table, whose check needs a name of its own."""
    values = [each.value for each in ClaimStatus]
    return Enum(
        ClaimStatus,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda _: values,
    )


class Claim(Entity):
    """What one person claims for one activity: fees for their time, and what it cost them.

    `moves` counts what was done with it, each thing a `ClaimAction`, and the database holds that
    the last of them led to its status. `round` counts how often it was submitted or edited.
    `total_pence` is the sum of its lines, as the database holds. `directorate_id` is whose
    activity it is.
    """

    __tablename__ = "claim"
    __table_args__ = (
        UniqueConstraint("id", "person_id"),
        ForeignKeyConstraint(
            ["id", "moves", "status"],
            ["claim_action.claim_id", "claim_action.number", "claim_action.to_status"],
            name="fk_claim_moves",
            deferrable=True,
            initially="DEFERRED",
            use_alter=True,
        ),
        CheckConstraint(f"total_pence BETWEEN 0 AND {MOST_PENCE}", name="total_pence"),
        CheckConstraint(
            f"total_pence > 0 OR {one_of('status', EMPTY)}",
            name="comes_to_something",
        ),
        CheckConstraint("round >= 0 AND moves > 0", name="counted"),
        CheckConstraint(
            f"budget_id IS NOT NULL OR {one_of('status', UNBUDGETED)}",
            name="budgeted",
        ),
        Index(None, "person_id", "id"),
        Index(None, "status", "id"),
        Index(None, "directorate_id", "id"),
        Index(None, "opportunity_id", "id"),
        Index(
            "ix_claim_paid_since",
            "since",
            postgresql_include=["total_pence"],
            postgresql_where="status = 'paid'",
        ),
        Index(None, "activity_on"),
    )

    number: Mapped[int] = mapped_column(
        Integer, NUMBERS, server_default=NUMBERS.next_value(), unique=True
    )
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    participation_id: Mapped[UUID] = mapped_column(ForeignKey(Participation.id), index=True)
    opportunity_id: Mapped[UUID] = mapped_column(ForeignKey(Opportunity.id))
    directorate_id: Mapped[UUID | None] = mapped_column(ForeignKey(Directorate.id))
    activity_on: Mapped[date]
    scheme: Mapped[str | None]
    fees_by_voucher: Mapped[bool] = mapped_column(default=False)
    budget_id: Mapped[UUID | None] = mapped_column(ForeignKey(Budget.id), index=True)
    charity_id: Mapped[UUID | None] = mapped_column(ForeignKey(Charity.id), index=True)
    total_pence: Mapped[int] = mapped_column(BigInteger, default=0)
    status: Mapped[ClaimStatus] = mapped_column(default=ClaimStatus.DRAFT)
    since: Mapped[datetime] = mapped_column(default=now)
    moves: Mapped[int] = mapped_column(default=1)
    round: Mapped[int] = mapped_column(default=0)
    repeats_id: Mapped[UUID | None] = mapped_column(ForeignKey("claim.id"), index=True)
    tops_up_id: Mapped[UUID | None] = mapped_column(ForeignKey("claim.id"), index=True)

    @property
    def reference(self) -> str:
        """Give what people call it by."""
        return f"EV{self.number:08}"

    def act(
        self,
        act: Act,
        after: ClaimStatus,
        *,
        by: UUID,
        on_behalf: bool = False,
        reason: str | None = None,
    ) -> "ClaimAction":
        """Let something be done with it; gives what to keep of that.

        Raises ClaimStatusError, ClaimEmptyError, ClaimSelfError.
        """
        if not allowed(act, self.status, after):
            raise ClaimStatusError(f"It is {self.status}", state=self.status)
        if act in JUDGED and by == self.person_id:
            raise ClaimSelfError
        if after is ClaimStatus.SUBMITTED:
            if self.total_pence == 0:
                raise ClaimEmptyError
            self.round += 1
        before, self.status, self.since = self.status, after, now()
        self.moves += 1
        return self._acted(act, before, by=by, on_behalf=on_behalf, reason=reason)

    def begun(self, *, by: UUID, on_behalf: bool) -> "ClaimAction":
        """Give what is kept of its making."""
        return self._acted(Act.MAKE, None, by=by, on_behalf=on_behalf, reason=None)

    def paid_from(self, budget_id: UUID) -> None:
        """Note the budget it is paid from; the second approval is for the same.

        Raises ClaimBudgetError.
        """
        if self.status is ClaimStatus.PART_APPROVED and budget_id != self.budget_id:
            raise ClaimBudgetError.at("#/budget_id", "Approved from another", "differs")
        self.budget_id = budget_id

    def comes_to(self, pence: int) -> None:
        """Take the sum of its lines; raises ClaimTotalError."""
        if pence > MOST_PENCE:
            raise ClaimTotalError.at("#/lines", "Together more than a claim may be", "too_much")
        self.total_pence = pence

    def _acted(self, act: Act, before: ClaimStatus | None, **told: Any) -> "ClaimAction":
        return ClaimAction(
            claim_id=self.id,
            claimant_id=self.person_id,
            number=self.moves,
            round=self.round,
            act=act,
            from_status=before,
            to_status=self.status,
            actor_id=told["by"],
            on_behalf=told["on_behalf"],
            reason=told["reason"],
        )


class ClaimAction(Entity):
    """One thing that was done with a claim; rows are added and never changed.

    Each begins where the one before ended. In one round nobody has two hands in it.
    """

    __tablename__ = "claim_action"
    __table_args__ = (
        UniqueConstraint("claim_id", "number", "to_status"),
        UniqueConstraint("claim_id", "number"),
        ForeignKeyConstraint(
            ["claim_id", "claimant_id"], [Claim.id, Claim.person_id], onupdate="CASCADE"
        ),
        ForeignKeyConstraint(
            ["claim_id", "before", "from_status"],
            ["claim_action.claim_id", "claim_action.number", "claim_action.to_status"],
            name="fk_claim_action_before",
        ),
        CheckConstraint(steps_sql("act", "from_status", "to_status"), name="step"),
        CheckConstraint("(number = 1) = (act = 'make')", name="first"),
        CheckConstraint(
            f"NOT {one_of('act', JUDGED)} OR actor_id <> claimant_id", name="not_oneself"
        ),
        CheckConstraint(f"NOT {one_of('act', REASONED)} OR reason IS NOT NULL", name="reasoned"),
        Index(
            "uq_claim_action_hands",
            "claim_id",
            "round",
            "actor_id",
            unique=True,
            postgresql_where=one_of("act", HANDS),
        ),
        Index(None, "actor_id", "claimant_id", postgresql_where="on_behalf"),
    )

    claim_id: Mapped[UUID]
    claimant_id: Mapped[UUID]
    number: Mapped[int]
    before: Mapped[int | None] = mapped_column(
        Integer, Computed("nullif(number - 1, 0)", persisted=True)
    )
    round: Mapped[int]
    act: Mapped[Act]
    from_status: Mapped[ClaimStatus | None] = mapped_column(_status("from_status"))
    to_status: Mapped[ClaimStatus] = mapped_column(_status("to_status"))
    actor_id: Mapped[UUID]
    on_behalf: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(info=PERSONAL)
