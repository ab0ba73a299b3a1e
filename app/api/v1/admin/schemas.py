from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictBool

from app.api.deps import Paging
from app.core.wire import Instant
from app.domain.identity.keys import NewSecret
from app.domain.identity.models import ApiKey, User
from app.domain.identity.service import KeyWanted, UserChange

_NEXT = "Send back as `after`; null on the last page."
Code = Annotated[str, Field(min_length=1, max_length=100)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class UserRef(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str = Field(examples=["Jo Bloggs"])


class KeyOut(BaseModel):
    """What may be known of a key; the key itself is shown once, when it is made."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    user: UserRef = Field(description="Whose key it is; rules compare users, never keys.")
    name: str = Field(description="What it is for.", examples=["dashboard"])
    hint: str = Field(description="How the key begins and ends.", examples=["ev_live_0dR...x4Qz"])
    scopes: list[str] | None = Field(
        description="What it was cut to; null is all that its user's roles hold.",
        examples=[["feedback:read"]],
    )
    directorates: list[UUID] | None = Field(
        description="Directorates it was limited to; with null `teams`, null is no limit."
    )
    teams: list[UUID] | None = Field(
        description="Teams it was limited to; with null `directorates`, null is no limit."
    )
    created_at: AwareDatetime
    expires_at: AwareDatetime | None = Field(examples=["2027-03-31T23:00:00Z"])
    revoked_at: AwareDatetime | None = Field(examples=[None])
    last_used_at: AwareDatetime | None = Field(description="To the minute.", examples=[None])
    version: int = Field(description="Also the ETag.", examples=[1])


class KeyIssued(KeyOut):
    key: str | None = Field(
        None,
        description="The key. Keep it: it is not shown again, and null in a repeated answer.",
        examples=["ev_live_0dRkU7mYq2ZbN5tW8xJ3cV6hL9sPfG1aD4eCbN5x4Qz"],
    )

    @classmethod
    def of(cls, key: ApiKey, secret: NewSecret | None) -> Self:
        shown = {"key": secret.key if secret else None}
        return cls.model_validate(key).model_copy(update=shown)


class KeyList(BaseModel):
    items: list[KeyOut]
    next: str | None = Field(description=_NEXT, examples=[None])


class KeyNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    user_id: UUID = Field(description="Whose key it shall be.")
    name: Name = Field(
        description="What it is for. A user has at most two live keys of a name, to rotate.",
        examples=["dashboard"],
    )
    scopes: list[Code] | None = Field(
        None,
        max_length=100,
        description="At most what the user's roles hold; null is all of it, now and later.",
        examples=[["feedback:read"]],
    )
    directorates: list[UUID] | None = Field(
        None,
        min_length=1,
        max_length=1000,
        description="Limits it to these, with the teams that stand in them at the time.",
        examples=[None],
    )
    teams: list[UUID] | None = Field(
        None, min_length=1, max_length=1000, description="Limits it to these.", examples=[None]
    )
    expires_at: Instant | None = Field(
        None, description="In the future, at most ten years.", examples=["2027-03-31T23:00:00Z"]
    )

    def wanted(self) -> KeyWanted:
        return KeyWanted(**dict(self))


class KeyFilters(Paging):
    user: UUID | None = Field(None, description="Whose keys.")
    live: bool | None = Field(
        None, description="Those that would be taken now, or those that would not."
    )


class UserOut(BaseModel):
    """A named person, or a system with a named owner."""

    id: UUID
    name: str = Field(examples=["Jo Bloggs"])
    active: bool = Field(description="Keys of who is not active are not taken.", examples=[True])
    roles: list[str] = Field(description="Codes, in their order.", examples=[["reader"]])
    created_at: AwareDatetime
    version: int = Field(description="Also the ETag.", examples=[1])

    @classmethod
    def of(cls, user: User) -> Self:
        return cls(
            id=user.id,
            name=user.name,
            active=user.active,
            roles=[role.code for role in user.roles],
            created_at=user.created_at,
            version=user.version,
        )


class UserList(BaseModel):
    items: list[UserOut]
    next: str | None = Field(description=_NEXT, examples=[None])


class UserNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["Jo Bloggs"])
    roles: list[Code] = Field(max_length=100, description="Codes.", examples=[["reader"]])


class UserPatch(BaseModel):
    """A JSON Merge Patch: what is absent stays, a list is replaced as a whole."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(default_factory=str, examples=["Jo Bloggs"])
    roles: list[Code] = Field(
        default_factory=list, max_length=100, description="Codes.", examples=[["reader"]]
    )
    active: StrictBool = Field(
        default_factory=bool, description="False ends all keys of theirs at once.", examples=[True]
    )

    def change(self) -> UserChange:
        return UserChange(**self.model_dump(exclude_unset=True))


class UserFilters(Paging):
    active: bool | None = Field(None, description="Those who are active, or those who are not.")


class RoleOut(BaseModel):
    """A job somebody does, as a set of scopes."""

    id: UUID
    code: str = Field(examples=["reader"])
    name: str = Field(examples=["Reader"])
    scopes: list[str] = Field(examples=[["feedback:read", "organisation:read"]])


class RoleList(BaseModel):
    items: list[RoleOut]
    next: str | None = Field(description=_NEXT, examples=[None])
