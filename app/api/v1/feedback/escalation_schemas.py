from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.api.v1.feedback.moderation_schemas import NEXT, VERSION, Note
from app.domain.feedback.moderation.escalations import Closure
from app.domain.feedback.moderation.models import EscalationKind, EscalationStatus, Outcome


class EscalationOut(BaseModel):
    """A text that a named contact must look at; it holds no word of the text."""

    id: UUID
    moderation_id: UUID | None = Field(
        description="Where the text is; null once its author took it back."
    )
    team_id: UUID
    kind: EscalationKind
    status: EscalationStatus = Field(
        description="`unreached` where no contact is named: nobody was told yet."
    )
    overdue: bool = Field(description="Nobody acknowledged it in time.")
    note: str | None = Field(description="From whom raised it.", examples=[None])
    told: int = Field(description="Contacts that were told.", examples=[1])
    due_at: AwareDatetime = Field(description="By when it is to be acknowledged.")
    reminded_at: AwareDatetime | None
    raised_by: UUID
    created_at: AwareDatetime
    acknowledged_by: UUID | None
    acknowledged_at: AwareDatetime | None
    closed_by: UUID | None
    closed_at: AwareDatetime | None
    outcome: Outcome | None
    closing_note: str | None = Field(examples=[None])
    version: int = VERSION


class EscalationList(BaseModel):
    items: list[EscalationOut]
    next: str | None = NEXT


class EscalationFilters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    after: str | None = Field(
        None,
        pattern=r"^[0-2]\d{20}[0-9a-f-]{36}$",
        description="The `next` of the page before.",
        examples=["120260304120000000000019cb8a5-7c00-7000-8000-000000000001"],
    )
    limit: int = Field(50, ge=1, le=200, description="Items a page holds at most.")
    status: EscalationStatus | None = Field(
        None, description="What nobody acknowledged yet if not told."
    )
    kind: EscalationKind | None = None
    overdue: bool = Field(False, description="Only what is overdue.")  # noqa: FBT003  a default
    team: str | None = Field(
        None, max_length=100, description="A team's id or code.", examples=["CMHT-CITY"]
    )
    directorate: str | None = Field(
        None, max_length=100, description="A directorate's id or code.", examples=["ADULT"]
    )

    def filters(self) -> dict[str, Any]:
        found = self.model_dump(exclude={"limit", "overdue"}, exclude_none=True)
        if self.overdue:
            found["overdue"] = True
        return found if "status" in found else found | {"waiting": True}


class ClosureNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    outcome: Outcome
    note: Note | None = Field(None, examples=["Referred on 3 March."])

    def closure(self) -> Closure:
        return Closure(self.outcome, self.note)
