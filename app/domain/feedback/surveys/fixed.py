"""What no survey words for itself: the national question, measure K2, and lists of codes."""

from collections.abc import Mapping
from typing import Final

from app.core.reference import CodeList
from app.domain.feedback import reference
from app.domain.people.monitoring import reference as monitoring

ENGLISH: Final = "en"
# Domain reference 1.1: fixed wording; a local line may lead in.
FFT: Final = ("Overall, how was your experience of our service?", "How was our service?")
# Measure K2 of the strategy.
INVOLVED: Final = (
    "Were you involved in your care as much as you wanted to be?",
    "Did you have as much say in your care as you wanted?",
)
_BANDS: Final = ("0-15", "16-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75-84", "85+")
AGE_BAND: Final = CodeList.of(
    "age_band",
    "Age",
    {band: band.replace("-", " to ").replace("85+", "85 or over") for band in _BANDS},
    {band: band.replace("-", " to ").replace("85+", "85 or older") for band in _BANDS},
)
LISTS: Final[Mapping[str, CodeList]] = {
    "fft": reference.FFT_ANSWER,
    "involved": reference.INVOLVED,
    "respondent_type": reference.RESPONDENT_TYPE,
    "ethnic_category": monitoring.ETHNIC_CATEGORY,
    "age_band": AGE_BAND,
    "gender": monitoring.GENDER,
    "disability": monitoring.DISABILITY,
    "sexual_orientation": monitoring.SEXUAL_ORIENTATION,
    "religion": monitoring.RELIGION,
}


def english(language: str) -> bool:
    """Tell whether a language is a kind of English, in which fixed wording is ours."""
    return language.partition("-")[0].lower() == ENGLISH
