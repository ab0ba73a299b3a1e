"""Commands on saved searches: save, change and delete one's own."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import subscriptions
from app.core.actor import Actor
from app.core.clock import today
from app.core.db import flush
from app.domain.feedback.moderation import responses
from app.domain.feedback.searches import queries
from app.domain.feedback.searches.errors import REFUSALS, SearchNotYoursError
from app.domain.feedback.searches.models import Alert, SavedSearch, SearchPlace


async def create(session: AsyncSession, told: Mapping[str, Any], *, by: Actor) -> SavedSearch:
    """Save a search; `told` holds all of its fields.

    Raises ForbiddenError for words that the actor may not read, SearchNameTakenError,
    AlertAddressError.
    """
    search = SavedSearch(owner_id=by.id)
    session.add(search)
    with session.no_autoflush:
        await _write(session, search, told, by)
    return search


async def to_change(session: AsyncSession, id_: UUID, *, by: Actor) -> SavedSearch:
    """Load a search of the actor's own; raises SearchNotFoundError, SearchNotYoursError."""
    search = await queries.get(session, id_, to=by)
    if search.owner_id != by.id:
        raise SearchNotYoursError
    return search


async def change(
    session: AsyncSession, search: SavedSearch, told: Mapping[str, Any], *, by: Actor
) -> None:
    """Change a search; from now on its alerts tell of what the actor's key may read.

    Raises as `create`.
    """
    await _write(session, search, told, by)


async def delete(session: AsyncSession, search: SavedSearch) -> None:
    """Forget a search and where its alerts stood."""
    await session.delete(search)
    await session.flush()


async def _write(
    session: AsyncSession, search: SavedSearch, told: Mapping[str, Any], by: Actor
) -> None:
    search.set({**told, "key_id": by.key_id})
    if "filters" in told:
        responses.check(search.choice().filters(), by)
    await flush(session, REFUSALS)
    await _place(session, search)


async def _place(session: AsyncSession, search: SavedSearch) -> None:
    """Begin alerts with what comes from now on; end them for good where they are off."""
    place = await session.get(SearchPlace, search.id)
    if search.alert is Alert.OFF and place is not None:
        await session.delete(place)
    elif search.alert is not Alert.OFF and place is None:
        seq = await subscriptions.newest(session)
        session.add(SearchPlace(search_id=search.id, seq=seq, told_on=today()))
    await session.flush()
