from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.deps import Paging
from app.api.v1.organisation.schemas import KEPT, NEXT, SAYS, VERSION, NotNull, Null
from app.core.clock import today
from app.core.wire import Day
from app.domain.organisation.contacts.models import EMAIL, ContactKind
from app.domain.organisation.contacts.service import NewContact

Person = Annotated[
    str,
    StringConstraints(pattern=SAYS, max_length=200, strip_whitespace=True),
    Field(examples=["Jo Bloggs"]),
]
Email = Annotated[
    str,
    StringConstraints(pattern=EMAIL, max_length=254),
    Field(examples=["jo.bloggs@trust.example"]),
]
_TEAM = Field(None, description="Whose contact; with neither team nor directorate, the trust's.")
_UNTIL = "The first day on which it is no longer; null is for ever."


class ContactOut(BaseModel):
    """Somebody who is told of what concerns a team, a directorate or the trust."""

    id: UUID
    kind: ContactKind
    team_id: UUID | None
    directorate_id: UUID | None
    name: Person
    email: Email
    valid_from: Day = Field(examples=["2026-04-01"])
    valid_to: Day | None = Field(description=_UNTIL, examples=[None])
    version: int = VERSION


class ContactList(BaseModel):
    items: list[ContactOut]
    next: str | None = NEXT


class ContactFilters(Paging):
    kind: ContactKind | None = None
    team: str | None = Field(
        None,
        max_length=100,
        description="A team's id or code: its own contacts only.",
        examples=["CMHT-CITY"],
    )
    directorate: str | None = Field(
        None,
        max_length=100,
        description="A directorate's id or code: its own contacts only.",
        examples=["OXMH"],
    )
    on: Day | None = Field(None, description="Those who are contacts on this day; all if not told.")


class ContactNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: ContactKind
    team_id: UUID | None = _TEAM
    directorate_id: UUID | None = Field(None, examples=[None])
    name: Person
    email: Email
    valid_from: Day | None = Field(None, description="Today if not told.", examples=["2026-04-01"])
    valid_to: Day | None = Field(None, description=_UNTIL, examples=[None])

    def new(self) -> NewContact:
        told: dict[str, Any] = dict(self)
        return NewContact(**told | {"valid_from": self.valid_from or today()})


class ContactChange(BaseModel):
    """A merge patch (RFC 7396): what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Person | Null, NotNull] = KEPT
    email: Annotated[Email | Null, NotNull] = KEPT
    valid_from: Annotated[Day | Null, NotNull] = KEPT
    valid_to: Day | None = Field(None, description=_UNTIL, examples=["2026-10-01"])
