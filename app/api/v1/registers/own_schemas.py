from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.api.deps import Paging
from app.api.v1.organisation.schemas import NEXT, VERSION
from app.api.v1.registers.monitoring_schemas import Characteristics
from app.api.v1.registers.participations_schemas import Reason as WhyNot
from app.api.v1.registers.people_schemas import (
    Email,
    Name,
    Reason,
)
from app.core.wire import Day, Instant
from app.domain.involvement.participation.models import ANSWERS, ParticipationStatus
from app.domain.involvement.pastoral.models import CheckInKind, CheckInState
from app.domain.people.bindings.service import Bound
from app.domain.people.supporters.models import May, Relation, Supporter


class Pause(BaseModel):
    model_config = ConfigDict(extra="forbid")

    until: Day | None = Field(None, description="The last day of the pause.", examples=[None])
    reason: Reason | None = None


class OwnMonitoringNew(Characteristics):
    """All that one tells of oneself from now on."""

    model_config = ConfigDict(extra="forbid")


class OwnConsentNew(BaseModel):
    """Agreement to a text that is current; who gives it is who asks."""

    model_config = ConfigDict(extra="forbid")

    text_id: UUID


class OwnApplication(BaseModel):
    model_config = ConfigDict(extra="forbid")

    opportunity_id: UUID


class OwnOpportunityFilters(Paging):
    pathway: str | None = Field(None, max_length=60, examples=["eating disorders"])
    search: str | None = Field(None, min_length=1, max_length=200, examples=["front door"])


class OwnParticipationFilters(Paging):
    opportunity: UUID | None = None
    status: ParticipationStatus | None = None


class Answer(BaseModel):
    """Accept or decline an invitation, or withdraw."""

    model_config = ConfigDict(extra="forbid")

    status: ParticipationStatus = Field(examples=["accepted"])
    reason: WhyNot | None = None

    @model_validator(mode="after")
    def _is_theirs(self) -> Self:
        if self.status not in {to for _, to in ANSWERS}:
            raise ValueError("one accepts, declines or withdraws; the rest is noted by staff")
        return self


class CheckInDate(BaseModel):
    """When one talks or talked with one's named lead."""

    id: UUID
    kind: CheckInKind
    about: str | None = Field(
        description="The event that a debrief is about.", examples=["The panel on Monday"]
    )
    planned_for: Day
    state: CheckInState
    held_on: Day | None
    overdue: bool


class CheckInDateList(BaseModel):
    items: list[CheckInDate]
    next: str | None = NEXT


SignInCodeTyped = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9A-Za-z -]+$", min_length=10, max_length=60),
    Field(
        description="As it was sent; case, spaces and dashes do not matter.",
        examples=["7Q2M4-X8KPD-3VZTB-9HWJR-C5N6YA"],
    ),
]


class BindingNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: SignInCodeTyped


class BindingOut(BaseModel):
    """What one's login was bound to."""

    person_id: UUID
    supporter_id: UUID | None = Field(
        description="Set where one acts for the person; null where one is the person."
    )
    bound_at: Instant

    @classmethod
    def of(cls, bound: Bound) -> Self:
        supporter_id = bound.supporter.id if bound.supporter else None
        return cls(person_id=bound.person_id, supporter_id=supporter_id, bound_at=bound.bound_at)


class SignInCodeOut(BaseModel):
    """That a code went out; what it says is for whom it was sent to alone."""

    id: UUID
    expires_at: Instant


class BoundLogin(BaseModel):
    issuer: str = Field(examples=["https://auth.login.nhs.uk"])
    bound_at: Instant


class BoundLoginList(BaseModel):
    items: list[BoundLogin] = Field(description="What the issuer calls them is not told.")


class SupporterNew(BaseModel):
    """Whom a person lets act for them, for what and until when."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    email: Email | None = Field(None, description="Where their own sign-in code is sent.")
    relation: Relation
    may: list[May] = Field(min_length=1, max_length=len(May), examples=[["applications"]])
    valid_from: Day | None = Field(None, description="Today, where left out.", examples=[None])
    valid_to: Day = Field(
        description="The first day without it, at most 366 later.", examples=["2027-03-31"]
    )


class SupporterOut(BaseModel):
    """Whom a person let act for them."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    person_id: UUID
    name: Name
    email: Email | None
    relation: Relation
    may: list[May]
    valid_from: Day
    valid_to: Day
    named_by: UUID = Field(description="The person, or the user who noted their word.")
    signs_in: bool = Field(description="They bound their own login.")
    ended_at: Instant | None
    version: int = VERSION

    @classmethod
    def of(cls, supporter: Supporter) -> Self:
        names = [name for name in cls.model_fields if name != "signs_in"]
        shown = {name: getattr(supporter, name) for name in names}
        return cls(**shown, signs_in=supporter.subject is not None)


class SupporterList(BaseModel):
    items: list[SupporterOut] = Field(description="Newest first; ended ones among them.")


class SupportedOut(BaseModel):
    """A person one acts for today."""

    person_id: UUID = Field(description="What `On-Behalf-Of` says.")
    name: str = Field(description="What they like to be called.", examples=["Ama"])
    may: list[May]
    valid_to: Day

    @classmethod
    def of(cls, supporter: Supporter, name: str) -> Self:
        return cls(
            person_id=supporter.person_id,
            name=name,
            may=[May(each) for each in supporter.may],
            valid_to=supporter.valid_to,
        )


class SupportedList(BaseModel):
    items: list[SupportedOut] = Field(description="Newest naming first.")


class ActedForOut(BaseModel):
    """Something that somebody did for a person."""

    id: UUID
    operation: str = Field(description="Its operation here.", examples=["change_own_record"])
    acted_by: UUID = Field(description="The supporter's id, or the user's.")
    supporter_id: UUID | None = Field(description="Null where it was a member of staff.")
    acted_at: Instant


class ActedForList(BaseModel):
    items: list[ActedForOut]
    next: str | None = NEXT
