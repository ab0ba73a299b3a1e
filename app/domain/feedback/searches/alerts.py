"""Who saved a search is told that there are new responses: how many, and where to read them.

What an alert counts is what its owner would find today. Their rights are worked out anew, from
their roles and from the key that the search was last saved with: once that key has ended, or a
scope is gone, nothing is told. It goes by the change log, so that a file of last year's responses
which is imported today is new today.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import statement, subscriptions
from app.core.actor import Actor
from app.core.change_feed import ChangeOp
from app.core.clock import now
from app.core.errors import ForbiddenError
from app.core.suppression import THRESHOLD
from app.domain.feedback.moderation import responses
from app.domain.feedback.moderation.screened import SCREENING
from app.domain.feedback.searches import queries
from app.domain.feedback.searches.errors import SearchOutdatedError
from app.domain.feedback.searches.models import SavedSearch, SearchPlace, begins
from app.domain.feedback.summary import SMALL_NUMBERS
from app.domain.identity.queries import actor_by_key
from app.domain.people import messages

KIND: Final = "saved_search"
BATCH: Final = 5_000  # changes looked at in one statement
READS: Final = ("feedback:read", SMALL_NUMBERS)
_TEXT: Final = """\
Your saved search "{name}" has {count} since you were last told.

Read them in Every Voice: /v1/feedback/searches/{id}/responses

You get this because you asked for alerts of this search. Change or end them there.
"""


@dataclass(frozen=True, slots=True, repr=False)
class Owner:
    """Whom an alert goes to: the user, at the address they chose."""

    name: str
    email: str


async def alert(session: AsyncSession, id_: UUID, day: date) -> bool:
    """Promise a search's alert for the period of a day; tells whether there was one.

    Where the owner may not read what it finds, its place stays: they are told once they may.
    """
    held = await queries.hold(session, id_)
    if held is None or held[1].told_on >= begins(day)[held[0].alert]:
        return False
    search, place = held
    door = await statement.within(session)
    actor = await actor_by_key(door, search.key_id, now())
    if actor is None or not all(actor.can(scope) for scope in READS):
        return False
    try:
        count = await _new(session, search, place, actor)
    except (ForbiddenError, SearchOutdatedError):
        return False
    place.told_on = day
    if count:
        await _tell(session, search, count, day)
    return count > 0


async def _new(session: AsyncSession, search: SavedSearch, place: SearchPlace, actor: Actor) -> int:
    """Count what came in behind a place, and move the place as far as screening has come.

    What is not screened yet is found by no word, and would be passed over for good.
    """
    filters = search.choice().filters()
    responses.check(filters, actor)
    door = await statement.within(session)
    # The responses are known by their ids; the index of words, which knows all that were ever
    # written, is read by bitmap only.
    await door.execute("SET LOCAL enable_bitmapscan = off")
    count, screened = 0, await subscriptions.reached(session, SCREENING)
    while changes := [
        each
        for each in await subscriptions.following(session, "feedback_response", place.seq, BATCH)
        if each.seq <= screened
    ]:
        ids = [each.entity_id for each in changes if each.op is ChangeOp.INSERT]
        count += await responses.count(door, ids, filters, to=actor)
        place.seq = changes[-1].seq
    return count


async def _tell(session: AsyncSession, search: SavedSearch, count: int, day: date) -> None:
    told = f"fewer than {THRESHOLD}" if count < THRESHOLD else f"{count:,}"
    told += " new responses"
    await messages.send(
        session,
        kind=KIND,
        to=Owner(search.owner.name, search.email or ""),
        subject=f"{search.name}: {told}",
        text=_TEXT.format(name=search.name, count=told, id=search.id),
        once=f"{KIND}:{search.id}:{day}",
    )
