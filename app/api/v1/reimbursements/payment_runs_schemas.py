from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.api.deps import Paging
from app.api.v1.organisation.schemas import NEXT, VERSION
from app.core.wire import Day, Instant
from app.domain.reimbursements.kinds import Route
from app.domain.reimbursements.payments.models import PaymentStatus, RunStatus
from app.domain.reimbursements.payments.queries import RunSums


class PaymentRunNew(BaseModel):
    """Which route a run pays, and in which layout its file is written."""

    model_config = ConfigDict(extra="forbid")

    route: Route = Field(examples=["accounts_payable"])
    layout: str | None = Field(
        None,
        max_length=40,
        description="Code of a layout in use; without it the route's first.",
        examples=[None],
    )


class PaymentRunOut(BaseModel):
    """A run: what it pays, when, whether it went out, and what came of it."""

    id: UUID
    number: int = Field(examples=[12])
    route: Route
    layout: str = Field(description="Code of the file's layout.", examples=["payroll_csv"])
    status: RunStatus
    payments: int = Field(examples=[40])
    total_pence: int = Field(examples=[312_500])
    paid: int = Field(description="Payments that arrived.", examples=[38])
    returned: int = Field(description="Payments that came back.", examples=[1])
    made_on: Day
    input_on: Day = Field(description="When the file is sent.")
    processing_on: Day = Field(description="When the banks move the money.")
    arrival_on: Day = Field(description="When it is in the accounts.")
    file_name: str = Field(examples=["payroll-12-2026-11-30.csv"])
    file_bytes: int = Field(examples=[4096])
    file_sha256: str = Field(
        description="Hash of the file's bytes, which are the same for ever.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )
    created_by: UUID
    released_by: UUID | None
    released_at: Instant | None
    created_at: Instant
    version: int = VERSION


class PaymentRunList(BaseModel):
    items: list[PaymentRunOut]
    next: str | None = NEXT


class PaymentRunFilters(Paging):
    status: RunStatus | None = None
    route: Route | None = None


class PaymentFilters(Paging):
    status: PaymentStatus | None = None


class PaymentOut(BaseModel):
    """What a run pays of one claim."""

    id: UUID
    claim_id: UUID
    person_id: UUID
    route: Route
    amount_pence: int = Field(examples=[7_500])
    reference: str = Field(
        description="What files and results name it by.", examples=["EV00000123P1"]
    )
    status: PaymentStatus
    paid_on: Day | None
    returned_because: str | None = Field(
        description="The code that the bank or payroll gave.", examples=[None]
    )


class PaymentList(BaseModel):
    items: list[PaymentOut]
    next: str | None = NEXT


class Release(BaseModel):
    """Whether a run is let go, or only looked at."""

    model_config = ConfigDict(extra="forbid")

    validate_only: bool = Field(
        default=False,
        strict=True,
        description="True: say whether it could be released, and change nothing.",
        examples=[False],
    )


class ResultsOut(BaseModel):
    """What a result file settled."""

    paid: int = Field(examples=[38])
    returned: int = Field(examples=[1])
    unknown: int = Field(description="Payments of which the file knows nothing yet.", examples=[1])


class Waiting(BaseModel):
    """Claims that wait on a route, and how many of them its layout can pay."""

    route: Route
    layout: str = Field(examples=["payroll_csv"])
    claims: int = Field(examples=[12])
    payable: int = Field(
        description="Those whose payee two people stand for, their wait over.", examples=[11]
    )


class WaitingList(BaseModel):
    items: list[Waiting]


class ProofDays(BaseModel):
    model_config = ConfigDict(extra="forbid")

    first: Day = Field(description="First day of arrival.", examples=["2026-11-01"])
    last: Day = Field(description="Last day of arrival.", examples=["2026-11-30"])


class RunProof(BaseModel):
    """Whether a run's lines, its file and the ledger come to the same."""

    run_id: UUID
    number: int = Field(examples=[12])
    payments: int = Field(examples=[40])
    file_pence: int = Field(description="What the file was written for.", examples=[312_500])
    lines: int = Field(examples=[40])
    lines_pence: int = Field(examples=[312_500])
    paid_pence: int = Field(description="Of that, what arrived.", examples=[300_000])
    booked_pence: int = Field(description="What the ledger booked as paid.", examples=[300_000])
    holds: bool = Field(examples=[True])

    @classmethod
    def of(cls, found: RunSums) -> Self:
        return cls.model_validate(found, from_attributes=True)


class Proof(BaseModel):
    items: list[RunProof]
    holds: bool = Field(description="Every run's does.", examples=[True])
