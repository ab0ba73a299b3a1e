from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Door, IfMatch, Session, authenticate, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.messages_schemas import (
    HandedOver,
    MessagesFilters,
    PersonMessageFilters,
    PersonMessageList,
    PersonMessageOut,
    PrintFilters,
    PrintList,
    PrintOut,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.domain.people.messages import queries, service
from app.domain.people.messages.errors import (
    MessageForgottenError,
    MessageNotByHandError,
    MessageNotFailedError,
    MessageNotFoundError,
)
from app.domain.people.needs.errors import FormatRefusedError
from app.domain.people.notices import service as notices
from app.domain.people.register import queries as register
from app.domain.people.register.errors import PersonNotFoundError

router = router_at("/registers", "registers")

Reader = Annotated[Actor, Security(authenticate, scopes=["registers:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["registers:messages"])]
FIELDS = tuple(PersonMessageOut.model_fields)
PRINT = tuple(PrintOut.model_fields)


@router.get("/messages", response_model=PersonMessageList)
async def list_people_messages(
    actor: Reader, door: Door, filters: Annotated[MessagesFilters, Query()]
) -> Response:
    """List messages to people of the register, newest first: kinds and states, never their words.

    `status=failed` with `lead` is what an involvement lead must see to.
    """
    return json(await queries.find(door, FIELDS, filters.page(), filters.filters(), to=actor))


@router.get("/messages/print-list", response_model=PrintList)
async def list_messages_to_print(
    actor: Keeper, session: Session, filters: Annotated[PrintFilters, Query()]
) -> Response:
    """List what is to be printed, made or said, newest first, with its words and what is needed.

    Here stands whatever no machine can send: to who is telephoned, in braille or sign language,
    in a language without a template, and text messages and letters without GOV.UK Notify.
    """
    found = await queries.to_print(session, PRINT, filters.page(), filters.filters(), to=actor)
    return json(found)


@router.get(
    "/messages/{message_id:uuid}",
    response_model=PersonMessageOut,
    responses=responses(MessageNotFoundError),
)
async def get_person_message(actor: Reader, door: Door, message_id: UUID) -> Response:
    """Read how one message to somebody on the register stands."""
    return json(*await queries.show(door, FIELDS, message_id, to=actor))


@router.put(
    "/messages/{message_id:uuid}/handed-over",
    response_model=PersonMessageOut,
    responses=responses(
        MessageNotFoundError,
        MessageNotByHandError,
        FormatRefusedError,
        PreconditionFailedError,
        PreconditionRequiredError,
    ),
)
async def hand_over_message(
    actor: Keeper, session: Session, match: IfMatch, message_id: UUID, told: HandedOver
) -> Response:
    """Note that you gave or said it to the person, in a format and language that they can use."""
    found = await queries.get_seen(session, message_id, to=actor)
    match.check(found.version)
    await service.hand_over(session, found, told.format, told.language, by=actor)
    return await _shown(session, found.id, actor)


# No If-Match: only a message that failed is sent again, and of two who ask at once one is refused.
@router.post(
    "/messages/{message_id:uuid}/retries",
    response_model=PersonMessageOut,
    responses=responses(MessageNotFoundError, MessageNotFailedError, MessageForgottenError),
)
async def retry_person_message(actor: Keeper, session: Session, message_id: UUID) -> Response:
    """Send a message again that failed, by the way that the person is reached by now."""
    found = await queries.get_seen(session, message_id, to=actor)
    await notices.retry(session, found)
    return await _shown(session, found.id, actor)


@router.get(
    "/people/{person_id:uuid}/messages",
    response_model=PersonMessageList,
    responses=responses(PersonNotFoundError),
)
async def list_person_messages(
    actor: Reader,
    session: Session,
    person_id: UUID,
    filters: Annotated[PersonMessageFilters, Query()],
) -> Response:
    """List the messages to one person, newest first, with what they need to be told things."""
    person = await register.get(session, person_id, to=actor)
    door = await statement.within(session)
    found = await queries.of_person(door, FIELDS, filters.page(), filters.filters(), person)
    return json(found)


async def _shown(session: Session, message_id: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, message_id, to=actor))
