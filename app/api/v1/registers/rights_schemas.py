from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints

from app.api.deps import Paging
from app.api.v1.organisation.schemas import NEXT, VERSION
from app.core.wire import Day
from app.domain.rights.access.models import AccessState, Identity
from app.domain.rights.erasure.models import ErasureGround, Refused
from app.domain.rights.retention.models import LONGEST, Category, RunState

Reason = Annotated[
    str,
    StringConstraints(pattern=r"\S", max_length=2000, strip_whitespace=True),
    Field(examples=["A claim was announced on 3 March."]),
]
Source = Annotated[
    str,
    StringConstraints(pattern=r"\S", max_length=500, strip_whitespace=True),
    Field(examples=["Records Management Code, Appendix II, confirmed by the IG group"]),
]


class Telling(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Told(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class AccessNew(Telling):
    received_on: Day = Field(description="The day it was asked for.", examples=["2026-03-02"])
    identity: Identity = Field(Identity.UNCHECKED, description="How it was checked who asks.")


class IdentityCheck(Telling):
    identity: Identity


class Extension(Telling):
    because: Reason = Field(
        description="Why two more months are needed; the person is told so.",
        examples=["There are many notes to read."],
    )


class Release(Telling):
    reviewed: StrictBool = Field(
        description="That what staff wrote was read, and what names others taken out.",
        examples=[True],
    )


class AccessOut(Told):
    """A request for what is held of a person."""

    id: UUID
    person_id: UUID
    received_on: Day
    due_on: Day = Field(description="One month after, or three once extended.")
    identity: Identity
    extended_because: str | None = Field(examples=[None])
    state: AccessState
    received_by: UUID
    released_on: Day | None
    released_by: UUID | None
    version: int = VERSION


class AccessList(BaseModel):
    items: list[AccessOut]
    next: str | None = NEXT


class AccessFilters(Paging):
    state: AccessState | None = None
    person: UUID | None = None


class FieldOut(Told):
    name: str = Field(examples=["known_as"])
    title: str = Field(examples=["Known as"])
    review: bool = Field(description="Read it before release: others may be named in it.")


class SectionOut(Told):
    source: str = Field(description="The table.", examples=["person"])
    title: str = Field(examples=["Your record"])
    purpose: str = Field(examples=["To run the involvement register"])
    retention: str = Field(examples=["72 months from the day they left"])
    erasure: str = Field(description="What erasure leaves and why.", examples=["Deleted"])
    fields: list[FieldOut]
    rows: list[dict[str, Any]] = Field(examples=[[{"name": "Amara Okafor"}]])


class SubjectFileOut(Told):
    """Everything that is held of a person, table by table."""

    made_at: datetime
    sections: list[SectionOut]


class HoldNew(Telling):
    reason: Reason


class HoldOut(Told):
    """That nothing of a person is deleted or erased."""

    person_id: UUID
    reason: str = Field(examples=["A claim was announced on 3 March."])
    since: Day
    held_by: UUID
    version: int = VERSION


class RefusedPart(Telling):
    what: Refused
    law: str = Field(
        pattern=r"\S",
        max_length=200,
        description="By which law.",
        examples=["HMRC VAT Notice 700/21"],
    )


class ErasureNew(Telling):
    ground: ErasureGround
    received_on: Day = Field(examples=["2026-03-02"])
    decided_by: UUID = Field(description="The user who decided.")
    refused: list[RefusedPart] = Field(
        default=[], max_length=10, description="What is kept by law; nothing of the person's."
    )


class RefusedOut(Told):
    what: Refused
    law: str = Field(examples=["HMRC VAT Notice 700/21"])


class ErasureOut(Told):
    """That a person was erased; it holds no words of theirs."""

    id: UUID
    person_id: UUID
    records: list[UUID] = Field(description="The rows that name nobody now.")
    ground: ErasureGround
    received_on: Day
    erased_on: Day
    refused: list[RefusedOut]
    decided_by: UUID
    done_by: UUID | None = Field(description="Null where it was done again after a restore.")
    version: int = VERSION


class ErasureList(BaseModel):
    items: list[ErasureOut]
    next: str | None = NEXT


class RuleNew(Telling):
    keeps_months: int = Field(ge=1, le=LONGEST, examples=[72])
    source: Source
    active: StrictBool = Field(description="True confirms it, in your name.", examples=[True])


class RuleOut(Told):
    """How long records of a category are kept; it deletes nothing unless active."""

    category: Category
    keeps_months: int = Field(examples=[72])
    source: Source
    active: bool
    confirmed_by: UUID | None
    confirmed_at: datetime | None
    version: int = VERSION


class RuleList(BaseModel):
    items: list[RuleOut]


class DueOut(Told):
    """What a rule would delete today."""

    category: Category
    title: str = Field(examples=["People who left"])
    active: bool
    before: Day = Field(description="Records older than this day are past their time.")
    records: int = Field(examples=[3])
    held: int = Field(description="Of these, kept by a legal hold.", examples=[0])
    oldest: Day | None
    sample: list[UUID]


class DryRun(BaseModel):
    items: list[DueOut]


class RunOut(Told):
    """What one night's run of a category did; one that was cut off goes on the night after."""

    id: UUID
    category: Category
    day: Day
    before: Day = Field(description="Records older than this day were past their time.")
    state: RunState
    deleted: int = Field(
        description="Records that are gone, or that name nobody now.", examples=[40]
    )
    kept: int = Field(
        description="Of those past their time, what a hold or a matter kept.", examples=[2]
    )


class RunList(BaseModel):
    items: list[RunOut]
    next: str | None = NEXT


class RunFilters(Paging):
    category: Category | None = None
    state: RunState | None = None
