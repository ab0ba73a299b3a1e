"""Commands on templates: say a notice anew."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.db import flush
from app.domain.people.messages.templates.codes import COMMON, KINDS, Notice
from app.domain.people.messages.templates.errors import REFUSALS
from app.domain.people.messages.templates.filling import filled
from app.domain.people.messages.templates.models import MessageTemplate, check


async def publish(
    session: AsyncSession, told: Mapping[str, Any], *, after: int, by: Actor
) -> MessageTemplate:
    """Say a notice anew in a language and a format; its number follows `after`.

    Raises TemplatePlaceUnknownError, and of two at once a ConflictError for one.
    """
    check(told["notice"], told["subject"], told["body"])
    made = MessageTemplate(number=after + 1, published_by=by.id, **told)
    session.add(made)
    await flush(session, REFUSALS)
    return made


def preview(notice: Notice, subject: str, body: str) -> tuple[str, str]:
    """Give what a text says with example values; raises TemplatePlaceUnknownError."""
    check(notice, subject, body)
    values = {**COMMON, **KINDS[notice].examples}
    return filled(subject, values), filled(body, values)
