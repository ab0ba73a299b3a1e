"""Who is involved in the demonstration trust, in what, and what waits for whom; all made up."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import LONDON, today
from app.demo import claiming
from app.domain.involvement.champions import service as champions
from app.domain.involvement.forums import service as forums
from app.domain.involvement.forums.models import ForumKind
from app.domain.involvement.opportunities import service as opportunities
from app.domain.involvement.opportunities.models import OpportunityKind
from app.domain.involvement.participation import service as participation
from app.domain.involvement.participation.models import ParticipationStatus
from app.domain.involvement.posts import service as posts
from app.domain.involvement.posts.models import PostKind
from app.domain.organisation.accessibility import Access
from app.domain.people.consents import queries as agreed
from app.domain.people.consents import service as consents
from app.domain.people.consents.models import ConsentChannel, GivenBy, Purpose
from app.domain.people.needs import service as needs
from app.domain.people.needs.codes import Format, NeedKind
from app.domain.people.register import service as register
from app.domain.people.register.models import (
    Availability,
    ContactChannel,
    InvolvementRole,
    Person,
    PersonStatus,
)

_DIRECTORATE: Final = text("SELECT id FROM directorate WHERE code = 'OXMH'")


class Known(NamedTuple):
    """Somebody on the register; without a role they asked, and wait to be welcomed."""

    name: str
    role: InvolvementRole | None
    told: Mapping[str, Any]
    need: Format | None = None
    status: PersonStatus = PersonStatus.ACTIVE


_PEOPLE: Final = (
    Known(
        "Amara Osei (demo)",
        InvolvementRole.EXPERT_BY_EXPERIENCE,
        {
            "lived_experience": "I used the city team for six years, and now chair our forum.",
            "skills": ["interviewing", "chairing"],
            "pathways": ["psychosis"],
            "availability": [Availability.MON_MORNING, Availability.WED_AFTERNOON],
        },
        Format.LARGE_PRINT,
    ),
    Known(
        "Rhys Morgan (demo)",
        InvolvementRole.CARER,
        {
            "lived_experience": "I care for my brother.",
            "skills": ["listening"],
            "pathways": ["psychosis", "crisis care"],
            "availability": [Availability.WED_AFTERNOON, Availability.THU_EVENING],
        },
    ),
    Known(
        "Noor Haddad (demo)",
        InvolvementRole.PEER_SUPPORT_WORKER,
        {"skills": ["training", "interviewing"], "pathways": ["crisis care"]},
    ),
    Known(
        "Joan Pike (demo)",
        InvolvementRole.GOVERNOR,
        {"interests": ["quality"], "availability": [Availability.TUE_MORNING]},
        Format.EASY_READ,
    ),
    Known(
        "Sam Okafor (demo)",
        InvolvementRole.VOLUNTEER,
        {"interests": ["research"], "skills": ["writing"], "pathways": ["eating disorders"]},
        status=PersonStatus.PAUSED,
    ),
    Known(
        "Lena Fischer (demo)",
        None,
        {"asked": "I would like to help make wards kinder."},
        status=PersonStatus.ENQUIRY,
    ),
)
_AGREED: Final = (Purpose.INVOLVEMENT_AGREEMENT, Purpose.OPPORTUNITIES)
_DOOR: Final[Mapping[str, Any]] = {
    "kind": OpportunityKind.QI_PROJECT,
    "title": "A kinder front door",
    "summary": "Redesign with staff how people are met when they come to the crisis hub.",
    "easy_read": "Help us make the first visit better. You need no training.",
    "experience_relevant": True,
    "co_designed": True,
    "co_delivered": True,
    "co_produced_how": "Two experts by experience chair the group with the team lead.",
    "pathways": ["crisis care", "psychosis"],
    "skills": [],
    "interests": [],
    "places": 4,
    "level": 3,
    "place": "Community hall, Oxford",
    "access": [Access.STEP_FREE, Access.TRAVEL_PAID],
    "pays": "A fee for each half day, and travel.",
    "required_courses": [],
}
_PANEL: Final[Mapping[str, Any]] = {
    "kind": OpportunityKind.INTERVIEW_PANEL,
    "title": "Interview panel for a ward manager",
    "summary": "Sit on the panel, ask your own questions, and decide with the others.",
    "easy_read": "Help us choose who leads a ward. We go through the questions with you before.",
    "experience_relevant": True,
    "pathways": [],
    "skills": ["interviewing"],
    "interests": [],
    "places": 1,
    "level": 3,
    "link": "https://meet.example/panel",
    "access": [],
    "pays": "A fee for the day.",
    "required_courses": [],
}


async def involve(session: AsyncSession, teams: Mapping[str, UUID], *, by: Actor) -> None:
    """Put people on the register, and let them take part, meet, and work."""
    directorate: UUID = (await session.execute(_DIRECTORATE)).scalar_one()
    people = [await _known(session, known, directorate, by) for known in _PEOPLE]
    amara, rhys, noor, joan, *_ = people
    await _offer(session, directorate, (amara, rhys, noor), by)
    await claiming.claim(session, directorate, (amara, rhys, noor, joan), by=by)
    begun = today() - timedelta(200)
    forum = await forums.found(
        session,
        {
            "kind": ForumKind.PATHWAY,
            "name": "Our voice: psychosis (demo)",
            "pathway": "psychosis",
            "purpose": "What people who use the pathway want changed, and whether it was.",
            "papers_days": 7,
            "directorate_id": directorate,
            "closed_on": None,
        },
        by=by,
    )
    for member in (amara, rhys, joan):
        belongs = {"person_id": member.id, "user_id": None, "valid_from": begun, "valid_to": None}
        await forums.join(session, forum, belongs, by=by)
    since = {"valid_from": begun, "valid_to": None, "trained_on": begun + timedelta(30)}
    named = {"team_id": teams["WARD-ASH"], "person_id": rhys.id, "user_id": None}
    await champions.name(session, named | since, by=by)
    post = {"kind": PostKind.PEER_SUPPORT_WORKER, "wte": Decimal("0.6"), "paid": True}
    await posts.note(
        session, {**post, "team_id": teams["CMHT-CITY"], "person_id": noor.id, **since}, by=by
    )


async def _known(session: AsyncSession, known: Known, directorate: UUID, by: Actor) -> Person:
    address = known.name.partition(" (")[0].lower().replace(" ", ".") + "@demo.example"
    reached = {"email": address, "preferred_channel": ContactChannel.EMAIL}
    told = {"name": known.name, "language": "en", **reached, **known.told}
    if known.status is not PersonStatus.ENQUIRY:
        told["directorate_id"] = directorate
    person = await register.enquire(session, told)
    if known.need is not None:
        need: dict[str, Any] = {"kind": NeedKind.INFORMATION_FORMAT, "concept": None, "words": None}
        need |= {"formats": [known.need], "languages": ["en"]}
        need["review_on"] = today() + timedelta(180)
        await needs.record(session, person, need)
    if known.role is None:
        return person
    await register.welcome(session, person, by.id, by=by)
    await register.turn(session, person, known.status, None, by=by)
    texts = [await agreed.newest(session, purpose) for purpose in _AGREED]
    for shipped in filter(None, texts):
        given = {"text_id": shipped.id, "channel": ConsentChannel.PAPER, "given_at": None}
        given |= {"given_by": GivenBy.PERSON, "giver_name": None}
        await consents.give(session, person, given, by=by)
    period = {"role": known.role, "valid_from": today() - timedelta(365), "valid_to": None}
    await register.give_role(session, person, period)
    return person


async def _offer(
    session: AsyncSession, directorate: UUID, people: Sequence[Person], by: Actor
) -> None:
    """Offer two things to do: one has places left and somebody to answer, one is full."""
    amara, rhys, noor = people
    ours = {"coordinator_id": by.id, "directorate_id": directorate}
    door = await opportunities.draft(session, {**_DOOR, **ours, "times": _times(21, 3)}, by=by)
    await opportunities.publish(session, door)
    await participation.apply(session, door, rhys, by=by)
    await participation.invite(session, door, noor, by=by)
    panel = await opportunities.draft(session, {**_PANEL, **ours, "times": _times(10, 1)}, by=by)
    await opportunities.publish(session, panel)
    taken = await participation.invite(session, panel, amara, by=by)
    await participation.turn(session, taken, ParticipationStatus.ACCEPTED, None, by=by)


def _times(days: int, count: int) -> list[dict[str, datetime]]:
    """Give as many mornings, a week apart, the first so many days from today."""
    firsts = [today() + timedelta(days + 7 * number) for number in range(count)]
    return [
        {
            "starts_at": datetime.combine(day, time(10), LONDON),
            "ends_at": datetime.combine(day, time(12), LONDON),
        }
        for day in firsts
    ]
