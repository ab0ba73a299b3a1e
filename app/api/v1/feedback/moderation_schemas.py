from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from app.domain.feedback.codes import FftAnswer, ModerationStatus, PublicationStatus
from app.domain.feedback.moderation.escalations import NewEscalation
from app.domain.feedback.moderation.marks import Certainty, MarkKind
from app.domain.feedback.moderation.models import EscalationKind, Reason
from app.domain.feedback.moderation.service import Redaction

NEXT = Field(description="Send back as `after`; null on the last page.")
VERSION = Field(description="Also the ETag.", examples=[1])
Note = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]


class MarkOut(BaseModel):
    """What screening found at a place; places count code points, the end is not included."""

    start: int = Field(examples=[9])
    end: int = Field(examples=[14])
    kind: MarkKind
    certainty: Certainty


class QueueItem(BaseModel):
    """One text of one response, and how it stands."""

    id: UUID
    response_id: UUID
    part: str = Field(
        description="`good`, `better`, or the key of a survey's own text question.",
        examples=["good"],
    )
    team_id: UUID
    day: date = Field(examples=["2026-03-01"])
    source: str = Field(examples=["iwgc"])
    fft_answer: FftAnswer | None
    language: str | None = Field(examples=["en"])
    publication_status: PublicationStatus | None
    consent_public: bool | None = Field(
        description="False where the author asked not to be published: nobody can release it."
    )
    text: str | None = Field(
        description="As it was written; null for a moment after its author changed it.",
        examples=["My nurse Sarah was lovely."],
    )
    marks: list[MarkOut]
    proposed: str | None = Field(
        description="The text with a word in the place of each identifier found.",
        examples=["My nurse [name] was lovely."],
    )
    urgent: bool = Field(description="It likely tells of harm, and stands on top of the queue.")
    current: bool = Field(description="False until a text that changed is screened again.")
    status: ModerationStatus
    reason: Reason | None
    released_text: str | None = Field(
        description="What is shown instead, where it is redacted.", examples=[None]
    )
    decided_by: UUID | None = Field(description="Null where nobody decided, or a rule did.")
    decided_at: AwareDatetime | None
    screening_version: int = Field(description="By which rules it was screened.", examples=[1])
    version: int = VERSION


class DecisionOut(BaseModel):
    """What a person decided of the text, or of one that stood in its place before."""

    status: ModerationStatus
    reason: Reason | None
    released_text: str | None = Field(examples=[None])
    decided_by: UUID
    decided_at: AwareDatetime
    superseded: bool


class ModerationOut(QueueItem):
    history: list[DecisionOut] = Field(description="Newest first.")
    escalations: list[UUID] = Field(description="Newest first.")


class Queue(BaseModel):
    items: list[QueueItem]
    next: str | None = NEXT


class QueueFilters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    after: UUID | None = Field(None, description="The `next` of the page before.")
    limit: int = Field(50, ge=1, le=200, description="Items a page holds at most.")
    status: ModerationStatus | None = Field(
        ModerationStatus.HELD, description="What waits for a decision if not told."
    )
    kind: MarkKind | None = Field(None, description="Texts with a mark of this kind.")
    marked: bool | None = Field(None, description="Whether anything is marked.")
    team: str | None = Field(
        None, max_length=100, description="A team's id or code.", examples=["CMHT-CITY"]
    )
    directorate: str | None = Field(
        None, max_length=100, description="A directorate's id or code.", examples=["ADULT"]
    )

    def filters(self) -> dict[str, Any]:
        found = self.model_dump(exclude={"limit", "marked", "after"}, exclude_none=True)
        if self.after is not None:
            found["after"] = str(self.after)
        if self.marked is not None:
            found["marked" if self.marked else "unmarked"] = True
        return found


class RedactionNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Reason
    text: Annotated[str, StringConstraints(min_length=1, max_length=100_000)] | None = Field(
        None,
        description="What is shown instead; the proposed text if not told.",
        examples=["My nurse was lovely."],
    )
    confirmed: bool = Field(
        False,  # noqa: FBT003  a default
        description="A person has looked: show it although something that was marked, or could"
        " be, still stands in it.",
    )

    def redaction(self) -> Redaction:
        return Redaction(self.reason, self.text, self.confirmed)


class WithholdingNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Reason


class EscalationNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: EscalationKind
    note: Note | None = Field(
        None,
        description="For whom it reaches, read here and sent to nobody.",
        examples=["The second sentence."],
    )

    def new(self) -> NewEscalation:
        return NewEscalation(self.kind, self.note)


class ReleaseOne(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: UUID
    version: int = Field(ge=1, le=2**31 - 1, description="As it was read.", examples=[1])


class ReleaseMany(BaseModel):
    model_config = ConfigDict(extra="forbid")

    items: list[ReleaseOne] = Field(min_length=1, max_length=200)


class Skipped(BaseModel):
    id: UUID
    problem: str = Field(
        description="The slug of the problem it would have been alone, or `marked`.",
        examples=["marked"],
    )


class Released(BaseModel):
    """What became of each of several texts."""

    released: list[UUID]
    skipped: list[Skipped]
