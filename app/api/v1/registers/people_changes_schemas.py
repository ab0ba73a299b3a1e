"""What may be changed of a person: by themselves, and beyond that by their lead."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.api.v1.organisation.schemas import KEPT, NotNull, Null
from app.api.v1.registers.people_schemas import (
    Address,
    AvailabilityNote,
    Available,
    Email,
    Experience,
    Interests,
    KnownAs,
    Language,
    Name,
    Pathways,
    Phone,
    Pronouns,
    Skills,
    Tags,
)
from app.core.wire import Day
from app.domain.people.register.models import ContactChannel


class OwnPatch(BaseModel):
    """What one may change of oneself, as a merge patch (RFC 7396); the rest is for one's lead."""

    model_config = ConfigDict(extra="forbid")

    known_as: KnownAs | None = None
    pronouns: Pronouns | None = None
    email: Email | None = None
    phone: Phone | None = None
    address: Address | None = None
    preferred_channel: ContactChannel | None = None
    language: Annotated[Language | Null, NotNull] = KEPT
    lived_experience: Experience | None = None
    lived_experience_tags: Annotated[Tags | Null, NotNull] = KEPT
    interests: Annotated[Interests | Null, NotNull] = KEPT
    skills: Annotated[Skills | Null, NotNull] = KEPT
    pathways: Annotated[Pathways | Null, NotNull] = KEPT
    availability: Annotated[Available | Null, NotNull] = KEPT
    availability_note: AvailabilityNote | None = None


class PersonPatch(OwnPatch):
    """A merge patch (RFC 7396): what is left out stays, a list is replaced as a whole."""

    name: Annotated[Name | Null, NotNull] = KEPT
    born_on: Day | None = None
    directorate_id: UUID | None = Field(None, examples=[None])
    lead_id: Annotated[UUID | Null, NotNull] = KEPT
