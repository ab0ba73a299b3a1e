from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from app.api.deps import Paging
from app.api.v1.organisation.schemas import NEXT, SAYS, VERSION
from app.api.v1.registers.needs_schemas import NeedOut
from app.core.wire import Instant
from app.domain.people.messages.models import ByHand, MessageStatus
from app.domain.people.messages.templates.codes import Notice
from app.domain.people.messages.templates.models import MessageTemplate
from app.domain.people.needs.codes import Format
from app.domain.people.register.models import ContactChannel

Words = StringConstraints(pattern=SAYS, strip_whitespace=True)
Language = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{2}$"),
    Field(description="ISO 639-1.", examples=["en"]),
]
Subject = Annotated[
    str,
    StringConstraints(pattern=r"^[^\r\n]*\S[^\r\n]*$", strip_whitespace=True),
    Field(
        max_length=200,
        description="One line; `((name))` and the like stand for values.",
        examples=["Welcome to involvement at ((trust))"],
    ),
]
Body = Annotated[
    str,
    Words,
    Field(
        max_length=5000,
        description="What it says; `((name))` and the like stand for values.",
        examples=["Hello ((name)),\n\n((lead)) is your involvement lead."],
    ),
]
ByHandWhy = Annotated[
    ByHand | None,
    Field(description="Why somebody hands it over: no machine can, or none got through."),
]
NEEDS = Field(description="What a message to them must meet (DAPB1605).")


class PersonMessageOut(BaseModel):
    """How a message to somebody on the register stands; what it says is told to nobody."""

    id: UUID
    person_id: UUID | None = Field(description="Null where their record is no more.")
    kind: Notice = Field(description="What it is about.")
    status: MessageStatus
    channel: ContactChannel
    format: Format
    language: Language
    by_hand: ByHandWhy
    attempts: int = Field(description="Tries since it was queued.", examples=[1])
    problem: str | None = Field(
        description="The kind of the last failure.", examples=["notify permanent-failure"]
    )
    created_at: AwareDatetime
    sent_at: AwareDatetime | None = Field(description="When it was taken, or handed over.")
    delivered_at: AwareDatetime | None = Field(description="When it arrived, if that was told.")
    handed_by: UUID | None = Field(description="The user who handed it over.")
    needs: list[NeedOut] = NEEDS
    version: int = VERSION


class PersonMessageList(BaseModel):
    items: list[PersonMessageOut]
    next: str | None = NEXT


class PersonMessageFilters(Paging):
    kind: Notice | None = None
    status: MessageStatus | None = None
    channel: ContactChannel | None = None


class MessagesFilters(PersonMessageFilters):
    lead: UUID | None = Field(None, description="The user who is the person's involvement lead.")
    directorate: str | None = Field(
        None, max_length=50, description="A directorate's code.", examples=["ADULT"]
    )


class PrintOut(BaseModel):
    """What is to be handed over: to whom, how, and what it says."""

    id: UUID
    person_id: UUID | None
    kind: Notice
    channel: ContactChannel = Field(description="How the person is reached.")
    by_hand: ByHand
    format: Format = Field(description="What the text is written in; `needs` tell what is wanted.")
    language: Language
    name: str = Field(examples=["Amara Okafor"])
    email: str | None = Field(examples=["amara@example.org"])
    phone: str | None = Field(examples=["07700 900123"])
    address: str | None = Field(examples=["1 Elm Road\nOxford\nOX1 1AA"])
    subject: str = Field(examples=["You have a place: A kinder front door"])
    text: str = Field(description="What to print or to say.", examples=["Hello Amara, ..."])
    needs: list[NeedOut] = NEEDS
    created_at: AwareDatetime
    version: int = VERSION


class PrintList(BaseModel):
    items: list[PrintOut]
    next: str | None = NEXT


class OwnMessage(BaseModel):
    """What one was told: how, when, and in which words, until they are forgotten."""

    id: UUID
    kind: Notice = Field(description="What it is about.")
    status: MessageStatus
    channel: ContactChannel
    format: Format
    language: Language
    subject: str | None = Field(examples=["You have a place: A kinder front door"])
    text: str | None = Field(examples=["Hello Amara, ..."])
    created_at: AwareDatetime
    sent_at: AwareDatetime | None


class OwnMessageList(BaseModel):
    items: list[OwnMessage]
    next: str | None = NEXT


class PrintFilters(Paging):
    kind: Notice | None = None
    channel: ContactChannel | None = None
    lead: UUID | None = Field(None, description="The user who is the person's involvement lead.")
    directorate: str | None = Field(
        None, max_length=50, description="A directorate's code.", examples=["ADULT"]
    )


class HandedOver(BaseModel):
    """In which form the person got it; refused where it is one that they cannot use."""

    model_config = ConfigDict(extra="forbid")

    format: Format
    language: Language = "en"


class TemplateOut(BaseModel):
    """How a notice is said in a language and a format."""

    id: UUID
    notice: Notice
    language: Language
    format: Format
    number: int = Field(description="Its version, from 1; also the ETag.", examples=[2])
    subject: Subject
    body: Body
    shipped: bool = Field(description="Came with the service, for the trust to replace.")
    current: bool = Field(description="No later number supersedes it.")
    published_at: Instant
    published_by: UUID | None

    @classmethod
    def of(cls, current: MessageTemplate) -> "TemplateOut":
        """Show the template that none supersedes."""
        held = {name: getattr(current, name) for name in cls.model_fields if name in _HELD}
        return cls(**held, current=True, published_at=current.created_at)


_HELD = frozenset(column.key for column in MessageTemplate.__table__.columns)


class TemplateList(BaseModel):
    items: list[TemplateOut]
    next: str | None = NEXT


class TemplateFilters(Paging):
    notice: Notice | None = None
    language: Language | None = None
    format: Format | None = None
    current: bool | None = Field(None, description="Those that none supersedes, or the others.")


class TemplateNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    subject: Subject
    body: Body


class TemplateShown(TemplateNew):
    notice: Notice


class TemplateFirst(TemplateShown):
    language: Language
    format: Format


class TemplateFilled(BaseModel):
    """What a text says with example values."""

    subject: str = Field(examples=["Welcome to involvement at Oxford Health NHS Foundation Trust"])
    text: str = Field(examples=["Hello Amara,\n\nLee Lead is your involvement lead."])
    places: list[str] = Field(
        description="The names that may stand in this notice's text.",
        examples=[["lead", "name", "trust"]],
    )
