from typing import Annotated, Any, Final, NamedTuple

from fastapi import Depends, Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.openapi.headers import refer
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.messages_schemas import (
    Language,
    TemplateFilled,
    TemplateFilters,
    TemplateFirst,
    TemplateList,
    TemplateNew,
    TemplateOut,
    TemplateShown,
)
from app.core.actor import Actor
from app.core.errors import ConflictError, PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.people.messages.templates import queries, service
from app.domain.people.messages.templates.codes import Notice, places
from app.domain.people.messages.templates.errors import (
    MessageTemplateNotFoundError,
    TemplatePlaceUnknownError,
)
from app.domain.people.messages.templates.models import NEVER, MessageTemplate
from app.domain.people.needs.codes import Format

router = router_at("/registers/messages/templates", "registers")
_TAGGED: Final[dict[str, Any]] = {"headers": refer("ETag")}  # by `number`

Reader = Annotated[Actor, Security(authenticate, scopes=["registers:read"])]
Writer = Annotated[Actor, Security(authenticate, scopes=["registers:messages"])]
FIELDS = tuple(TemplateOut.model_fields)


class Place(NamedTuple):
    """Which template a path names."""

    notice: Notice
    language: str
    format: Format


def _place(notice: Notice, language: Language, format: Format) -> Place:  # noqa: A002  its name
    return Place(notice, language, format)


@router.get("", response_model=TemplateList)
async def list_message_templates(
    _: Reader, door: Door, filters: Annotated[TemplateFilters, Query()]
) -> Response:
    """List how notices are said, newest first, in each language and format, with past versions."""
    return json(await queries.find(door, FIELDS, filters.page(), filters.filters()))


@router.get(
    "/{notice}/{language}/{format}",
    response_model=TemplateOut,
    responses={200: _TAGGED, **responses(MessageTemplateNotFoundError)},
)
async def get_message_template(
    _: Reader, session: Session, at: Annotated[Place, Depends(_place)]
) -> Response:
    """Read how a notice is said now in a language and a format."""
    return _written(await queries.get(session, at.notice, at.language, at.format))


@router.put(
    "/{notice}/{language}/{format}",
    response_model=TemplateOut,
    responses={
        200: _TAGGED,
        **responses(
            MessageTemplateNotFoundError,
            TemplatePlaceUnknownError,
            ConflictError,
            PreconditionFailedError,
            PreconditionRequiredError,
        ),
    },
)
async def put_message_template(
    actor: Writer,
    session: Session,
    match: IfMatch,
    at: Annotated[Place, Depends(_place)],
    new: TemplateNew,
) -> Response:
    """Say a notice anew in a language and a format; messages that stand keep their words."""
    before = await queries.get(session, at.notice, at.language, at.format)
    match.check(before.number)
    told = at._asdict() | new.model_dump()
    return _written(await service.publish(session, told, after=before.number, by=actor))


@router.post(
    "",
    status_code=201,
    response_model=TemplateOut,
    responses={
        201: _TAGGED,
        **responses(TemplatePlaceUnknownError, ConflictError, IdempotencyMismatchError),
    },
)
async def create_message_template(
    actor: Writer, session: Session, once: Creation, new: TemplateFirst
) -> Response:
    """Say a notice in a further language or format; refused where it is said so already."""
    made = await once.do(
        lambda: service.publish(session, new.model_dump(), after=NEVER, by=actor),
        lambda id_: session.get_one(MessageTemplate, id_),
    )
    answer = _written(made)
    answer.status_code = 201
    place = f"/v1/registers/messages/templates/{made.notice}/{made.language}/{made.format}"
    created(answer, place, made.number, once)
    return answer


@router.post("/preview", responses=responses(TemplatePlaceUnknownError))
async def preview_message_template(_: Writer, text: TemplateShown) -> TemplateFilled:
    """Show what a text says with example values; nothing is kept."""
    subject, said = service.preview(text.notice, text.subject, text.body)
    return TemplateFilled(subject=subject, text=said, places=sorted(places(text.notice)))


def _written(template: MessageTemplate) -> Response:
    return json(TemplateOut.of(template).model_dump_json().encode(), template.number)
