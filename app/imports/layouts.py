"""What files look like, as data: a new kind of file is a new Layout here, and no code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from app.domain.feedback.codes import FftAnswer

# What the exports of other trusts hold where nothing was said (domain reference 2.1).
EMPTY: Final = frozenset({"null", "#name?", "na", "n/a", "did not answer", "????"})
ISO: Final = "iso"
_NO_ANSWERS: Final[Mapping[str, FftAnswer]] = MappingProxyType({})
_NO_QUESTIONS: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of file.

    `columns` are pairs of a header and the field that it fills; fields are those of the feed's
    Review, the demographics among them, and `question` and `comment` where `questions` says which
    comment a row holds: the rows of one respondent then join into one response. Several columns
    may fill `location_code`; they are joined by ` / `. `optional` headers may be missing.
    """

    name: str
    source: str
    columns: tuple[tuple[str, str], ...]
    optional: frozenset[str] = frozenset()
    others_ignored: bool = False
    dates: str = ISO
    answers: Mapping[str, FftAnswer] = field(default_factory=lambda: _NO_ANSWERS)
    raw_answers: frozenset[str] = frozenset()
    questions: Mapping[str, str] = field(default_factory=lambda: _NO_QUESTIONS)
    empty: frozenset[str] = EMPTY
    location_empty: frozenset[str] = frozenset()
    location_absent: str | None = None
    reconciles: bool = False
    counts: bool = False


_SAME: Final = (
    "source_review_id",
    "version",
    "submitted_at",
    "experience_month",
    "location_code",
    "channel",
    "collection_point",
    "respondent_type",
    "fft_answer",
    "item_ratings",
    "comment_good",
    "comment_better",
    "publication_status",
    "consent_public",
    "language",
    "easy_read",
    "ethnic_category",
    "age_band",
    "gender",
    "disability",
    "sexual_orientation",
    "religion",
    "carer",
)
_NEEDED: Final = frozenset({"source_review_id", "submitted_at", "location_code", "fft_answer"})

IWGC_DAILY: Final = Layout(
    name="iwgc_daily",
    source="iwgc",
    columns=tuple((name, name) for name in _SAME),
    optional=frozenset(_SAME) - _NEEDED,
    answers={answer.value: answer for answer in FftAnswer},
    reconciles=True,
)

# A trust's export of its surveys: one row per question, 1 is the best answer. What 7 means is not
# told, so it is kept raw and counts as unanswered.
FFT_EXPORT: Final = Layout(
    name="fft_export",
    source="fft_export",
    columns=(
        ("Respondent ID", "source_review_id"),
        ("Date", "submitted_at"),
        ("Service type 1", "location_code"),
        ("Service type 2", "location_code"),
        ("FFT categorical answer", "fft_answer"),
        ("FFT question", "question"),
        ("FFT answer", "comment"),
    ),
    others_ignored=True,
    dates="%d/%m/%Y",
    answers={str(code): answer for code, answer in enumerate(FftAnswer, start=1)},
    raw_answers=frozenset({"7"}),
    questions={
        "what was good?": "comment_good",
        "what could we do better?": "comment_better",
    },
    location_empty=frozenset({"unknown"}),
    location_absent="Unknown",
)

# The local data base of earlier years: nothing but a month's counts of a team.
FFT_HISTORY: Final = Layout(
    name="fft_history",
    source="history",
    columns=tuple((name, name) for name in ("team_code", "month", "scale", *FftAnswer)),
    counts=True,
)

LAYOUTS: Final[Mapping[str, Layout]] = MappingProxyType(
    {layout.name: layout for layout in (IWGC_DAILY, FFT_EXPORT, FFT_HISTORY)}
)
