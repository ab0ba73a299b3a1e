"""What the demonstration trust did about what it heard, and what it answered and promised."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import today
from app.core.ids import uuid7
from app.demo import involvement, meetings
from app.domain.feedback.actions import service as actions
from app.domain.feedback.actions.codes import Decision
from app.domain.feedback.actions.service import Told
from app.domain.feedback.replies import service as replies
from app.domain.feedback.replies.service import NewReply
from app.domain.feedback.summary import SMALL_NUMBERS
from app.domain.identity.models import User

_TEAMS: Final = text("SELECT code, id FROM team")
# What a team heard that begins with these words, newest first.
_HEARD: Final = text(
    "SELECT id FROM feedback_response"
    " WHERE (CAST(:team AS uuid) IS NULL OR team_id = :team)"
    "   AND starts_with(comment_better, :words) ORDER BY id DESC LIMIT :most"
)
_POOR: Final = text(
    "SELECT id FROM feedback_response"
    " WHERE fft_answer IN ('poor', 'very_poor') AND publication_status = 'published'"
    "   AND consent_public AND comment_better IS NOT NULL ORDER BY id DESC LIMIT 12"
)
_ANSWERS: Final = (
    "Thank you for telling us. We are sorry, and have talked about it in our team meeting.",
    "Thank you. You are right that this was not good enough. Please ring us to talk about it.",
    "We are sorry to hear this. What you said has changed how we plan our appointments.",
)


class Heard(NamedTuple):
    """What was said by whom, and what became of it; no team means the whole trust."""

    team: str | None
    words: str
    themes: Sequence[str]
    told: Mapping[str, Any]


_ACTIONS: Final = (
    Heard(
        "CMHT-CITY",
        "It was hard to get through",
        ("contacting_services",),
        {
            "said": "It is hard to get through to the team on the telephone.",
            "said_easy_read": "You said: it is hard to get us on the phone.",
            "did": "Two more people answer the telephone from 8 to 10 in the morning, and we ring"
            " back the same day.",
            "did_easy_read": "More people pick up the phone in the morning. If we miss your call,"
            " we call you the same day.",
            "decision": Decision.DONE,
            "measure": "K1",
            "co_produced_with": [{"kind": "patients", "who": None}],
        },
    ),
    Heard(
        "WARD-ASH",
        "More activities at the weekend",
        ("activities_fresh_air",),
        {
            "said": "There is not enough to do at the weekend.",
            "said_easy_read": "You said: weekends are boring.",
            "did": "We are setting up a Saturday art group and a Sunday walk with our peer support"
            " workers.",
            "did_easy_read": "We are starting an art group on Saturday and a walk on Sunday.",
            "decision": Decision.DOING,
            "measure": "theme_share",
            "owner_name": "Ward manager",
            "co_produced_with": [
                {"kind": "patients", "who": "The ward's community meeting"},
                {"kind": "peer_support_workers", "who": None},
            ],
        },
    ),
    Heard(
        "WARD-ABINGDON",
        "Parking was difficult",
        ("parking",),
        {
            "said": "It is hard to find a place to park.",
            "said_easy_read": "You said: it is hard to park.",
            "decision": Decision.CANNOT,
            "reason": "There is no room for more places. We now send the bus times and the nearest"
            " car parks with every appointment letter.",
            "reason_easy_read": "We have no room for more cars. We tell you about buses and other"
            " car parks in your letter.",
        },
    ),
    Heard(
        None,
        "I had to tell my story again",
        ("continuity_of_care",),
        {
            "said": "I have to tell my story again to each new person.",
            "said_easy_read": "You said: I have to say the same things again and again.",
            "did": "We will write one page with each person that says what new staff should know,"
            " and bring it to the first meeting.",
            "did_easy_read": "We will write one page about you with you. New staff read it first.",
            "decision": Decision.WILL_DO,
            "measure": "K2",
            "owner_name": "Deputy Director of Quality",
            "strategy_actions": ["4.1", "1.1"],
            "co_produced_with": [{"kind": "experts_by_experience", "who": None}],
        },
    ),
)


async def tell_back(session: AsyncSession) -> None:
    """Let one of the staff write, and another approve, what was done and answered."""
    writer = await _somebody(session, "Team lead (demo)")
    lead = await _somebody(session, "Involvement lead (demo)")
    teams = {row.code: row.id for row in await session.execute(_TEAMS)}
    await meetings.meet(session, teams, by=writer)
    await involvement.involve(session, teams, by=lead)
    for heard in _ACTIONS:
        team = teams[heard.team] if heard.team else None
        action = await actions.create(session, await _told(session, heard, team), by=writer)
        await actions.publish(session, action, by=lead)
    poor = list(await session.scalars(_POOR))
    for number, response in enumerate(poor[::3]):
        new = NewReply(_ANSWERS[number % len(_ANSWERS)])
        reply = await replies.create(session, response, new, by=writer)
        await replies.approve(session, reply, by=lead)
        await replies.publish(session, reply)


async def _told(session: AsyncSession, heard: Heard, team: UUID | None) -> Told:
    day = today()
    itself = {"themes": list(heard.themes), "strategy_actions": ["4.1"], **heard.told}
    itself["team_ids"] = [] if team is None else [team]
    if itself["decision"] is Decision.DONE:
        itself["effective_on"] = day - timedelta(14)
    if itself["decision"] in (Decision.DOING, Decision.WILL_DO):
        itself["due_on"] = day + timedelta(30)
    known = {"team": team, "words": heard.words, "most": 20}
    ids = list(await session.scalars(_HEARD, known))
    return Told(itself=itself, response_ids=ids, counted=_last_months(day))


def _last_months(day: date) -> tuple[date, date]:
    last = day.replace(day=1) - timedelta(1)
    return (last.replace(day=1) - timedelta(1)).replace(day=1), last


async def _somebody(session: AsyncSession, name: str) -> Actor:
    user = User(id=uuid7(), name=name)
    session.add(user)
    await session.flush()
    return Actor(id=user.id, name=name, scopes=frozenset({SMALL_NUMBERS}))
