from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.api.deps import Paging
from app.api.v1.organisation.schemas import NEXT, SAYS, VERSION
from app.api.v1.registers.needs_schemas import NeedOut
from app.core.wire import Day
from app.domain.organisation.contacts.models import EMAIL
from app.domain.people.register.models import (
    Availability,
    ContactChannel,
    InvolvementRole,
    PersonStatus,
    RolePeriod,
    StatusChange,
)
from app.domain.people.register.queries import names_query

Words = StringConstraints(pattern=SAYS, strip_whitespace=True)
Name = Annotated[str, Words, Field(max_length=200, examples=["Amara Okafor"])]
KnownAs = Annotated[str, Words, Field(max_length=100, examples=["Ama"])]
Pronouns = Annotated[str, Words, Field(max_length=50, examples=["she/her"])]
Email = Annotated[
    str, StringConstraints(pattern=EMAIL, max_length=254), Field(examples=["amara@example.org"])
]
Phone = Annotated[
    str,
    StringConstraints(pattern=r"^\+?[0-9][0-9 ]{6,18}[0-9]$"),
    Field(examples=["07700 900123"]),
]
Address = Annotated[str, Words, Field(max_length=500, examples=["1 Elm Road\nOxford\nOX1 1AA"])]
Language = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{2}$"),
    Field(description="ISO 639-1.", examples=["en"]),
]
Experience = Annotated[
    str,
    Words,
    Field(
        max_length=4000,
        description="In the person's own words.",
        examples=["I used the crisis team twice and care for my brother."],
    ),
]
Tag = Annotated[str, Words, Field(max_length=60)]
Tags = Annotated[list[Tag], Field(max_length=50, examples=[["crisis care"]])]
Interests = Annotated[list[Tag], Field(max_length=50, examples=[["research", "quality"]])]
Skills = Annotated[list[Tag], Field(max_length=50, examples=[["interviewing"]])]
Pathways = Annotated[list[Tag], Field(max_length=50, examples=[["eating disorders"]])]
Available = Annotated[
    list[Availability], Field(max_length=len(Availability), examples=[["mon_morning"]])
]
AvailabilityNote = Annotated[
    str, Words, Field(max_length=500, examples=["Not in school holidays."])
]
Asked = Annotated[
    str, Words, Field(max_length=4000, examples=["I would like to help make wards kinder."])
]
Reason = Annotated[str, Words, Field(max_length=500, examples=["Exams until June."])]


class PersonListed(BaseModel):
    """Somebody on the involvement register, as a list shows them."""

    id: UUID
    name: Name
    known_as: KnownAs | None
    pronouns: Pronouns | None
    born_on: Day | None
    safeguarding: bool = Field(description="The person is under 18.")
    email: Email | None
    phone: Phone | None
    address: Address | None
    preferred_channel: ContactChannel | None
    language: Language
    lived_experience: Experience | None
    lived_experience_tags: Tags
    interests: Interests
    skills: Skills
    pathways: Pathways
    availability: Available
    availability_note: AvailabilityNote | None
    asked: Asked | None = Field(description="What they wrote when they asked to be involved.")
    roles: list[InvolvementRole] = Field(description="Those the person has today.")
    directorate_id: UUID | None = Field(description="Whose lead looks after them, if one does.")
    status: PersonStatus
    status_since: Day
    paused_until: Day | None
    lead_id: UUID | None = Field(description="The user who is their involvement lead.")
    merged_into: UUID | None = Field(description="The record that stands for this one.")
    version: int = VERSION


class PersonOut(PersonListed):
    """Somebody on the involvement register, with what they need to be told things."""

    needs: list[NeedOut] = Field(
        description="What a message to them must meet (DAPB1605); look here before you write."
    )


class PersonList(BaseModel):
    items: list[PersonListed]
    next: str | None = NEXT


class PersonFilters(Paging):
    name: str | None = Field(
        None, max_length=100, description="Beginnings of words of the name.", examples=["ama oka"]
    )
    role: InvolvementRole | None = Field(None, description="A role they have today.")
    status: PersonStatus | None = None
    pathway: str | None = Field(None, max_length=60, examples=["eating disorders"])
    skill: str | None = Field(None, max_length=60, examples=["interviewing"])
    interest: str | None = Field(None, max_length=60, examples=["research"])
    availability: Availability | None = None
    directorate: str | None = Field(
        None, max_length=100, description="A directorate's id or code.", examples=["ADULT"]
    )
    lead: UUID | None = Field(None, description="The user who is their involvement lead.")

    @model_validator(mode="after")
    def _names_words(self) -> Self:
        if self.name is not None and names_query(self.name) is None:
            raise ValueError("`name` holds no word")
        return self

    def filters(self) -> dict[str, Any]:
        found = super().filters()
        if self.name is not None:
            found["name"] = names_query(self.name)
        return found


class PersonNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name
    known_as: KnownAs | None = None
    pronouns: Pronouns | None = None
    born_on: Day | None = Field(None, examples=["1987-04-12"])
    email: Email | None = None
    phone: Phone | None = None
    address: Address | None = None
    preferred_channel: ContactChannel | None = None
    language: Language = "en"
    lived_experience: Experience | None = None
    lived_experience_tags: Tags = Field(default_factory=list)
    interests: Interests = Field(default_factory=list)
    skills: Skills = Field(default_factory=list)
    pathways: Pathways = Field(default_factory=list)
    availability: Available = Field(default_factory=list)
    availability_note: AvailabilityNote | None = None
    asked: Asked | None = None
    directorate_id: UUID | None = Field(None, examples=[None])


class Welcome(BaseModel):
    model_config = ConfigDict(extra="forbid")

    lead_id: UUID = Field(description="The user who is their involvement lead from now on.")


class StatusNew(BaseModel):
    """A status after the welcome; a pause may tell until when."""

    model_config = ConfigDict(extra="forbid")

    status: PersonStatus = Field(examples=["active"])
    reason: Reason | None = None
    until: Day | None = Field(None, description="The last day of a pause.", examples=[None])

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.status in (PersonStatus.ENQUIRY, PersonStatus.WELCOMED):
            raise ValueError("nobody is made to enquire, and a welcome names a lead")
        if self.until is not None and self.status is not PersonStatus.PAUSED:
            raise ValueError("only a pause has an end")
        if self.status is PersonStatus.LEFT and self.reason is None:
            raise ValueError("tell why somebody left")
        return self


class StatusOut(BaseModel):
    """A status a person once had."""

    status: PersonStatus
    since: Day
    reason: Reason | None
    changed_by: UUID | None = Field(description="Null or their own where they did it themselves.")

    @classmethod
    def of(cls, change: StatusChange) -> Self:
        return cls.model_validate(change, from_attributes=True)


class StatusList(BaseModel):
    items: list[StatusOut] = Field(description="Newest first; merged records' among them.")


class RoleNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    role: InvolvementRole
    valid_from: Day = Field(examples=["2026-01-01"])
    valid_to: Day | None = Field(None, description="The first day without it.", examples=[None])


class RoleEnd(BaseModel):
    model_config = ConfigDict(extra="forbid")

    valid_to: Day | None = Field(description="The first day without it; null opens it again.")


class RoleOut(BaseModel):
    """A role somebody has for a time."""

    id: UUID
    role: InvolvementRole
    valid_from: Day
    valid_to: Day | None
    version: int = VERSION

    @classmethod
    def of(cls, period: RolePeriod) -> Self:
        return cls.model_validate(period, from_attributes=True)


class RoleList(BaseModel):
    items: list[RoleOut] = Field(description="In order of time.")


class MergeNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    duplicate_id: UUID = Field(description="The record that this one stands for from now on.")


class JoinRequest(BaseModel):
    """What somebody writes who wants to be involved; an address or a number to answer them by."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    email: Email | None = None
    phone: Phone | None = None
    asked: Asked
    pathways: Pathways = Field(default_factory=list)
    language: Language = "en"
    website: str | None = Field(
        None,
        max_length=500,
        description="Leave it out: only programs fill it in.",
        examples=[None],
    )

    @model_validator(mode="after")
    def _can_be_answered(self) -> Self:
        if self.email is None and self.phone is None:
            raise ValueError("tell an e-mail address or a phone number")
        return self

    def told(self) -> dict[str, Any]:
        channel = ContactChannel.EMAIL if self.email else ContactChannel.PHONE
        return self.model_dump(exclude={"website"}) | {"preferred_channel": channel}


class JoinTaken(BaseModel):
    """It arrived; an involvement lead will be in touch."""

    received: bool = True
