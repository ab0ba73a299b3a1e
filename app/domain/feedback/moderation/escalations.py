"""Texts that a named contact must look at: told at once, listed until then, reminded of.

A message says where to look and holds no word of what was written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import now, today
from app.core.ids import uuid7
from app.domain.feedback.moderation.errors import EscalationStatusError
from app.domain.feedback.moderation.models import (
    WAITING,
    Escalation,
    EscalationKind,
    EscalationStatus,
    Moderation,
    Outcome,
)
from app.domain.feedback.policy import service as policy
from app.domain.organisation import contacts
from app.domain.organisation.contacts.models import Contact, ContactKind
from app.domain.organisation.models import Team
from app.domain.people import messages

E = Escalation
KIND: Final = "escalation"
_CONTACTS: Final = {
    EscalationKind.SAFEGUARDING: ContactKind.SAFEGUARDING,
    EscalationKind.COMPLAINT: ContactKind.COMPLAINTS,
}
_AGAIN: Final = timedelta(hours=24)
_SUBJECTS: Final = {
    EscalationKind.SAFEGUARDING: "Safeguarding: a comment needs you",
    EscalationKind.COMPLAINT: "Complaint: a comment needs you",
}
_TEXT: Final = """\
A comment about {team} was escalated to you as {kind}.
Please acknowledge it by {due}: open escalation {id} in Every Voice.
This message holds nothing of what was written."""


@dataclass(frozen=True, slots=True)
class NewEscalation:
    kind: EscalationKind
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Closure:
    outcome: Outcome
    note: str | None = None


async def raise_(
    session: AsyncSession, moderation: Moderation, team_id: UUID, new: NewEscalation, *, by: Actor
) -> Escalation:
    """Escalate a text to the nearest contacts; without any it is unreached, and listed first."""
    hours = (await policy.current(session)).acknowledge_escalation_hours
    escalation = Escalation(
        id=uuid7(),
        moderation_id=moderation.id,
        team_id=team_id,
        kind=new.kind,
        status=EscalationStatus.UNREACHED,
        note=new.note,
        told=0,
        due_at=now() + timedelta(hours=hours),
        raised_by=by.id,
    )
    session.add(escalation)
    await session.flush()
    await _tell(session, escalation, "first")
    return escalation


async def acknowledge(session: AsyncSession, escalation: Escalation, *, by: Actor) -> None:
    """Note that somebody has it in hand; raises EscalationStatusError."""
    if escalation.status not in WAITING:
        raise EscalationStatusError
    escalation.status = EscalationStatus.ACKNOWLEDGED
    escalation.acknowledged_by, escalation.acknowledged_at = by.id, now()
    await session.flush()


async def close(
    session: AsyncSession, escalation: Escalation, closure: Closure, *, by: Actor
) -> None:
    """Note what came of it, once somebody acknowledged it; raises EscalationStatusError."""
    if escalation.status is not EscalationStatus.ACKNOWLEDGED:
        raise EscalationStatusError
    escalation.status, escalation.outcome = EscalationStatus.CLOSED, closure.outcome
    escalation.closed_by, escalation.closed_at = by.id, now()
    escalation.closing_note = closure.note
    await session.flush()


async def remind(session: AsyncSession) -> int:
    """Remind of what is overdue, once a day, and try anew to reach somebody for the unreached."""
    at = now()
    found = (
        await session.scalars(
            select(E)
            .where(
                or_(
                    E.status == EscalationStatus.UNREACHED,
                    (E.status == EscalationStatus.OPEN)
                    & (E.due_at < at)
                    & or_(E.reminded_at.is_(None), E.reminded_at < at - _AGAIN),
                )
            )
            .order_by(E.id)
            .with_for_update(skip_locked=True)
        )
    ).all()
    for escalation in found:
        overdue = escalation.due_at < at
        await _tell(session, escalation, at.isoformat() if overdue else "first")
        if overdue and escalation.status is EscalationStatus.OPEN:
            escalation.reminded_at = at
    await session.flush()
    return len(found)


async def _tell(session: AsyncSession, escalation: Escalation, time: str) -> None:
    kind = _CONTACTS[escalation.kind]
    people: Sequence[Contact] = await contacts.find(session, [kind], escalation.team_id, today())
    team = await session.get_one(Team, escalation.team_id)
    for contact in people:
        await messages.send(
            session,
            kind=KIND,
            to=contact,
            subject=_SUBJECTS[escalation.kind],
            text=_TEXT.format(
                team=team.name,
                kind=escalation.kind,
                due=f"{escalation.due_at:%d %B %Y, %H:%M} UTC",
                id=escalation.id,
            ),
            once=f"{KIND}/{escalation.id}/{contact.id}/{time}",
        )
    if people:
        escalation.told = len(people)
        if escalation.status is EscalationStatus.UNREACHED:
            escalation.status = EscalationStatus.OPEN
    await session.flush()
