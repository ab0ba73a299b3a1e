from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, etag, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.admin.schemas import UserFilters, UserList, UserNew, UserOut, UserPatch
from app.core.actor import Actor
from app.core.errors import InvalidError, PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.identity import queries, service
from app.domain.identity.errors import GrantExceedsOwnError, UserNotFoundError

router = router_at("/admin/users", "admin")

Reader = Annotated[Actor, Security(authenticate, scopes=["keys:read"])]
Manager = Annotated[Actor, Security(authenticate, scopes=["keys:manage"])]
FIELDS = tuple(UserOut.model_fields)


@router.get("", response_model=UserList)
async def list_users(_: Reader, door: Door, filters: Annotated[UserFilters, Query()]) -> Response:
    """List users, newest first."""
    return json(await queries.USERS.page(door, FIELDS, filters.page(), filters.filters()))


@router.post(
    "",
    status_code=201,
    responses=responses(GrantExceedsOwnError, InvalidError, IdempotencyMismatchError),
)
async def create_user(
    actor: Manager, session: Session, once: Creation, new: UserNew, response: Response
) -> UserOut:
    """Make a user with roles, for whom keys can then be made.

    Nobody grants more than they hold; users belong to the whole trust, so that a limited key
    makes none.
    """
    made = await once.do(
        lambda: service.create_user(session, new.name, new.roles, by=actor),
        lambda user_id: queries.get_user(session, user_id),
    )
    created(response, f"/v1/admin/users/{made.id}", made.version, once)
    return UserOut.of(made)


@router.get("/{user_id}", response_model=UserOut, responses=responses(UserNotFoundError))
async def get_user(_: Reader, door: Door, user_id: UUID) -> Response:
    """Read one user."""
    return json(*await queries.USERS.one(door, FIELDS, user_id, {}))


@router.patch(
    "/{user_id}",
    responses=responses(
        GrantExceedsOwnError,
        UserNotFoundError,
        PreconditionFailedError,
        PreconditionRequiredError,
        InvalidError,
    ),
)
async def change_user(
    actor: Manager,
    session: Session,
    user_id: UUID,
    if_match: IfMatch,
    patch: UserPatch,
    response: Response,
) -> UserOut:
    """Change a user's name, roles, or whether they are active; all their keys follow at once."""
    user = await queries.get_user(session, user_id)
    if_match.check(user.version)
    await service.change_user(session, user, patch.change(), by=actor)
    response.headers["ETag"] = etag(user.version)
    return UserOut.of(user)
