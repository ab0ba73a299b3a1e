from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.deps import Paging
from app.api.v1.organisation.schemas import NEXT, SAYS, VERSION
from app.core.wire import Instant
from app.domain.people.consents.models import ConsentChannel, GivenBy, Purpose, WithdrawalHow

Words = StringConstraints(pattern=SAYS, strip_whitespace=True)
Title = Annotated[str, Words, Field(max_length=200, examples=["Sharing your story"])]
Text = Annotated[
    str,
    Words,
    Field(
        max_length=20_000,
        examples=["We may share your story, with your name or without, as you choose."],
    ),
]
EasyRead = Annotated[
    str,
    Words,
    Field(
        max_length=20_000,
        description="The same in easy read: short sentences of plain words.",
        examples=["We want to tell other people your story.\nYou can say yes or no."],
    ),
]
Number = Annotated[int, Field(description="Its version, from 1 for each purpose.", examples=[2])]
Giver = Annotated[
    str,
    Words,
    Field(
        max_length=200,
        description="The parent or supporter who gave it; left out where the person did.",
        examples=["Ngozi Okafor"],
    ),
]


class ConsentTextOut(BaseModel):
    """What people agree to for a purpose; it never changes."""

    id: UUID
    purpose: Purpose
    number: Number
    title: Title
    text: Text
    easy_read: EasyRead
    shipped: bool = Field(description="Came with the service, for the trust to replace.")
    current: bool = Field(description="No later number supersedes it.")
    published_at: Instant
    published_by: UUID | None
    version: int = VERSION


class ConsentTextList(BaseModel):
    items: list[ConsentTextOut]
    next: str | None = NEXT


class ConsentTextFilters(Paging):
    purpose: Purpose | None = None
    current: bool | None = Field(None, description="Those that none supersedes, or the others.")


class ConsentTextNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    purpose: Purpose
    title: Title
    text: Text
    easy_read: EasyRead


class ConsentOut(BaseModel):
    """What a person agreed to, how, and until when."""

    id: UUID
    purpose: Purpose
    text_id: UUID
    text_number: Number
    text_current: bool = Field(description="No newer text is there to be agreed to.")
    channel: ConsentChannel
    given_at: Instant
    given_by: GivenBy
    giver_name: Giver | None
    recorded_by: UUID | None
    withdrawn_at: Instant | None
    withdrawn_how: WithdrawalHow | None
    withdrawal_recorded_by: UUID | None
    active: bool = Field(
        description="It may be acted on now: not withdrawn, and given by a parent if under 16."
    )
    version: int = VERSION


class ConsentList(BaseModel):
    items: list[ConsentOut]
    next: str | None = NEXT


class ConsentFilters(Paging):
    purpose: Purpose | None = None
    active: bool | None = Field(None, description="Those that may be acted on now, or the others.")


class ConsentNew(BaseModel):
    """Agreement to a text; the purpose is the text's."""

    model_config = ConfigDict(extra="forbid")

    text_id: UUID
    channel: ConsentChannel
    given_at: Instant | None = Field(None, description="Now, where left out.", examples=[None])
    given_by: GivenBy = GivenBy.PERSON
    giver_name: Giver | None = Field(None, examples=[None])


class Withdrawal(BaseModel):
    model_config = ConfigDict(extra="forbid")

    how: ConsentChannel


class UseOut(BaseModel):
    """Something that was done by a consent while it was active."""

    id: UUID
    consent_id: UUID
    purpose: Purpose
    what: str = Field(description="The kind of `subject_id`.", examples=["invitation"])
    subject_id: UUID
    used_at: Instant
    used_by: UUID | None = Field(description="Null where the service did it by itself.")


class UseList(BaseModel):
    items: list[UseOut]
    next: str | None = NEXT


class UseFilters(Paging):
    purpose: Purpose | None = None
