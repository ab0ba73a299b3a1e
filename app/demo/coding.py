"""What demonstration respondents say, coded as somebody who reads it would."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import today
from app.domain.feedback.parts import BETTER, GOOD, parts
from app.domain.feedback.themes import recording
from app.domain.feedback.themes.coding import fingerprint
from app.domain.feedback.themes.recording import Judgement

_CODER: Final = UUID(int=0)  # nobody: the demonstration has no users
_BATCH: Final = 2_000
_SINCE: Final = timedelta(days=183)
# A third waits to be coded, so that the queue holds something.
_SAID: Final = text(
    "SELECT id, comment_good, comment_better FROM feedback_response"
    " WHERE day >= :since AND right(source_review_id, 1) NOT IN ('1', '4', '7')"
    "   AND (comment_good IS NOT NULL OR comment_better IS NOT NULL) ORDER BY id"
)
_THEMES: Final[Mapping[str, str]] = {
    "kind": "staff_manner_attributes",
    "Friendly": "staff_manner_attributes",
    "polite": "staff_manner_attributes",
    "as a person": "staff_manner_attributes",
    "put me at ease": "staff_manner_attributes",
    "listened": "listening_understanding_involving",
    "involved in every": "listening_understanding_involving",
    "took their time": "listening_understanding_involving",
    "explained": "information_during_care",
    "easy read": "information_provision_guidance",
    "clear letter": "information_provision_guidance",
    "what would happen next": "kept_informed_clarity_consistency",
    "who to call": "contacting_services",
    "on the telephone": "contacting_services",
    "wait": "timeliness_of_care",
    "appointment was changed": "appointment_arrangements",
    "on time": "appointment_arrangements",
    "same worker": "continuity_of_care",
    "again to each": "continuity_of_care",
    "family": "family_carers_interaction",
    "my carer": "family_carers_interaction",
    "safe": "feeling_safe",
    "clean": "cleanliness_tidiness_infection_control",
    "noisy": "sensory_experience",
    "activities": "activities_fresh_air",
    "food": "food_drink",
    "Parking": "parking",
    "thanks": "positive_experience_gratitude",
    "Thank you": "positive_experience_gratitude",
    "real difference": "positive_experience_gratitude",
}
_UNTOLD: Final = "labelling_not_possible"
_FELT: Final = {GOOD: 2, BETTER: 4}


async def code(session: AsyncSession) -> None:
    """Code what was said in the last half year, but for a third of it."""
    rows = await session.execute(_SAID, {"since": today() - _SINCE})
    judgements = (
        judgement for id_, good, better in rows.all() for judgement in _judged(id_, good, better)
    )
    await recording.take_pen(session)
    while batch := list(itertools.islice(judgements, _BATCH)):
        await recording.record(session, batch)


def _judged(id_: UUID, good: str | None, better: str | None) -> Iterator[Judgement]:
    for part, said in parts(good, better, None).items():
        yield Judgement(id_, part, fingerprint(said), themes(said), _FELT[part], actor_id=_CODER)


def themes(said: str) -> Sequence[str]:
    """Say what a demonstration comment is about."""
    found = {code: None for words, code in _THEMES.items() if words in said}
    return list(found) or [_UNTOLD]
