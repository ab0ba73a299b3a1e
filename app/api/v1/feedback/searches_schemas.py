from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.api.deps import Paging
from app.api.v1.organisation.contact_schemas import Email
from app.api.v1.organisation.schemas import KEPT, NEXT, VERSION, Name
from app.domain.feedback.choosing import ResponseChoice
from app.domain.feedback.searches.models import Alert

SearchName = Annotated[Name, Field(examples=["Poor, City team"])]
_EMAIL = "Where alerts go; any address of the owner's choice."
_LEFT: Any = KEPT
_SHARED = "True: everyone who may read single responses sees and uses it."


class SearchOwner(BaseModel):
    id: UUID
    name: str = Field(examples=["Jo Bloggs"])


class SearchOut(BaseModel):
    """A saved search; where its alerts go is shown to its owner alone."""

    id: UUID
    name: SearchName
    filters: ResponseChoice
    owner: SearchOwner
    mine: bool = Field(description="Whether it is your own, to change or delete.")
    shared: bool = Field(description=_SHARED)
    alert: Alert | None = Field(description="Null where the search is somebody else's.")
    email: Email | None = Field(description=_EMAIL)
    alerting: bool | None = Field(
        description="False where alerts are off, and where the key that the search was last saved"
        " with has ended: change it with another, and they go on."
    )
    version: int = VERSION


class SearchList(BaseModel):
    items: list[SearchOut]
    next: str | None = NEXT


class SearchFilters(Paging):
    mine: bool = Field(default=False, description="True: your own only.")

    def filters(self) -> dict[str, Any]:
        return {"mine": True} if self.mine else {}


class SearchNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: SearchName
    filters: ResponseChoice = Field(
        description="As the list of responses takes them.",
        examples=[{"team": "CMHT-CITY", "rating": "poor"}],
    )
    shared: bool = Field(default=False, description=_SHARED)
    alert: Alert = Alert.OFF
    email: Email | None = Field(None, description=_EMAIL)

    def told(self) -> dict[str, Any]:
        return dict(self) | {"filters": _kept(self.filters)}


class SearchChange(BaseModel):
    """A merge patch (RFC 7396) of a search; its filters are replaced as a whole."""

    model_config = ConfigDict(extra="forbid")

    # Read by `told` alone, which knows what was sent: so a wrong filter is pointed at by its name.
    name: SearchName = _LEFT
    filters: ResponseChoice = _LEFT
    shared: bool = _LEFT
    alert: Alert = _LEFT
    email: Email | None = Field(None, description=_EMAIL)

    def told(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in self.model_fields_set}
        return told | ({"filters": _kept(self.filters)} if "filters" in told else {})


def _kept(filters: ResponseChoice) -> dict[str, Any]:
    """Write filters as callers do, so that the same model reads them again."""
    return filters.model_dump(mode="json", by_alias=True, exclude_none=True)
