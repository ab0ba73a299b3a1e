from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.v1.organisation.schemas import NEXT, VERSION
from app.core.wire import Day
from app.domain.involvement.checks.models import MOST_MONTHS, DbsCheck, DbsLevel, DbsPolicy
from app.domain.involvement.expiring import Place
from app.domain.involvement.renewal import Warned

_DAY = 8  # where a cursor's day ends
Months = Annotated[int, Field(ge=1, le=MOST_MONTHS, examples=[36])]
EXPIRES = Field(description="The first day on which it no longer counts.", examples=["2029-03-01"])


class CheckNew(BaseModel):
    """What the certificate says of level and day; its number and a copy are not kept."""

    model_config = ConfigDict(extra="forbid")

    level: DbsLevel
    issued_on: Day


class CheckOut(BaseModel):
    """That a certificate of the Disclosure and Barring Service was seen."""

    id: UUID
    person_id: UUID
    level: DbsLevel
    issued_on: Day
    expires_on: Day = EXPIRES
    seen_by: UUID = Field(description="The user who saw it.")
    version: int = VERSION

    @classmethod
    def of(cls, check: DbsCheck) -> Self:
        return cls.model_validate(check, from_attributes=True)


class CheckList(BaseModel):
    items: list[CheckOut] = Field(description="The one that counts longest first.")


class PolicyOut(BaseModel):
    """After how many months the trust has a check of a level done again."""

    level: DbsLevel
    months: Months
    version: int = VERSION

    @classmethod
    def of(cls, policy: DbsPolicy) -> Self:
        return cls.model_validate(policy, from_attributes=True)


class PolicyList(BaseModel):
    items: list[PolicyOut] = Field(description="From the lowest level to the highest.")


class PolicyChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    months: Months


class ExpiringOut(BaseModel):
    """A check or a completed course that ends soon or has ended, and was not done again."""

    id: UUID = Field(description="Of the check or the completion.")
    kind: str = Field(description="`check` or `course`.", examples=["course"])
    what: str = Field(
        description="The level of the check, or the name of the course.",
        examples=["Co-production for everyone"],
    )
    course_id: UUID | None
    person_id: UUID | None
    user_id: UUID | None
    name: str = Field(description="Whose it is.", examples=["Amara Okafor"])
    expires_on: Day = EXPIRES
    days_left: int = Field(description="None or fewer where it has ended.", examples=[21])
    warning: Warned | None = Field(description="Null more than 60 days before.")


class ExpiringList(BaseModel):
    items: list[ExpiringOut]
    next: str | None = NEXT


class ExpiringFilters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    within: int = Field(60, ge=0, le=366, description="Days from today.")
    after: Annotated[str, StringConstraints(pattern=r"^\d{8}[0-9a-f]{32}$")] | None = Field(
        None,
        description="The `next` of the page before.",
        examples=["202903010195542d8f007c3a9d552f4a6b8c0d1e"],
    )
    limit: int = Field(50, ge=1, le=200, description="Items a page holds at most.")

    def place(self) -> Place | None:
        if self.after is None:
            return None
        return Place(date.fromisoformat(self.after[:_DAY]), UUID(self.after[_DAY:]))


def cursor(place: Place) -> str:
    return f"{place.expires_on:%Y%m%d}{place.id.hex}"


def page(items: str, following: Place | None) -> bytes:
    """Write a page around the items that PostgreSQL wrote."""
    told = "null" if following is None else f'"{cursor(following)}"'
    return f'{{"items":[{items}],"next":{told}}}'.encode()
