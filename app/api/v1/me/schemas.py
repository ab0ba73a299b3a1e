from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field


class OwnUser(BaseModel):
    id: UUID
    name: str = Field(examples=["Jo Bloggs"])


class OwnKey(BaseModel):
    id: UUID
    name: str = Field(description="What its user calls it.", examples=["dashboard"])
    hint: str = Field(description="How the key begins and ends.", examples=["ev_live_0dR...x4Qz"])
    expires_at: AwareDatetime | None = Field(examples=["2027-03-31T23:00:00Z"])


class Place(BaseModel):
    id: UUID
    code: str = Field(examples=["OXH-CMHT-CITY"])
    name: str = Field(examples=["City Community Mental Health Team"])


class Me(BaseModel):
    """Who is asking, and what they may do and see."""

    user: OwnUser
    key: OwnKey | None = Field(description="Null where the credential is no API key.")
    roles: list[str] = Field(description="Codes of the user's roles.", examples=[["reader"]])
    scopes: list[str] = Field(
        description="What this credential may do.", examples=[["feedback:read"]]
    )
    directorates: list[Place] | None = Field(
        description="Directorates it reaches as a whole; null where it is not limited."
    )
    teams: list[Place] | None = Field(
        description="All teams it reaches today; null where it is not limited."
    )
    person: dict[str, Any] | None = Field(
        description="The user's place in the involvement register; null until there is one.",
        examples=[None],
    )
