from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field

from app.api.v1.organisation.schemas import NEXT
from app.core.wire import Day
from app.domain.reimbursements.kinds import LineKind
from app.domain.reimbursements.top_ups.queries import AlteredLine

Pence = Annotated[int, Field(description="In pence.", examples=[1350])]


class AlteredLineOut(BaseModel):
    """A line that was paid, and what it comes to by the card."""

    claim_id: UUID
    person_id: UUID
    participation_id: UUID
    position: int = Field(examples=[1])
    kind: LineKind
    day: Day
    old_pence: Pence = Field(description="What was paid, with top-ups by other cards.")
    new_pence: Pence | None = Field(
        description="What it comes to now; null where it cannot be priced, and somebody must look.",
        examples=[1650],
    )
    difference_pence: Pence | None = Field(
        description="New less old; nothing is taken back where it is below zero.", examples=[300]
    )
    top_up_id: UUID | None = Field(description="The claim by which the card tops this one up.")

    @classmethod
    def of(cls, found: AlteredLine) -> Self:
        line, claim, new = found.line, found.claim, found.new_pence
        return cls(
            claim_id=claim.id,
            person_id=claim.person_id,
            participation_id=claim.participation_id,
            position=line.position,
            kind=line.kind,
            day=line.day,
            old_pence=found.old_pence,
            new_pence=new,
            difference_pence=None if new is None else new - found.old_pence,
            top_up_id=found.top_up_id,
        )


class AlteredLineList(BaseModel):
    """The altered lines of a page of paid claims; a page can be empty and have another behind."""

    items: list[AlteredLineOut]
    next: str | None = NEXT
