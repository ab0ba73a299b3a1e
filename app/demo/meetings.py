"""Where the demonstration trust listened in person, and where it will."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import today
from app.domain.feedback.meetings import service
from app.domain.feedback.meetings.models import MeetingKind
from app.domain.organisation.accessibility import Access


class Held(NamedTuple):
    """What came of a meeting: how many came, what was heard, what was promised."""

    counts: Mapping[str, int]
    heard: Sequence[Mapping[str, Any]]
    promise: str


class Planned(NamedTuple):
    """A meeting so many days from today, for these teams; none means the whole trust."""

    days: int
    teams: Sequence[str]
    told: Mapping[str, Any]
    held: Held | None = None


_SAID: Final = {
    "channel": "in_person",
    "consent_public": True,
    "publication_status": "pending",
    "respondent_type": "patient",
}
_MEETINGS: Final = (
    Planned(
        -21,
        ("WARD-ASH",),
        {
            "kind": MeetingKind.HEAR_SAY,
            "title": "Hear say: evenings on Ash ward",
            "starts_at": "17:30",
            "ends_at": "18:30",
            "place": "Ash ward, day room",
            "access": [Access.STEP_FREE, Access.QUIET_SPACE],
            "host": "The ward's community meeting",
        },
        Held(
            {"patients": 9, "carers": 3, "staff": 2},
            (
                {"fft_answer": "good", "comment_better": "A clock that everyone can see."},
                {"fft_answer": "very_good", "comment_good": "Staff sat and ate with us."},
            ),
            "Put a large clock up in the day room.",
        ),
    ),
    Planned(
        -8,
        ("CMHT-CITY",),
        {
            "kind": MeetingKind.PALS_SURGERY,
            "title": "PALS at the city team",
            "starts_at": "10:00",
            "ends_at": "12:00",
            "place": "City centre clinic, ground floor",
            "access": [Access.STEP_FREE, Access.HEARING_LOOP],
            "host": "PALS",
        },
        Held(
            {"patients": 6, "carers": 5, "staff": 1},
            ({"fft_answer": "poor", "comment_better": "Letters come after the appointment."},),
            "Ring everybody whose letter is late.",
        ),
    ),
    Planned(
        12,
        (),
        {
            "kind": MeetingKind.HEAR_SAY,
            "title": "Hear say: what should we ask you?",
            "starts_at": "14:00",
            "ends_at": "15:30",
            "place": "Community hall, Oxford",
            "link": "https://meet.example/hear-say",
            "access": [Access.STEP_FREE, Access.BSL_INTERPRETER, Access.TRAVEL_PAID],
            "access_note": "Tell us a week before if you need an interpreter of another language.",
            "host": "Involvement team",
        },
    ),
)


async def meet(session: AsyncSession, teams: Mapping[str, UUID], *, by: Actor) -> None:
    """Plan the meetings; hold those that are over, hear what was said there, and promise."""
    for planned in _MEETINGS:
        told = {"place": None, "link": None, "access_note": None, **planned.told}
        told |= {"day": today() + timedelta(planned.days)}
        told |= {"teams": [teams[code] for code in planned.teams]}
        meeting = await service.plan(session, told, by=by)
        if planned.held is None:
            continue
        await service.hold(session, meeting, planned.held.counts)
        await service.hear(session, meeting, [_SAID | dict(said) for said in planned.held.heard])
        due = {"what": planned.held.promise, "who": "Team lead", "due_on": today() + timedelta(14)}
        await service.promise(session, meeting, due)
