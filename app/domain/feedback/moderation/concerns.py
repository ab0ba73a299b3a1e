"""Words that likely tell of harm or complaint: nothing is judged, a person is asked to look."""

import re
from collections.abc import Iterator
from typing import Final

from app.domain.feedback.moderation import lexicon
from app.domain.feedback.moderation.marks import Certainty, MarkKind
from app.domain.feedback.moderation.patterns import Found


def _any(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'])(?:{'|'.join(lexicon.lines(name))})(?![\w'])", re.IGNORECASE)


_SEARCHES: Final = (
    (_any("safeguarding_likely"), MarkKind.SAFEGUARDING, Certainty.LIKELY),
    (_any("safeguarding_possible"), MarkKind.SAFEGUARDING, Certainty.POSSIBLE),
    (_any("complaint_likely"), MarkKind.COMPLAINT, Certainty.LIKELY),
)


def concerns(text: str) -> Iterator[Found]:
    """Give what somebody should look at because of what it tells; stretches may overlap."""
    for pattern, kind, certainty in _SEARCHES:
        for match in pattern.finditer(text):
            yield Found(*match.span(), kind, certainty)
