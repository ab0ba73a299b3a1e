from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.core.clock import months_after, today
from app.core.wire import Day
from app.domain.reimbursements.claims.acts import ClaimStatus, Holder
from app.domain.reimbursements.timeliness.spreads import Age, By

Month = Annotated[
    str,
    StringConstraints(pattern=r"^2[0-9]{3}-(0[1-9]|1[0-2])$"),
    Field(examples=["2026-03"]),
]
Days = Annotated[int, Field(examples=[28])]
_YEAR = 11


class TimelinessFilters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    first: Month | None = Field(
        None, description="The first month; else eleven before the last.", examples=["2026-04"]
    )
    last: Month | None = Field(
        None, description="The last month; else this one.", examples=["2027-03"]
    )
    directorate: UUID | None = None
    by: By = By.MONTH

    def asked(self) -> dict[str, Any]:
        """Give what is asked, by the days of the months, as the query names it."""
        last = today().replace(day=1) if self.last is None else _first_day(self.last)
        first = months_after(last, -_YEAR) if self.first is None else _first_day(self.first)
        end = months_after(last, 1) - timedelta(days=1)
        return {"by": self.by, "first": first, "last": end, "directorate": self.directorate}


class StuckFilters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    directorate: UUID | None = None
    held_by: Holder | None = None


class TargetsOut(BaseModel):
    """The policy's targets, in days."""

    claim_within_days: Days
    approve_within_days: Days
    pay_within_days: Days


class SpreadOut(BaseModel):
    """How many days so many claims took."""

    claims: int = Field(description="How many have come so far.", examples=[120])
    median_days: float | None = Field(description="To one place.", examples=[9.5])
    p90_days: float | None = Field(description="The 90th percentile, to one place.", examples=[21])
    within_target: int = Field(description="Claims that took no longer.", examples=[108])
    pct_within_target: float | None = Field(
        description="Of these claims, half up; null of none.", examples=[90.0]
    )


class FiguresOut(BaseModel):
    to_claim: SpreadOut = Field(description="From the activity to the first submission.")
    to_approval: SpreadOut = Field(description="From the first submission to the last approval.")
    to_payment: SpreadOut = Field(description="From the first submission to the last payment.")


class TimelinessItem(FiguresOut):
    """The claims of a group of activities."""

    month: Month | None = Field(description="Of the activities; null where not told by it.")
    directorate_id: UUID | None = Field(
        description="Null where not told by it, and of activities of none."
    )


class TimelinessOut(BaseModel):
    """How long claims took, against the policy's targets."""

    targets: TargetsOut
    total: FiguresOut
    items: list[TimelinessItem] = Field(description="Oldest month first.")


class AgeOut(BaseModel):
    """Claims that have waited so many days where they are."""

    days: Age
    claims: int = Field(examples=[3])
    total_pence: int = Field(examples=[12_450])


class OldestOut(BaseModel):
    id: UUID
    reference: str = Field(examples=["EV00000042"])
    status: ClaimStatus
    since: Day
    days: Days


class StuckItem(BaseModel):
    """What waits for somebody in a directorate."""

    directorate_id: UUID | None = Field(description="Null for activities of none.")
    held_by: Holder
    claims: int = Field(examples=[4])
    total_pence: int = Field(examples=[16_600])
    ages: list[AgeOut] = Field(description="All four, youngest first.")
    oldest: list[OldestOut] = Field(description="The five that wait longest.")


class StuckOut(BaseModel):
    """What waits, where, and how long already."""

    day: Day = Field(description="The day up to which it is counted: today.")
    items: list[StuckItem]


def _first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")
