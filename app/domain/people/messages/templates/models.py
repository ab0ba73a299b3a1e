from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.people.messages.templates.codes import Notice, places
from app.domain.people.messages.templates.errors import TemplatePlaceUnknownError
from app.domain.people.messages.templates.filling import unknown
from app.domain.people.needs.codes import Format

NEVER: Final = 0  # the version of a template that was not written yet


class MessageTemplate(Entity):
    """How a notice is said in a language and a format; rows are added and never changed.

    The next number of the same notice, language and format supersedes it. `shipped` marks one that
    came with the service, for the trust to replace by its own.
    """

    __tablename__ = "message_template"
    __table_args__ = (
        UniqueConstraint("notice", "language", "format", "number"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("language ~ '^[a-z]{2}$'", name="language"),
        CheckConstraint(
            "places_known(subject, notice_places(notice)) AND"
            " places_known(body, notice_places(notice))",
            name="places_known",
        ),
    )

    notice: Mapped[Notice]
    language: Mapped[str]
    format: Mapped[Format]
    number: Mapped[int]
    subject: Mapped[str]
    body: Mapped[str]
    shipped: Mapped[bool] = mapped_column(default=False)
    published_by: Mapped[UUID | None]


def check(notice: Notice, subject: str, body: str) -> None:
    """Refuse a place that the notice has no value for; raises TemplatePlaceUnknownError."""
    for name, text in (("subject", subject), ("body", body)):
        if strangers := unknown(text, places(notice)):
            raise TemplatePlaceUnknownError.at(
                f"#/{name}", f"No value for {len(strangers)} of its places", "place_unknown"
            )
