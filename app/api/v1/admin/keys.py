from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response, Security

from app.api.deps import Creation, Door, Session, authenticate, created, json
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.admin.schemas import KeyFilters, KeyIssued, KeyList, KeyNew, KeyOut
from app.core.actor import Actor
from app.core.idempotency import IdempotencyMismatchError
from app.domain.identity import keys, queries, service
from app.domain.identity.errors import (
    GrantExceedsOwnError,
    KeyNotFoundError,
    ScopeNotHeldError,
    TooManyLiveKeysError,
    UserInactiveError,
    UserNotFoundError,
)
from app.domain.organisation.errors import DirectorateNotFoundError, TeamNotFoundError

router = router_at("/admin/keys", "admin")

Reader = Annotated[Actor, Security(authenticate, scopes=["keys:read"])]
Manager = Annotated[Actor, Security(authenticate, scopes=["keys:manage"])]
FIELDS = tuple(KeyOut.model_fields)


async def _secret(request: Request) -> keys.NewSecret:
    settings = request.app.state.settings
    return keys.make_secret(settings.env, settings.identity.pepper)


Secret = Annotated[keys.NewSecret, Depends(_secret)]


@router.get("", response_model=KeyList)
async def list_keys(actor: Reader, door: Door, filters: Annotated[KeyFilters, Query()]) -> Response:
    """List keys, newest first; a limited key lists those within its own limits."""
    return json(await queries.find_keys(door, FIELDS, filters.page(), filters.filters(), to=actor))


@router.post(
    "",
    status_code=201,
    responses=responses(
        GrantExceedsOwnError,
        UserNotFoundError,
        DirectorateNotFoundError,
        TeamNotFoundError,
        TooManyLiveKeysError,
        UserInactiveError,
        ScopeNotHeldError,
        IdempotencyMismatchError,
    ),
)
async def create_key(
    actor: Manager,
    session: Session,
    once: Creation,
    secret: Secret,
    wanted: KeyNew,
    response: Response,
) -> KeyIssued:
    """Make a key for a user; the answer is the only one that shows it.

    To rotate a key, make a second one of the same name, change over, and revoke the first.
    Nobody grants more than they hold: scopes, directorates and teams are at most your own.
    """
    made = await once.do(
        lambda: service.create_key(session, secret, wanted.wanted(), by=actor),
        lambda key_id: queries.get_key(session, key_id, to=actor),
    )
    created(response, f"/v1/admin/keys/{made.id}", made.version, once)
    return KeyIssued.of(made, None if once.replayed else secret)


@router.get("/{key_id}", response_model=KeyOut, responses=responses(KeyNotFoundError))
async def get_key(actor: Reader, door: Door, key_id: UUID) -> Response:
    """Read what is known of one key."""
    return json(*await queries.show_key(door, FIELDS, key_id, to=actor))


# No If-Match: a revocation is the only change a key ever sees, it is final, and whoever must end
# a key that leaked may not be sent back to read it first.
@router.delete("/{key_id}", status_code=204, responses=responses(KeyNotFoundError))
async def revoke_key(actor: Manager, session: Session, key_id: UUID) -> None:
    """Revoke a key, at once and for good; again changes nothing.

    The key stays readable, with the time of its revocation.
    """
    await service.revoke_key(session, key_id, by=actor)
