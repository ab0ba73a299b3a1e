from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.api.deps import Paging
from app.api.v1.organisation.schemas import NEXT, SAYS, VERSION
from app.core.wire import Day
from app.domain.involvement.recovery.models import RecoveryOutcome, RecoveryService, ReferredBy

Few = Field(description="Null where it is hidden.", examples=[12])


class ReferralState(StrEnum):
    WAITING = "waiting"
    OPEN = "open"
    ENDED = "ended"


class ReferralOut(BaseModel):
    """A referral, without whom it is about."""

    id: UUID
    service: RecoveryService
    referred_by: ReferredBy
    team_id: UUID | None
    referred_on: Day
    first_contact_on: Day | None
    ended_on: Day | None
    outcome: RecoveryOutcome | None
    version: int = VERSION


class ReferralList(BaseModel):
    items: list[ReferralOut]
    next: str | None = NEXT


class ReferralFilters(Paging):
    service: RecoveryService | None = None
    state: ReferralState | None = Field(
        None, description="Waiting: open, and nobody has spoken with them yet."
    )
    team: str | None = Field(
        None, max_length=100, description="A team's id or code.", examples=["CMHT-CITY"]
    )
    from_day: Day | None = Field(None, alias="from", examples=["2026-04-01"])
    to_day: Day | None = Field(None, alias="to", examples=["2027-03-31"])


class ReferralNew(BaseModel):
    """A referral by a team, or by the person themselves."""

    model_config = ConfigDict(extra="forbid")

    service: RecoveryService
    referred_by: ReferredBy
    team_id: UUID | None = Field(
        None, description="Who referred them, or looks after them.", examples=[None]
    )
    referred_on: Day = Field(examples=["2026-04-09"])
    reference: Annotated[
        str, StringConstraints(pattern=SAYS, strip_whitespace=True, max_length=100)
    ] = Field(
        description="What the service knows the person by. It is hashed with the server's secret"
        " and kept nowhere.",
        examples=["RC-20417"],
    )

    @model_validator(mode="after")
    def _by_a_team(self) -> Self:
        if self.referred_by is ReferredBy.TEAM and self.team_id is None:
            raise ValueError("tell which team referred them")
        return self

    def told(self) -> dict[str, Any]:
        return self.model_dump(exclude={"reference"})


class Contacted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    on: Day = Field(examples=["2026-04-20"])


class Ended(BaseModel):
    model_config = ConfigDict(extra="forbid")

    on: Day = Field(examples=["2026-07-01"])
    outcome: RecoveryOutcome = Field(description="`paid_work` is employment support's alone.")


class RecoveryServiceFigures(BaseModel):
    service: RecoveryService
    referrals: int | None = Few
    by_team: int | None = Few
    by_themselves: int | None = Few
    contacted: int | None = Few
    not_contacted: int | None = Few
    median_days_to_contact: float | None = Field(
        description="Of those who were contacted; null where they are few.", examples=[11.0]
    )
    outcomes: Mapping[str, int | None] = Field(
        description="By outcome, and `open`; null where it is hidden.",
        examples=[{"completed": 9, "open": 7}],
    )


class RecoveryQuarter(BaseModel):
    quarter: str = Field(examples=["2026-27-Q1"])
    referrals: int | None = Field(description="Of all services.", examples=[41])
    services: list[RecoveryServiceFigures]


class RecoveryFigures(BaseModel):
    items: list[RecoveryQuarter] = Field(description="In order; quarters with referrals.")
    next: None = Field(None, description="Always null.")


class FiguresFilters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    financial_year: Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-[0-9]{2}$")] = Field(
        examples=["2026-27"]
    )

    @model_validator(mode="after")
    def _is_a_year(self) -> Self:
        if (self.begins + 1) % 100 != int(self.financial_year[5:]):
            raise ValueError("a financial year ends in the year after it begins")
        return self

    @property
    def begins(self) -> int:
        return int(self.financial_year[:4])
