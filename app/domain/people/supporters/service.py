"""Commands on supporters, and the one place that says whose record it is, and who asks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor, Login
from app.core.clock import now, today
from app.core.db import flush
from app.core.errors import ForbiddenError
from app.core.rows import Acting, insert
from app.core.statement import within
from app.domain.people.consents import service as consents
from app.domain.people.consents.models import ConsentChannel, GivenBy, Purpose
from app.domain.people.notices import Notice, notify, words
from app.domain.people.register import queries as register
from app.domain.people.register.errors import PersonNotFoundError
from app.domain.people.register.models import Person
from app.domain.people.supporters import queries
from app.domain.people.supporters.errors import (
    REFUSALS,
    NotBoundError,
    OwnRecordNotFoundError,
    SupporterMayNotError,
)
from app.domain.people.supporters.models import ActedFor, May, Relation, Supporter

ON_BEHALF: Final = "registers:on_behalf"
CONTACT: Final = frozenset({"email", "phone", "address", "preferred_channel"})


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose record it is, and who asks: the person, a supporter of theirs, or staff."""

    person: Person
    by: Actor
    supporter: Supporter | None = None

    @property
    def own(self) -> bool:
        return self.by.id == self.person.id

    @property
    def staff(self) -> bool:
        return self.by.login is None


async def whose(
    session: AsyncSession, actor: Actor, person_id: UUID | None, may: May | None
) -> Whose:
    """Tell whose record a caller means: their own, or that of whom they act for.

    `may` names what it is about; None is for the person alone. A person who did not name the
    caller is as good as absent. Raises OwnRecordNotFoundError, NotBoundError, ForbiddenError,
    PersonNotFoundError, SupporterMayNotError.
    """
    if actor.login is None:
        return await _by_staff(session, actor, person_id, may)
    if person_id is None or person_id == actor.person_id:
        if actor.person_id is None:
            raise NotBoundError
        return Whose(await _person(session, actor.person_id), actor)
    return await _by_supporter(session, actor, actor.login, person_id, may)


async def _by_staff(
    session: AsyncSession, actor: Actor, person_id: UUID | None, may: May | None
) -> Whose:
    if may is not None and not actor.can(ON_BEHALF):
        raise ForbiddenError(missing=[ON_BEHALF])
    if may is None or person_id is None:
        raise OwnRecordNotFoundError
    return Whose(await register.get(session, person_id, to=actor), actor)


async def for_person(session: AsyncSession, person_id: UUID, operation: str, *, by: Actor) -> Whose:
    """Let staff act for a person whom they may see, on their word, and leave a trace of that.

    Raises PersonNotFoundError.
    """
    whose = Whose(await register.get(session, person_id, to=by), by)
    await act(session, whose, operation)
    return whose


async def _by_supporter(
    session: AsyncSession, actor: Actor, login: Login, person_id: UUID, may: May | None
) -> Whose:
    supporter = await queries.acting(session, login, person_id)
    if supporter is None:
        raise PersonNotFoundError
    supporter.check(may)
    by = replace(actor, id=supporter.id, name=supporter.name, person_id=None)
    return Whose(await _person(session, person_id), by, supporter)


async def _person(session: AsyncSession, person_id: UUID) -> Person:
    found = await session.get(Person, person_id)
    if found is None:
        raise PersonNotFoundError
    return found


async def act(session: AsyncSession, whose: Whose, operation: str) -> None:
    """Leave a trace of who does something for whom, before it is done.

    For a supporter it is a use of the person's consent, so that without one it is not done.
    Raises ConsentMissingError, SupporterEndedError.
    """
    if whose.own:
        return
    acting = Acting(whose.by.id, f"{operation}:on_behalf")
    session.info.update(acting._asdict())
    supporter_id = whose.supporter.id if whose.supporter else None
    made = ActedFor(
        person_id=whose.person.id,
        supporter_id=supporter_id,
        acted_by=whose.by.id,
        operation=operation,
    )
    await insert(await within(session), (made,), REFUSALS, acting=acting)
    if whose.supporter is not None:
        await consents.use(
            session, whose.person.id, Purpose.SUPPORTER, "acted_for", made.id, by=whose.by
        )


def check_told(whose: Whose, told: Iterable[str]) -> None:
    """Refuse a supporter who changes how a person is reached without being named for that.

    Whoever is sent a code for a record is who the record's address says. Raises
    SupporterMayNotError.
    """
    if whose.supporter is not None and CONTACT & set(told):
        whose.supporter.check(May.CONTACT)


def channel_of(whose: Whose) -> ConsentChannel:
    """Tell how a consent is given or ended: online, or by a word that staff note."""
    return ConsentChannel.SPOKEN if whose.staff else ConsentChannel.ONLINE


def consent_by(whose: Whose, purpose: Purpose) -> Mapping[str, Any]:
    """Tell who gives a consent, and how; no supporter consents to supporters.

    Raises SupporterMayNotError.
    """
    if whose.supporter is None:
        told = {"given_by": GivenBy.PERSON, "giver_name": None}
        return {**told, "channel": channel_of(whose)}
    if purpose is Purpose.SUPPORTER:
        raise SupporterMayNotError
    parent = whose.supporter.relation is Relation.PARENT
    return {
        "given_by": GivenBy.PARENT if parent else GivenBy.SUPPORTER,
        "giver_name": whose.supporter.name,
        "channel": channel_of(whose),
    }


async def name(
    session: AsyncSession, person: Person, told: Mapping[str, Any], *, by: Actor
) -> Supporter:
    """Let a person name somebody to act for them, or note that they did; it is by their consent.

    Raises PersonMergedError, SupporterTimeError, ConsentMissingError.
    """
    person.unmerged()
    made = Supporter(person_id=person.id, named_by=by.id)
    made.tell(told, today())
    session.add(made)
    await flush(session, REFUSALS)
    await consents.use(session, person.id, Purpose.SUPPORTER, "supporter", made.id, by=by)
    # Whoever is spoken for hears of it, also where somebody else noted it down.
    values = {"supporter": made.name, "until": words.day(made.valid_to)}
    await notify(
        session,
        person_id=person.id,
        notice=Notice.SUPPORTER_NAMED,
        values=values,
        once=f"{Notice.SUPPORTER_NAMED}:{made.id}",
    )
    return made


async def end(session: AsyncSession, supporter: Supporter, *, by: Actor) -> None:
    """Let a supporter act no more, from now on; raises SupporterEndedError."""
    supporter.end(now(), by.id)
    await flush(session, REFUSALS)
