from typing import Annotated, Self
from uuid import UUID

from fastapi import Response, Security
from pydantic import BaseModel, ConfigDict, Field

from app.api.deps import Creation, Session, authenticate, created
from app.api.problems import responses
from app.api.strict import router_at
from app.core.actor import Actor
from app.core.idempotency import IdempotencyMismatchError
from app.domain.identity.errors import (
    GrantExceedsOwnError,
    UserInactiveError,
    UserNotFoundError,
)
from app.domain.identity.identities import queries, service
from app.domain.identity.identities.errors import IdentityNotFoundError, IdentityTakenError
from app.domain.identity.identities.models import UserIdentity
from app.domain.identity.queries import get_user
from app.domain.organisation.errors import DirectorateNotFoundError, TeamNotFoundError

router = router_at("/admin/users/{user_id}/identities", "admin")

Reader = Annotated[Actor, Security(authenticate, scopes=["keys:read"])]
Manager = Annotated[Actor, Security(authenticate, scopes=["keys:manage"])]
Places = Annotated[list[UUID], Field(min_length=1, max_length=1000)]


class IdentityNew(BaseModel):
    """Which subject of which issuer shall be the user, and how far they reach when they are."""

    model_config = ConfigDict(extra="forbid")

    issuer: str = Field(
        min_length=1,
        max_length=500,
        description="As the provider writes itself in `iss`.",
        examples=["https://login.example.nhs.uk"],
    )
    subject: str = Field(
        min_length=1,
        max_length=255,
        description="What the provider calls them in `sub`.",
        examples=["248289761001"],
    )
    directorates: Places | None = Field(
        None,
        description="Limits it to these, with the teams that stand in them at the time.",
        examples=[None],
    )
    teams: Places | None = Field(None, description="Limits it to these.", examples=[None])


class IdentityOut(IdentityNew):
    """Whom an OpenID provider's subject is here."""

    id: UUID
    user_id: UUID
    version: int = Field(description="Also the ETag.", examples=[1])

    @classmethod
    def of(cls, identity: UserIdentity) -> Self:
        return cls.model_validate(identity, from_attributes=True)


class IdentityList(BaseModel):
    items: list[IdentityOut] = Field(description="In the order they were bound.")


@router.get("", responses=responses(UserNotFoundError))
async def list_user_identities(_: Reader, session: Session, user_id: UUID) -> IdentityList:
    """List by which logins of OpenID providers a user signs in."""
    user = await get_user(session, user_id)
    return IdentityList(items=[IdentityOut.of(i) for i in await queries.of_user(session, user)])


@router.post(
    "",
    status_code=201,
    responses=responses(
        UserNotFoundError,
        UserInactiveError,
        GrantExceedsOwnError,
        DirectorateNotFoundError,
        TeamNotFoundError,
        IdentityTakenError,
        IdempotencyMismatchError,
    ),
)
async def bind_user_identity(
    actor: Manager,
    session: Session,
    once: Creation,
    user_id: UUID,
    new: IdentityNew,
    response: Response,
) -> IdentityOut:
    """Let whoever signs in as a subject be this user, with all the scopes of the user's roles.

    It is as good as a key: nobody binds more than they hold, and limits work as those of keys.
    """
    user = await get_user(session, user_id, lock=True)
    wanted = service.IdentityWanted(**new.model_dump())
    made = await once.do(
        lambda: service.bind(session, user, wanted, by=actor),
        lambda id_: queries.get(session, user, id_),
    )
    created(response, f"/v1/admin/users/{user.id}/identities/{made.id}", made.version, once)
    return IdentityOut.of(made)


@router.delete(
    "/{identity_id}",
    status_code=204,
    responses=responses(UserNotFoundError, IdentityNotFoundError),
)
async def release_user_identity(
    _: Manager, session: Session, user_id: UUID, identity_id: UUID
) -> None:
    """Let a login be nobody's any more; tokens that are still good open nothing from now on."""
    user = await get_user(session, user_id)
    await service.release(session, await queries.get(session, user, identity_id))
