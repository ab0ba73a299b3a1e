"""One team's digest for who asks, and every team's for those who are sent it each week."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import statement
from app.core.actor import Actor
from app.core.clock import today
from app.core.errors import InvalidError
from app.domain.feedback.digests import queries
from app.domain.feedback.digests.digest import Digest, Named, Week
from app.domain.organisation import contacts
from app.domain.organisation.contacts.models import Contact, ContactKind
from app.domain.people import messages

KIND: Final = "team_digest"
_TOLD: Final = (ContactKind.TEAM_LEAD, ContactKind.CHAMPION)
_AT_ONCE: Final = 200  # teams whose digests are made together


@dataclass(frozen=True, slots=True)
class Written:
    """A digest as a message says it."""

    subject: str
    text: str
    html: str


Write = Callable[[Digest], Written]


async def digest(session: AsyncSession, team: str, week: Week | None, *, to: Actor) -> Digest:
    """Give a team's week; without one, the last that is over. A team is named by code or id.

    Raises TeamNotFoundError, and InvalidError for a week that has not begun.
    """
    day = today()
    chosen = week or Week.last_whole(day)
    if chosen.first > day:
        raise InvalidError.at("#/week", "This week has not begun", "in_the_future")
    door = await statement.within(session)
    found = await queries.team(door, team, to=to)
    (made,) = await _made(session, [found], chosen, day)
    return replace(made, comments=await queries.comments(door, found, chosen, to=to))


async def send(session: AsyncSession, day: date, write: Write) -> int:
    """Promise the digests of the last whole week to team leads and champions, each once.

    Open teams with a contact are told; one person is told once of a team. Gives how many teams
    have somebody to tell, told before or not.
    """
    week, number = Week.last_whole(day), 0
    teams = await queries.open_teams(await statement.within(session), day)
    for start in range(0, len(teams), _AT_ONCE):
        part = teams[start : start + _AT_ONCE]
        told = {team.id: await _contacts(session, team.id, day) for team in part}
        for made in await _made(session, [team for team in part if told[team.id]], week, day):
            number += 1
            await _send(session, made, write(made), told[made.team.id])
    return number


async def _contacts(session: AsyncSession, team_id: UUID, day: date) -> list[Contact]:
    """Give whom to tell; somebody who is lead and champion at once is told once."""
    found: dict[str, Contact] = {}
    for contact in await contacts.find(session, _TOLD, team_id, day):
        found.setdefault(contact.email.lower(), contact)
    return list(found.values())


async def _send(
    session: AsyncSession, made: Digest, written: Written, to: Sequence[Contact]
) -> None:
    for contact in to:
        await messages.send(
            session,
            kind=KIND,
            to=contact,
            subject=written.subject,
            text=written.text,
            html=written.html,
            once=f"{KIND}:{made.team.id}:{made.week.name}:{contact.id}",
        )


async def _made(
    session: AsyncSession, teams: Sequence[Named], week: Week, day: date
) -> list[Digest]:
    """Make the digests of teams, without words."""
    door, ids = await statement.within(session), [team.id for team in teams]
    figures = await queries.figures(door, ids, week)
    themes = await queries.themes(door, ids, week)
    standing = await queries.standing(door, ids, week, day)
    cadence = await queries.cadence(session, ids, week, day)
    return [
        Digest(
            team=team,
            week=week,
            over=week.last < day,
            figures=figures[team.id, week],
            before=figures[team.id, week.before],
            themes=themes[team.id],
            standing=standing[team.id],
            cadence=cadence.get(team.id, ()),
        )
        for team in teams
    ]
