from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Query, Response, Security

from app.api.deps import Door, IfMatch, Session, authenticate, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import StrictRoute
from app.api.v1.registers.messages_schemas import (
    Language,
    TemplateFilled,
    TemplateFilters,
    TemplateList,
    TemplateNew,
    TemplateOut,
)
from app.core.actor import Actor
from app.core.errors import ConflictError, PreconditionFailedError
from app.domain.people.messages.templates import queries, service
from app.domain.people.messages.templates.codes import Notice, places
from app.domain.people.messages.templates.errors import (
    MessageTemplateNotFoundError,
    TemplatePlaceUnknownError,
)
from app.domain.people.messages.templates.models import NEVER, MessageTemplate
from app.domain.people.needs.codes import Format

router = APIRouter(
    prefix="/registers/messages/templates", tags=["registers"], route_class=StrictRoute
)

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
    responses=responses(MessageTemplateNotFoundError),
)
async def get_message_template(
    _: Reader, session: Session, at: Annotated[Place, Depends(_place)]
) -> Response:
    """Read how a notice is said now in a language and a format."""
    return _written(await queries.get(session, at.notice, at.language, at.format))


@router.put(
    "/{notice}/{language}/{format}",
    response_model=TemplateOut,
    responses=responses(
        TemplatePlaceUnknownError,
        ConflictError,
        PreconditionFailedError,
        PreconditionRequiredError,
    ),
)
async def put_message_template(
    actor: Writer,
    session: Session,
    match: IfMatch,
    at: Annotated[Place, Depends(_place)],
    new: TemplateNew,
) -> Response:
    """Say a notice anew in a language and a format; messages that stand keep their words.

    The first one in a language and a format takes `If-Match: "0"`.
    """
    before = await queries.newest(session, at.notice, at.language, at.format)
    number = before.number if before else NEVER
    match.check(number)
    made = await service.publish(session, at._asdict() | new.model_dump(), after=number, by=actor)
    return _written(made)


@router.post("/{notice}/preview", responses=responses(TemplatePlaceUnknownError))
async def preview_message_template(_: Writer, notice: Notice, text: TemplateNew) -> TemplateFilled:
    """Show what a text says with example values; nothing is kept."""
    subject, said = service.preview(notice, text.subject, text.body)
    return TemplateFilled(subject=subject, text=said, places=sorted(places(notice)))


def _written(template: MessageTemplate) -> Response:
    return json(TemplateOut.of(template).model_dump_json().encode(), template.number)
