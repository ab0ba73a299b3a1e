from typing import Annotated
from uuid import UUID

from fastapi import Request, Security

from app.api.deps import Session, authenticate
from app.api.own import SignedIn
from app.api.problems import TooManyRequestsError, responses
from app.api.strict import router_at
from app.api.v1.registers.own_schemas import (
    BindingNew,
    BindingOut,
    BoundLogin,
    BoundLoginList,
    SignInCodeOut,
)
from app.core.actor import Actor
from app.domain.people.bindings import queries, service
from app.domain.people.bindings.errors import (
    BindingNotFoundError,
    BoundAlreadyError,
    SignInCodeRefusedError,
    SignInCodeUnsendableError,
)
from app.domain.people.register import queries as register
from app.domain.people.register.errors import PersonMergedError, PersonNotFoundError
from app.domain.people.supporters import queries as supporters
from app.domain.people.supporters.errors import (
    OwnRecordNotFoundError,
    SupporterEndedError,
    SupporterLoginError,
    SupporterNotFoundError,
)

router = router_at("/registers/people", "registers")
own = router_at("/registers/people/me", "self")

Reader = Annotated[Actor, Security(authenticate, scopes=["registers:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["registers:manage"])]
SENDS = (PersonNotFoundError, PersonMergedError, SignInCodeUnsendableError)


@own.put(
    "/binding",
    responses=responses(
        OwnRecordNotFoundError,
        SignInCodeRefusedError,
        BoundAlreadyError,
        SupporterEndedError,
        SupporterLoginError,
        TooManyRequestsError,
    ),
)
async def bind_own_login(
    login: SignedIn, session: Session, request: Request, told: BindingNew
) -> BindingOut:
    """Bind one's login by the code one was sent; from then on it opens one's own record.

    A code works once. A wrong, a used and an old one are answered alike, and only so many of a
    login are taken in an hour.
    """
    pepper = request.app.state.settings.identity.pepper
    with request.app.state.guesses.of(f"{login.issuer} {login.subject}"):
        return BindingOut.of(await service.bind(session, login, told.code, pepper))


@router.post("/{person_id:uuid}/sign-in-codes", status_code=202, responses=responses(*SENDS))
async def send_sign_in_code(
    actor: Keeper, session: Session, request: Request, person_id: UUID
) -> SignInCodeOut:
    """Send a person a code by which they bind their login, through their own channel.

    Nobody else sees it. An earlier one that was not used opens nothing any more.
    """
    person = await register.get(session, person_id, to=actor, lock=True)
    settings = request.app.state.settings
    pepper, days = settings.identity.pepper, settings.oidc.code_days
    made = await service.send_code(session, person, pepper, days)
    return SignInCodeOut.model_validate(made, from_attributes=True)


@router.post(
    "/{person_id:uuid}/supporters/{supporter_id:uuid}/sign-in-codes",
    status_code=202,
    responses=responses(*SENDS, SupporterNotFoundError, SupporterEndedError),
)
async def send_supporter_sign_in_code(
    actor: Keeper, session: Session, request: Request, person_id: UUID, supporter_id: UUID
) -> SignInCodeOut:
    """Send a supporter a code of their own, by which they bind their own login."""
    person = await register.get(session, person_id, to=actor, lock=True)
    supporter = await supporters.get(session, person, supporter_id)
    settings = request.app.state.settings
    pepper, days = settings.identity.pepper, settings.oidc.code_days
    made = await service.send_code(session, person, pepper, days, supporter)
    return SignInCodeOut.model_validate(made, from_attributes=True)


@router.get(
    "/{person_id:uuid}/binding", responses=responses(PersonNotFoundError, BindingNotFoundError)
)
async def get_person_binding(actor: Reader, session: Session, person_id: UUID) -> BoundLoginList:
    """Tell whether a person signs in, by which issuer and since when."""
    person = await register.get(session, person_id, to=actor)
    found = await queries.of_person(session, person)
    return BoundLoginList(
        items=[BoundLogin(issuer=each.issuer, bound_at=each.created_at) for each in found]
    )


@router.delete(
    "/{person_id:uuid}/binding",
    status_code=204,
    responses=responses(PersonNotFoundError, BindingNotFoundError),
)
async def unbind_person(actor: Keeper, session: Session, person_id: UUID) -> None:
    """Let a person's logins open nothing any more, at once."""
    person = await register.get(session, person_id, to=actor)
    await service.unbind(session, await queries.of_person(session, person))
