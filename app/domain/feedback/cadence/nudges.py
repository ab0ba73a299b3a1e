"""Who is told in time that nobody was heard yet, and afterwards that nobody was."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import statement
from app.domain.feedback.cadence.queries import Which
from app.domain.feedback.cadence.report import calendars, judge
from app.domain.feedback.cadence.rules import Period, State, Team, Verdict
from app.domain.feedback.policy import service as policies
from app.domain.organisation import contacts
from app.domain.organisation.contacts.models import ContactKind
from app.domain.organisation.models import Setting
from app.domain.people import messages

DUE: Final = "cadence_due"
MISSED: Final = "cadence_missed"
NOTICE: Final = {Setting.COMMUNITY: timedelta(7), Setting.INPATIENT: timedelta(4)}
LATE: Final = timedelta(7)  # after its end a missed period is told no longer
_LONGEST: Final = timedelta(62)  # no period that is told of began earlier
_TOLD: Final = (ContactKind.TEAM_LEAD, ContactKind.CHAMPION)


async def nudge(session: AsyncSession, day: date) -> int:
    """Tell team leads and champions of periods that end without a collection, each once.

    Gives how many teams' periods were found, told before or not.
    """
    policy = await policies.current(session)
    periods = calendars(policy, day - _LONGEST, day)
    door = await statement.within(session)
    number = 0
    for team, verdicts in await judge(door, Which(), periods, policy, day):
        for kind, verdict in _found(verdicts, day):
            number += 1
            await _tell(session, team, kind, verdict, day)
    return number


def _found(verdicts: list[Verdict], day: date) -> Iterator[tuple[str, Verdict]]:
    for verdict in verdicts:
        last = verdict.period.last
        if verdict.state is State.PENDING and last - day <= NOTICE[verdict.setting]:
            yield DUE, verdict
        elif verdict.state is State.MISSED and day - last <= LATE:
            yield MISSED, verdict


async def _tell(session: AsyncSession, team: Team, kind: str, verdict: Verdict, day: date) -> None:
    period = verdict.period
    when = _words(period)
    for contact in await contacts.find(session, _TOLD, team.id, day):
        await messages.send(
            session,
            kind=kind,
            to=contact,
            subject=f"{team.name}: {_SUBJECTS[kind]} {when}",
            text=_TEXTS[kind].format(team=team.name, when=when, last=_day(period.last)),
            once=f"{kind}:{team.id}:{verdict.setting}:{period.first}:{contact.id}",
        )


_SUBJECTS: Final = {DUE: "no feedback yet for", MISSED: "no feedback for"}
_TEXTS: Final = {
    DUE: """\
{team} has collected no feedback yet for {when}. There is time until the end of {last}.

One response from any source is enough, and so is a meeting that hears a patient or carer. If the
team has nobody to hear at the moment, let it be marked empty, so that it is not counted.
""",
    MISSED: """\
{team} collected no feedback for {when}.

If it was closed or had nobody to hear then, let that be recorded: the period is then not counted.
If feedback was collected on paper, it still counts once it is keyed in with its day.
""",
}


def _words(period: Period) -> str:
    if period.monthly:
        return f"{period.first:%B %Y}"
    return f"{_day(period.first)} to {_day(period.last)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
