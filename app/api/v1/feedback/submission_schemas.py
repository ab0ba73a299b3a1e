from collections.abc import Iterable
from typing import Annotated, Any, Final, Self
from uuid import UUID

import orjson
from fastapi import Response
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    field_validator,
)

from app.api import problems
from app.api.problems import Problem
from app.api.strict import validated
from app.core.inbox import Received
from app.core.wire import Day
from app.domain.feedback.codes import Channel, CollectionPoint
from app.domain.feedback.submissions import receipts
from app.domain.feedback.submissions.queries import Sent, State
from app.domain.feedback.submissions.sending import Submission
from app.domain.feedback.submissions.service import Outcome
from app.domain.feedback.surveys.content import Audience

MOST: Final = 500
KEYED: Final = frozenset({Channel.PAPER, Channel.TELEPHONE, Channel.IN_PERSON})

PublicCodeIn = Annotated[str, StringConstraints(min_length=1, max_length=20)]
Receipt = Annotated[str, StringConstraints(min_length=16, max_length=40)]
Token = Annotated[str, StringConstraints(min_length=1, max_length=100)]
_RECEIPT_EXAMPLE = "7K3M-Q9XV-2B4D-HTZ0"
_ANSWERS: Any = Field(
    max_length=100,
    description="By the question's key: the code of an option, a list of codes, a number of stars,"
    " a text, or a tick as true or false, as the form's `answer` tells.",
    examples=[{"experience": "very_good", "why": "Everyone was kind.", "do_not_publish": False}],
)
_TEAM: Any = Field(description="The team's public code.", examples=["4T9KX2MD"])
_TOKEN: Any = Field(
    None, description="The public code's token, where it needs one.", examples=[None]
)


class Answered(BaseModel):
    model_config = ConfigDict(extra="forbid")

    survey_version: UUID = Field(description="The `survey_version` of the form that was shown.")
    answers: dict[str, Any] = _ANSWERS
    language: str | None = Field(
        None, max_length=35, description="The form's language.", examples=["en"]
    )
    audience: Audience = Audience.STANDARD
    easy_read: bool | None = Field(None, description="Whether easy read was shown.")


class SubmissionNew(Answered):
    """What one person answered; nothing of who it was."""

    team: PublicCodeIn = _TEAM
    receipt: Receipt | None = Field(
        None,
        description="Your own random code of 16 characters of Crockford's base 32, so that the"
        " person sees it even before this is answered, and a repeat is known; else one is made.",
        examples=[_RECEIPT_EXAMPLE],
    )
    token: Token | None = _TOKEN

    def told(self) -> Submission:
        return Submission(
            self.survey_version,
            self.answers,
            self.language,
            self.audience,
            self.easy_read,
            self.receipt,
        )


class KeptAnswer(Answered):
    """An answer that was kept for a while, with its day and its receipt."""

    receipt: Receipt = Field(
        description="A random code of 16 characters of Crockford's base 32, made when the person"
        " answered; by it a repeated batch is known.",
        examples=[_RECEIPT_EXAMPLE],
    )
    day: Day = Field(
        description="When it was answered: today or one of the 60 days before.",
        examples=["2026-03-01"],
    )

    def told(self) -> Submission:
        return Submission(
            self.survey_version,
            self.answers,
            self.language,
            self.audience,
            self.easy_read,
            self.receipt,
            self.day,
        )


def read_kept(item: Any) -> Submission:
    """Read one of a batch; raises InvalidError."""
    return validated(KeptAnswer, item).told()


# Items are read one by one, so that a bad one spoils no other.
def _item_schema() -> dict[str, Any]:
    schema = KeptAnswer.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    return schema


Items = Annotated[
    list[Annotated[Any, WithJsonSchema(_item_schema())]],
    Field(min_length=1, max_length=MOST, description=f"At most {MOST}."),
]


class BatchNew(BaseModel):
    """What a kiosk kept while it had no network."""

    model_config = ConfigDict(extra="forbid")

    team: PublicCodeIn = _TEAM
    token: Token = Field(description="The public code's token.", examples=["9F2C..."])
    items: Items


class KeyedNew(BaseModel):
    """What staff key in from paper, or were told."""

    model_config = ConfigDict(extra="forbid")

    team: str = Field(
        min_length=1, max_length=100, description="The team's id or code.", examples=["CMHT-CITY"]
    )
    channel: Channel = Field(
        description="`paper`, `telephone` or `in_person`.",
        json_schema_extra={"enum": [str(each) for each in sorted(KEYED)]},
        examples=["paper"],
    )
    collection_point: CollectionPoint | None = None
    items: Items

    @field_validator("channel")
    @classmethod
    def _keyed(cls, value: Channel) -> Channel:
        if value not in KEYED:
            raise ValueError("is not keyed in by staff")
        return value


class Accepted(BaseModel):
    receipt: str = Field(
        description="Show it to the person, who alone can read the reply with it or withdraw.",
        examples=[_RECEIPT_EXAMPLE],
    )
    status: Received = Field(description="`duplicate` where the same came before.")


class OutcomeOut(BaseModel):
    index: int = Field(description="Of the item, from 0.", examples=[0])
    status: int = Field(
        description="202 taken, 200 came before, 409 another answer has its receipt, 422 refused.",
        examples=[202],
    )
    receipt: str | None = Field(description="Null where refused.", examples=[_RECEIPT_EXAMPLE])
    problem: Problem | None = Field(description="Why it was refused; pointers are the item's.")

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        refusal = outcome.refusal
        if refusal is not None:
            told = problems.document(refusal)
            return cls(
                index=outcome.index, status=refusal.status, receipt=None, problem=Problem(**told)
            )
        status = 202 if outcome.received is Received.STORED else 200
        return cls(index=outcome.index, status=status, receipt=outcome.receipt, problem=None)


class Outcomes(BaseModel):
    """What became of each item, in their order."""

    items: list[OutcomeOut]

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> Self:
        return cls(items=[OutcomeOut.of(each) for each in outcomes])


class ReceiptIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    receipt: Annotated[str, StringConstraints(max_length=100)] = Field(examples=[_RECEIPT_EXAMPLE])

    def named(self) -> str:
        """Give the name of the response; of what is no receipt, one that no response has."""
        return receipts.named(receipts.read(self.receipt, receipts.RECEIPT) or "")


class ReplyOut(BaseModel):
    """What the team answers."""

    text: str | None = Field(
        examples=["Thank you for telling us. We have changed the opening hours."]
    )
    url: str | None = Field(description="Where a reply made elsewhere stands.", examples=[None])
    day: Day = Field(description="On which it was published.", examples=["2026-03-09"])


class SentOut(BaseModel):
    """A response as its receipt opens it."""

    state: State = Field(description="`heard` once it is counted and its team can read it.")
    day: Day = Field(description="On which it was answered.", examples=["2026-03-01"])
    replies: list[ReplyOut]

    @classmethod
    def of(cls, sent: Sent, replies: bytes = b"[]") -> Self:
        return cls(state=sent.state, day=sent.day, replies=orjson.loads(replies))


def accepted(receipt: str, received: Received) -> Response:
    body = orjson.dumps({"receipt": receipt, "status": received})
    status = 202 if received is Received.STORED else 200
    return Response(body, status, media_type="application/json")


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """Tell the body of a route that reads it itself."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}
