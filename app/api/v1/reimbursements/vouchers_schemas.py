from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.api.deps import Paging
from app.api.v1.organisation.schemas import NEXT, VERSION
from app.core.wire import Day
from app.domain.reimbursements.vouchers.models import (
    MOST_AT_ONCE,
    MOST_NUMBER,
    MOST_PENCE,
    VoidReason,
    VoucherStatus,
)

Number = Annotated[int, Field(ge=1, le=MOST_NUMBER, description="As printed.", examples=[10001])]
Value = Annotated[int, Field(ge=1, le=MOST_PENCE, description="In pence.", examples=[1000])]


class VoucherOut(BaseModel):
    """A numbered voucher, and what became of it."""

    id: UUID
    number: Number
    value_pence: Value
    status: VoucherStatus
    bought_posting_id: UUID
    person_id: UUID | None = Field(description="Who was given it.")
    issued_on: Day | None
    signature_reference: str | None = Field(
        description="The number of the signed receipt.", examples=["R-2026/0017"]
    )
    issued_by: UUID | None
    claim_id: UUID | None
    issue_posting_id: UUID | None
    void_reason: VoidReason | None
    voided_on: Day | None
    voided_by: UUID | None
    void_posting_id: UUID | None
    version: int = VERSION


class VoucherList(BaseModel):
    items: list[VoucherOut]
    next: str | None = NEXT


class VoucherFilters(Paging):
    status: VoucherStatus | None = None
    person: UUID | None = None
    claim: UUID | None = None
    issued_from: Day | None = Field(None, description="The first day.", examples=["2026-04-01"])
    issued_to: Day | None = Field(None, description="The last day.", examples=["2027-03-31"])


class VouchersNew(BaseModel):
    """Vouchers that were bought, numbered one after the other."""

    model_config = ConfigDict(extra="forbid")

    first_number: Number
    count: int = Field(ge=1, le=MOST_AT_ONCE, examples=[100])
    value_pence: Value


class VoucherVoid(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: VoidReason
