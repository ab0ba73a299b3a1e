from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.api.deps import Paging
from app.api.problems import Problem
from app.core.jobs import JobStatus
from app.domain.feedback.models import DifferenceKind
from app.imports.layouts import LAYOUTS

_LINE = 2**31 - 1


class ImportForm(BaseModel):
    """What stands beside the file in the form."""

    model_config = ConfigDict(extra="forbid")

    layout: str = Field(
        description="How the file is laid out.",
        examples=["iwgc_daily"],
        json_schema_extra={"enum": list(LAYOUTS)},
    )
    dry_run: bool = Field(default=False, description="Tell what would be done, and do nothing.")


class ImportFigures(BaseModel):
    """What became of the rows: rows = stored + unchanged + different + rejected."""

    rows: int = Field(description="Rows read, without the header.", examples=[1000])
    stored: int = Field(description="Rows that said something new.", examples=[990])
    unchanged: int = Field(description="Rows that say what is known.", examples=[0])
    rejected: int = Field(description="Rows that cannot be taken.", examples=[10])
    waiting: int = Field(description="Of the stored, those of unknown locations.", examples=[0])
    different: int = Field(
        description="Rows that contradict the feed at the same version, and are not stored.",
        examples=[0],
    )
    extra: int = Field(
        description="Reviews of the file's days that it does not tell of.", examples=[0]
    )
    missing: int | None = Field(
        None,
        description="Daily files: what the feed had not brought; they are stored.",
        examples=[990],
    )


class ImportOut(BaseModel):
    """A file taken in; its id is that of its job."""

    id: UUID
    layout: str = Field(examples=["iwgc_daily"])
    size: int = Field(description="Bytes of the file.", examples=[200000])
    sha256: str | None = Field(description="Hash of the file, in hex.", examples=["9f86d081884c"])
    dry_run: bool
    status: JobStatus
    progress: float = Field(ge=0, le=1, examples=[1])
    result: ImportFigures | None = Field(description="Figures so far; whole at the end.")
    problem: Problem | None = Field(description="Why the file is unusable.")
    created_at: AwareDatetime


class ImportList(BaseModel):
    items: list[ImportOut]
    next: str | None = Field(description="Send back as `after`; null on the last page.")


class LinePaging(BaseModel):
    model_config = ConfigDict(extra="forbid")

    after: int = Field(0, ge=0, le=_LINE, description="The `next` of the page before.")
    limit: int = Field(50, ge=1, le=200, description="Items a page holds at most.")


class RejectedOut(BaseModel):
    """Why a row cannot be taken; what it holds is in the download only."""

    model_config = ConfigDict(from_attributes=True)

    line: int = Field(description="Line of the file, from one.", examples=[17])
    reason: str = Field(examples=["bad-date"])
    detail: str = Field(description="Names columns and rules.", examples=["submitted_at"])


class RejectedList(BaseModel):
    items: list[RejectedOut]
    next: str | None = Field(description="Send back as `after`; null on the last page.")

    @classmethod
    def of(cls, items: list[Any], following: int | None) -> "RejectedList":
        shown = [RejectedOut.model_validate(item) for item in items]
        return cls(items=shown, next=None if following is None else str(following))


class DifferenceFilters(Paging):
    kind: DifferenceKind | None = Field(None, description="Only differences of this kind.")


class DifferenceOut(BaseModel):
    """A review that the daily file and this service do not tell alike.

    `missing` was not here, or older, and is stored; `different` contradicts what stands here and
    is not; `extra` stands here and not in the file.
    """

    model_config = ConfigDict(from_attributes=True)

    kind: DifferenceKind
    source_review_id: str = Field(examples=["iwgc-981"])
    line: int | None = Field(description="Line of the file, from one.", examples=[17])
    our_version: int | None = Field(examples=[1])
    file_version: int | None = Field(examples=[2])


class DifferenceList(BaseModel):
    items: list[DifferenceOut]
    next: str | None = Field(description="Send back as `after`; null on the last page.")

    @classmethod
    def of(cls, items: list[Any], following: UUID | None) -> "DifferenceList":
        shown = [DifferenceOut.model_validate(item) for item in items]
        return cls(items=shown, next=None if following is None else str(following))
