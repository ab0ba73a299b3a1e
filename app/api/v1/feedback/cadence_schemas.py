from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.deps import Paging
from app.api.v1.organisation.schemas import KEPT, NEXT, SAYS, VERSION, NotNull, Null
from app.core.wire import Day
from app.domain.feedback.cadence.report import Asked, By
from app.domain.feedback.cadence.rules import Because, MetBy, State
from app.domain.feedback.cadence.service import Counted
from app.domain.feedback.choosing import DayRange
from app.domain.organisation.models import Setting

PCT = Field(description="Of what is decided, met or missed.", examples=[75.0])
TEAM = Annotated[
    str,
    Field(min_length=1, max_length=100, description="A team's id or code.", examples=["CMHT-CITY"]),
]


class Counts(BaseModel):
    """Periods by how they went."""

    expected: int = Field(description="All but those not applicable.", examples=[4])
    met: int = Field(examples=[3])
    missed: int = Field(examples=[1])
    pending: int = Field(description="Not over, and there is still time.", examples=[0])
    not_applicable: int = Field(examples=[0])
    pct_met: float | None = PCT


class Tally(Counts):
    streak: int = Field(
        description="Met in a row within the days asked for, up to the last that is decided: a"
        " team's periods, or the months in which no team of a group missed.",
        examples=[2],
    )


class CadencePeriod(BaseModel):
    """How a team did in a calendar month, or in 14 days from a Monday."""

    period: str = Field(examples=["2026-03"])
    first: Day = Field(examples=["2026-03-01"])
    last: Day = Field(examples=["2026-03-31"])
    setting: Setting
    directorate: str = Field(description="Code of where it stood.", examples=["OXMH"])
    expected: int = Field(description="0 where it is not applicable.", examples=[1])
    collected: int = Field(
        description="Responses of any source, and meetings that heard somebody.", examples=[12]
    )
    state: State
    because: Because | None = Field(
        description="Why it is not applicable: on one of its days the team was not yet or no"
        " longer open, stood in another setting, or was empty.",
        examples=[None],
    )
    met_by: MetBy | None
    told_back: State = Field(
        description="Whether people heard what came of it in time; not applicable where nothing"
        " was collected."
    )


class CadenceMonth(Counts):
    """How a directorate's or the trust's teams did in the periods that began in a month."""

    month: str = Field(examples=["2026-03"])
    told_back: Counts


class Cadence(Tally):
    """How a team, a directorate or the trust kept its cadence."""

    key: str = Field(description="Its code.", examples=["CMHT-CITY"])
    name: str = Field(examples=["City Community Mental Health Team"])
    directorate: str | None = Field(
        description="Of a team: code of where it stood last.", examples=["OXMH"]
    )
    setting: Setting | None = Field(description="Of a team: what it was last.")
    told_back: Tally
    periods: list[CadencePeriod] | None = Field(description="Of a team, oldest first.")
    months: list[CadenceMonth] | None = Field(
        description="Of a directorate or the trust, oldest first."
    )


class CadenceList(BaseModel):
    items: list[Cadence] = Field(description="In the order of their codes, all on one page.")


class CadenceFilters(DayRange):
    model_config = ConfigDict(extra="forbid")

    by: By = Field(description="What it is told by.")
    directorate: str | None = Field(
        None, max_length=100, description="A directorate's id or code.", examples=["OXMH"]
    )
    team: str | None = Field(
        None, max_length=100, description="A team's id or code.", examples=["CMHT-CITY"]
    )
    setting: Setting | None = None

    def asked(self) -> Asked:
        return Asked(self.by, self.from_day, self.to_day, self.team, self.directorate, self.setting)


Reason = Annotated[
    str,
    StringConstraints(pattern=SAYS, max_length=500, strip_whitespace=True),
    Field(description="Why; nothing about a person.", examples=["Closed for refurbishment"]),
]
_UNTIL = "The first day on which it has people again; null is not known yet."


class EmptyPeriodOut(BaseModel):
    """A time in which a team had nobody to hear."""

    id: UUID
    team_id: UUID
    valid_from: Day = Field(examples=["2026-03-01"])
    valid_to: Day | None = Field(description=_UNTIL, examples=["2026-05-01"])
    reason: Reason
    version: int = VERSION


class EmptyPeriodList(BaseModel):
    items: list[EmptyPeriodOut]
    next: str | None = NEXT


class EmptyPeriodFilters(Paging):
    team: TEAM | None = None
    on: Day | None = Field(None, description="Those that hold on this day.")


class EmptyPeriodNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    team_id: UUID
    valid_from: Day = Field(examples=["2026-03-01"])
    valid_to: Day | None = Field(None, description=_UNTIL, examples=["2026-05-01"])
    reason: Reason


class EmptyPeriodPatch(BaseModel):
    """A merge patch (RFC 7396): what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    valid_from: Annotated[Day | Null, NotNull] = KEPT
    valid_to: Day | None = Field(None, description=_UNTIL, examples=["2026-05-01"])
    reason: Annotated[Reason | Null, NotNull] = KEPT


Month = Annotated[
    str,
    StringConstraints(pattern=r"^2[0-9]{3}-(0[1-9]|1[0-2])$"),
    Field(examples=["2026-03"]),
]
People = Annotated[int, Field(ge=0, le=1_000_000)]


class DenominatorIn(BaseModel):
    """How many people a team discharged in a month, and how many could have been asked."""

    model_config = ConfigDict(extra="forbid")

    team: TEAM
    month: Month
    discharged: People | None = Field(None, description="Null is not known.", examples=[24])
    eligible: People | None = Field(None, description="Null is not known.", examples=[60])

    def counted(self) -> Counted:
        return Counted(self.team, _first(self.month), self.discharged, self.eligible)


class DenominatorsIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    items: list[DenominatorIn] = Field(max_length=5_000)


class DenominatorsTaken(BaseModel):
    taken: int = Field(examples=[24])
    changed: int = Field(description="Those that said something new.", examples=[2])


class DenominatorOut(BaseModel):
    id: UUID
    team_id: UUID
    team: str = Field(description="Its code.", examples=["CMHT-CITY"])
    month: Month
    discharged: int | None = Field(examples=[24])
    eligible: int | None = Field(examples=[60])


class DenominatorList(BaseModel):
    items: list[DenominatorOut]
    next: str | None = NEXT


class DenominatorFilters(Paging):
    team: TEAM | None = None
    from_month: Month | None = Field(None, alias="from")
    to_month: Month | None = Field(None, alias="to")

    def filters(self) -> dict[str, Any]:
        found = super().filters()
        days = {name: _first(found[name]) for name in ("from_month", "to_month") if name in found}
        return found | days


def _first(month: str) -> date:
    return date.fromisoformat(f"{month}-01")
