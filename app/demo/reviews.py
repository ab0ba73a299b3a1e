"""Two years of made-up reviews as the feed would have sent them; the same for the same seed."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple

import orjson

from app.demo import words
from app.domain.feedback.codes import FftAnswer
from app.domain.organisation.models import FftCategory, Segment, Setting

FIRST: Final = "demo-000001"
"""The id of the first event: where it is, the demonstration was loaded."""

_SEED: Final = 2023
# Shares of the six answers: "very good" begins near the strategy's starting points, 82.5 % in
# physical health and 62 % in mental health and learning disability, and grows a little.
_ANSWERS: Final[Mapping[Segment, Sequence[float]]] = {
    Segment.PHYSICAL_HEALTH: (82.5, 11.5, 2.0, 1.4, 1.4, 1.2),
    Segment.MENTAL_HEALTH_LEARNING_DISABILITY: (62.0, 20.0, 7.3, 4.5, 4.4, 1.8),
}
_GROWTH: Final = 4.0  # added to the share of "very good" over the whole time
_CHANNELS: Final[Mapping[Setting, Mapping[str, int]]] = {
    Setting.COMMUNITY: {
        "sms": 54,
        "online": 21,
        "paper": 11,
        "tablet": 6,
        "app": 3,
        "telephone": 3,
        "kiosk": 1,
        "in_person": 1,
    },
    Setting.INPATIENT: {"tablet": 42, "paper": 36, "kiosk": 8, "in_person": 8, "online": 6},
}
# How many responses a team of a category has beside others, by the size of its caseload.
_WEIGHTS: Final[Mapping[FftCategory, float]] = {
    FftCategory.MH_PRIMARY_CARE: 3.0,
    FftCategory.CH_CHILDREN_FAMILY: 2.2,
    FftCategory.CH_REHABILITATION_THERAPY: 2.4,
    FftCategory.CH_NURSING: 1.6,
    FftCategory.CH_OTHER: 3.2,
    FftCategory.CH_SPECIALIST: 1.8,
    FftCategory.MH_SECURE_FORENSIC: 0.3,
}
_MONTHS: Final = (0.95, 1.0, 1.1, 0.98, 1.04, 1.06, 0.98, 0.8, 1.04, 1.1, 1.12, 0.78)
_WEEKDAYS: Final = (1.15, 1.2, 1.2, 1.15, 1.0, 0.35, 0.25)
_ITEMS: Final = ("involved", "listened", "kindness", "information")
_SURE_STARS: Final[Mapping[FftAnswer, Sequence[int]]] = {
    FftAnswer.VERY_GOOD: (5, 5, 5, 5, 4),
    FftAnswer.GOOD: (4, 4, 5, 3),
    FftAnswer.NEITHER_GOOD_NOR_POOR: (3, 3, 2, 4),
    FftAnswer.POOR: (2, 2, 3, 1),
    FftAnswer.VERY_POOR: (1, 1, 2),
    FftAnswer.DONT_KNOW: (3, 4),
}
_CHEERFUL: Final = (FftAnswer.VERY_GOOD, FftAnswer.GOOD)
# Codes that no team has, and how many reviews wait for each, newest days first.
_UNKNOWN: Final = (("OXH-NEW-CLINIC", 9), ("OXH-POP-UP-DENTAL", 4))
_TO_MODERATE: Final = 0.002  # of reviews, for each of the two questions
_REMOVED_EVERY, _UPDATED_EVERY = 1_500, 700


class Event(NamedTuple):
    """A delivery: the sender's id, when it came, and its bytes."""

    event_id: str
    received_at: datetime
    body: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """What a team's reviews depend on."""

    location_code: str
    segment: Segment
    setting: Setting
    fft_category: FftCategory


def days(last: date, months: int) -> list[date]:
    """Give the days of so many months, the last of them included; every month has 28."""
    year, month = divmod(last.year * 12 + last.month - 1 - months, 12)
    first = date(year, month + 1, min(last.day, 28))
    return [first + timedelta(n) for n in range(1, (last - first).days + 1)]


def events(places: Sequence[Place], shown: Sequence[date], count: int) -> Iterator[Event]:
    """Give `count` reviews of these places over these days, and what else a feed brings.

    A few are changed or taken back later, a few come from places that nobody knows yet, one
    cannot be read, and one only tries the address.
    """
    made = _Maker(shown)
    for number, (day, place) in enumerate(made.drawn(places, count), start=1):
        yield made.created(number, day, place)
        if number % _REMOVED_EVERY == _REMOVED_EVERY // 10:
            yield made.event(f"demo-{number:06}-removed", "review.removed", made.name(number, 2))
        elif number % _UPDATED_EVERY == _UPDATED_EVERY // 10:
            yield made.event(f"demo-{number:06}-updated", "review.updated", made.again())
    for code, waiting in _UNKNOWN:
        place = Place(code, Segment.PHYSICAL_HEALTH, Setting.COMMUNITY, FftCategory.CH_OTHER)
        for _ in range(waiting):
            count += 1
            yield made.created(count, shown[-1], place)
    yield made.event("demo-unreadable", "review.created", made.name(count + 1, 1))
    yield made.event("demo-ping", "ping", {})


class _Maker:
    def __init__(self, shown: Sequence[date]) -> None:
        self._random = random.Random(_SEED)  # noqa: S311  nothing secret: the same every time
        self._shown = shown
        self._said: dict[str, Any] = {}
        self._at = datetime.combine(shown[0], datetime.min.time(), UTC)

    def drawn(self, places: Sequence[Place], count: int) -> list[tuple[date, Place]]:
        """Draw days, by season and weekday, and places, by size, in order of days."""
        by_day = [_MONTHS[day.month - 1] * _WEEKDAYS[day.weekday()] for day in self._shown]
        by_size = [_WEIGHTS.get(place.fft_category, 1.0) * _beds(place) for place in places]
        chosen = sorted(self._random.choices(self._shown, by_day, k=count))
        return list(zip(chosen, self._random.choices(places, by_size, k=count), strict=True))

    def created(self, number: int, day: date, place: Place) -> Event:
        hour, minute = self._random.randint(8, 20), self._random.randint(0, 59)
        self._at = datetime(day.year, day.month, day.day, hour, minute, number % 60, tzinfo=UTC)
        self._said = self.name(number, 1) | self._told(day, place)
        return self.event(f"demo-{number:06}", "review.created", self._said)

    def again(self) -> dict[str, Any]:
        """Give the review just made as its author changed it."""
        return self._said | {"version": 2, "publication_status": "withheld"}

    def name(self, number: int, version: int) -> dict[str, Any]:
        return {"source_review_id": f"iwgc-demo-{number:06}", "version": version}

    def event(self, event_id: str, kind: str, data: Mapping[str, Any]) -> Event:
        """Give an event of the feed, some minutes after what it tells of."""
        at = self._at + timedelta(minutes=self._random.randint(5, 90))
        body = {"type": kind, "timestamp": at.isoformat(), "data": data}
        return Event(event_id, at, orjson.dumps(body))

    def _told(self, day: date, place: Place) -> dict[str, Any]:
        answer = self._answer(day, place)
        child = place.fft_category in (
            FftCategory.MH_CHILD_ADOLESCENT,
            FftCategory.CH_CHILDREN_FAMILY,
        )
        who = {"parent": 55, "patient": 43, "carer": 2} if child else {"patient": 88, "carer": 12}
        told = {
            "submitted_at": self._at.isoformat(),
            "location_code": place.location_code,
            "experience_month": (day - timedelta(self._random.randint(0, 12))).strftime("%Y-%m"),
            "channel": self._one_of(_CHANNELS[place.setting]),
            "respondent_type": self._one_of(who),
            "fft_answer": answer,
            "publication_status": self._one_of({"published": 90, "pending": 4, "withheld": 6}),
            "consent_public": self._happens(0.85),
            "language": self._one_of(words.LANGUAGES),
            "easy_read": self._happens(0.02),
            "demographics": self._demographics(child=child, place=place),
        }
        if place.setting is Setting.INPATIENT:
            told["collection_point"] = self._one_of(
                {"before_or_at_discharge": 8, "after_discharge": 2}
            )
        return told | self._opinions(answer)

    def _answer(self, day: date, place: Place) -> FftAnswer | None:
        if self._happens(0.02):
            return None
        very_good, *others = _ANSWERS[place.segment]
        share = (day - self._shown[0]).days / max(1, len(self._shown))
        grown = (very_good + share * _GROWTH, *others)
        return self._random.choices(tuple(FftAnswer), grown)[0]

    def _opinions(self, answer: FftAnswer | None) -> dict[str, Any]:
        if answer is None:
            return {}
        stars = _SURE_STARS[answer]
        rated = [{"item": item, "stars": self._random.choice(stars)} for item in _ITEMS]
        good, better = (0.6, 0.18) if answer in _CHEERFUL else (0.2, 0.7)
        cheer = words.GOOD_OPENINGS if answer in _CHEERFUL else words.LITTLE_GOOD
        told: dict[str, Any] = {"item_ratings": rated}
        if self._happens(good):
            told["comment_good"] = self._said_of(cheer, words.GOOD_ENDINGS)
        if self._happens(better):
            told["comment_better"] = self._said_of(words.BETTER_OPENINGS, words.BETTER_ENDINGS)
        if self._happens(_TO_MODERATE):
            told["comment_good"] = self._random.choice(words.GOOD_TO_MODERATE)
        elif self._happens(_TO_MODERATE):
            told["comment_better"] = self._random.choice(words.BETTER_TO_MODERATE)
        return told

    def _said_of(self, openings: Sequence[str], endings: Sequence[str]) -> str:
        return f"{self._random.choice(openings)} {self._random.choice(endings)}".strip()

    def _demographics(self, *, child: bool, place: Place) -> dict[str, Any] | None:
        if self._happens(0.12):
            return None
        ages = "young" if child else "older" if "OA" in place.location_code else "any"
        return {
            "ethnic_category": self._one_of(words.ETHNIC_CATEGORIES),
            "age_band": self._random.choice(words.AGES[ages]),
            "gender": self._one_of(words.GENDERS),
            "disability": [self._one_of(words.DISABILITIES)],
            "sexual_orientation": self._one_of(words.ORIENTATIONS),
            "religion": self._one_of(words.RELIGIONS),
            "carer": self._happens(0.14),
        }

    def _one_of(self, shares: Mapping[str, int]) -> str:
        return self._random.choices(tuple(shares), tuple(shares.values()))[0]

    def _happens(self, chance: float) -> bool:
        return self._random.random() < chance


def _beds(place: Place) -> float:
    return 0.5 if place.setting is Setting.INPATIENT else 1.0
