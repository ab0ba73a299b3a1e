from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.people.needs.codes import Format, NeedKind, is_concept
from app.domain.people.needs.errors import (
    NeedConceptError,
    NeedEmptyError,
    NeedFormatsError,
    NeedReviewError,
)
from app.domain.people.register.models import Person

SPECIAL: Final = {"class": "special"}
_KNOWN: Final = ", ".join(f"'{each}'" for each in Format)


class PersonNeed(Entity):
    """What somebody needs to be told things, and to tell them (DAPB1605).

    `formats` and `languages` are all that meet a need of an information format.
    """

    __tablename__ = "person_need"
    __table_args__ = (
        CheckConstraint("snomed_concept(concept)", name="concept"),
        CheckConstraint(
            "num_nonnulls(words, concept) + cardinality(formats) + cardinality(languages) > 0",
            name="says_something",
        ),
        CheckConstraint(
            "kind = 'information_format' OR cardinality(formats) + cardinality(languages) = 0",
            name="formats_of_kind",
        ),
        CheckConstraint(f"formats <@ ARRAY[{_KNOWN}]", name="formats_known"),
        CheckConstraint("review_on > reviewed_on", name="review_later"),
        Index(None, "person_id", "id"),
        Index(None, "review_on"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    kind: Mapped[NeedKind] = mapped_column(info=SPECIAL)
    concept: Mapped[str | None] = mapped_column(info=SPECIAL)
    words: Mapped[str | None] = mapped_column(info=SPECIAL)
    formats: Mapped[list[str]] = mapped_column(info=SPECIAL)
    languages: Mapped[list[str]] = mapped_column(info=SPECIAL)
    reviewed_on: Mapped[date]
    review_on: Mapped[date]

    def tell(self, told: Mapping[str, Any]) -> None:
        """Take what is told; raises NeedConceptError, NeedEmptyError, NeedFormatsError."""
        for name, value in told.items():
            setattr(self, name, value)
        if self.concept is not None and not is_concept(self.concept):
            raise NeedConceptError.at("#/concept", "Wrong check digit", "need_concept")
        if not (self.words or self.concept or self.formats or self.languages):
            raise NeedEmptyError.at("#/words", "The need says nothing", "need_empty")
        if self.kind is not NeedKind.INFORMATION_FORMAT and (self.formats or self.languages):
            raise NeedFormatsError.at("#/formats", "Not of this kind", "need_formats")

    def review(self, next_on: date, today: date) -> None:
        """Note that it was talked through, and when it is next; raises NeedReviewError."""
        if next_on <= today:
            raise NeedReviewError.at("#/review_on", "Not after today", "need_review")
        self.reviewed_on, self.review_on = today, next_on
