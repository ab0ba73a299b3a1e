from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.api.deps import Paging
from app.api.v1.organisation.schemas import NEXT, VERSION
from app.api.v1.reimbursements.claim_lines_schemas import ClaimLineOut, Lines, Pence, Words
from app.api.v1.reimbursements.flags_schemas import FlagAnswer
from app.core.wire import Day, Instant
from app.domain.reimbursements.claims.acts import Act, ClaimStatus, Holder
from app.domain.reimbursements.claims.models import ClaimAction
from app.domain.reimbursements.flags.codes import FlagCode
from app.domain.reimbursements.kinds import Route
from app.domain.reimbursements.payments.models import PaymentStatus
from app.domain.reimbursements.rates.models import Scheme

ID = "0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e"
Reason = Annotated[str, Words, Field(max_length=2000, examples=["Which day was the second trip?"])]
ActivityOn = Annotated[Day, Field(description="The day of the activity.", examples=["2026-05-14"])]


class OwnClaimNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    participation_id: UUID = Field(description="The activity, as a participation.", examples=[ID])
    activity_on: ActivityOn
    scheme: Scheme | None = Field(
        None,
        description="Whose fees hold; without it the trust's own, or else the national ones.",
        examples=[None],
    )
    fees_by_voucher: bool = Field(
        default=False,
        strict=True,
        description="Fees are given as vouchers, to somebody without a bank account.",
        examples=[False],
    )
    lines: Lines


class ClaimNew(OwnClaimNew):
    person_id: UUID = Field(description="Who claims.", examples=[ID])


class ClaimLines(BaseModel):
    """Lines in place of those that stand."""

    model_config = ConfigDict(extra="forbid")

    lines: Lines


class Submission(BaseModel):
    model_config = ConfigDict(extra="forbid")

    late_because: Reason | None = Field(
        None,
        description="Why staff hand it in after its last day; nobody else can.",
        examples=[None],
    )


class Approval(BaseModel):
    """From which budget a claim is paid, and why whatever its checks found does not matter."""

    model_config = ConfigDict(extra="forbid")

    budget_id: UUID | None = Field(
        None,
        description="A budget of the activity's day that you hold; the second approval is for"
        " the same.",
        examples=[ID],
    )
    answers: list[FlagAnswer] = Field(
        default_factory=list,
        max_length=len(FlagCode),
        description="Why it is paid all the same, check by check; of two for one the last counts.",
    )
    low_because: Reason | None = Field(
        None,
        description="One reason for all low levels that have none of their own.",
        examples=["Two trips to the same meeting."],
    )

    def answered(self) -> dict[FlagCode, str]:
        """Give the reasons by what they answer."""
        return {each.code: each.reason for each in self.answers}


class Questions(BaseModel):
    model_config = ConfigDict(extra="forbid")

    questions: Reason


class Rejection(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Reason


class Repetition(BaseModel):
    """Other days of the same activity, for which the same is claimed."""

    model_config = ConfigDict(extra="forbid")

    days: list[Day] = Field(min_length=1, max_length=31, examples=[["2026-05-21"]])


class ClaimItem(BaseModel):
    """A claim as it stands, and who must do something next since when."""

    id: UUID
    reference: str = Field(description="What people call it by.", examples=["EV00000123"])
    person_id: UUID
    person_name: str = Field(examples=["Amara Okafor"])
    participation_id: UUID
    opportunity_id: UUID
    opportunity_title: str = Field(examples=["A kinder front door"])
    directorate_id: UUID | None
    activity_on: Day
    scheme: Scheme | None
    fees_by_voucher: bool
    budget_id: UUID | None = Field(description="What it is paid from.")
    total_pence: Pence
    status: ClaimStatus
    held_by: Holder = Field(description="Who must do something next.")
    since: Instant = Field(description="Since when it stands so.")
    round: int = Field(description="How often it was submitted or changed since.", examples=[1])
    repeats_id: UUID | None = Field(description="The claim that this one repeats.")
    tops_up_id: UUID | None = Field(description="The paid claim that this one adds to.")
    arrives_on: Day | None = Field(description="By when what was sent is there.")
    version: int = VERSION


class ClaimPaid(BaseModel):
    """What was or is being paid of a claim by one route."""

    reference: str = Field(examples=["EV00000123A1"])
    route: Route
    amount_pence: Pence
    status: PaymentStatus
    arrival_on: Day | None


class ClaimOut(ClaimItem):
    """A claim with its lines, and how it is paid."""

    payments: list[ClaimPaid]
    lines: list[ClaimLineOut]


class ClaimList(BaseModel):
    items: list[ClaimItem]
    next: str | None = NEXT


class ClaimFilters(Paging):
    status: ClaimStatus | None = None
    held_by: Holder | None = None
    person: UUID | None = None
    opportunity: UUID | None = None
    directorate: UUID | None = None
    first: Day | None = Field(None, description="First day of activities.")
    last: Day | None = Field(None, description="Last day of activities.")
    at_least: int | None = Field(
        None, ge=0, le=10_000_000, description="Least total, in pence.", examples=[5000]
    )


class OwnClaimFilters(Paging):
    status: ClaimStatus | None = None


class ClaimSum(BaseModel):
    """Claims of one status."""

    status: ClaimStatus
    claims: int = Field(examples=[12])
    total_pence: Pence


class ClaimSummary(BaseModel):
    items: list[ClaimSum]


class ClaimSumFilters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    status: ClaimStatus | None = None
    held_by: Holder | None = None
    person: UUID | None = None
    opportunity: UUID | None = None
    directorate: UUID | None = None
    first: Day | None = None
    last: Day | None = None


class ClaimActionOut(BaseModel):
    """One thing that was done with a claim."""

    number: int = Field(examples=[2])
    round: int = Field(examples=[1])
    act: Act
    from_status: ClaimStatus | None
    to_status: ClaimStatus
    actor_id: UUID
    on_behalf: bool = Field(examples=[False])
    reason: str | None = Field(examples=[None])
    at: Instant

    @classmethod
    def of(cls, action: ClaimAction) -> Self:
        told = {name: getattr(action, name) for name in cls.model_fields if name != "at"}
        return cls(**told, at=action.created_at)


class ClaimHistory(BaseModel):
    items: list[ClaimActionOut] = Field(description="Oldest first.")
