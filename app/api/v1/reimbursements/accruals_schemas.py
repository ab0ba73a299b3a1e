from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.clock import today
from app.core.wire import Day

Pence = Annotated[int, Field(description="In pence.", examples=[18_000])]


class AccrualsFilters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    on: Day | None = Field(
        None, description="At the end of which day; else today.", examples=["2027-03-31"]
    )

    def day(self) -> Day:
        return self.on or today()


class AccrualSums(BaseModel):
    unclaimed_pence: Pence = Field(description="Fees of activities that nobody claimed yet.")
    claimed_pence: Pence = Field(description="Handed in, and not approved.")
    approved_pence: Pence = Field(description="Approved, and not in a run; or came back.")
    in_run_pence: Pence = Field(description="In a run, or sent.")
    total_pence: Pence


class AccrualItem(AccrualSums):
    """What is owed at a cost centre and an account of the general ledger."""

    cost_centre_id: UUID | None = Field(description="Null where none can be told.")
    cost_centre_code: str | None = Field(examples=["C1042"])
    cost_centre_name: str | None = Field(examples=["Involvement"])
    gl_account: str | None = Field(
        description="Null where the cost centre names none for the kind.", examples=["61530"]
    )


class AccrualsOut(BaseModel):
    """What is owed for involvement at the end of a day."""

    on: Day
    total: AccrualSums
    items: list[AccrualItem]
