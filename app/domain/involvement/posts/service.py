"""Commands on posts: note one, and change, fill or end it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import today
from app.core.db import flush
from app.domain.involvement.naming import service as naming
from app.domain.involvement.posts import queries
from app.domain.involvement.posts.errors import REFUSALS
from app.domain.involvement.posts.models import Post, fit_one_person


async def note(session: AsyncSession, told: Mapping[str, Any], *, by: Actor) -> Post:
    """Note a post.

    Raises what `change` raises.
    """
    post = Post(person_id=None, trained_on=None)
    await change(session, post, told, by=by)
    return post


async def change(session: AsyncSession, post: Post, told: Mapping[str, Any], *, by: Actor) -> None:
    """Change a post, fill or end it.

    Raises TeamNotFoundError, InvalidError, PersonNotFoundError, PersonMergedError, PostWteError,
    PeriodOrderError, PostVacantError, DayInFutureError, WteExceededError.
    """
    if "team_id" in told:
        await naming.check_team(session, told["team_id"], by=by)
    await naming.check_person(session, told.get("person_id"), by=by)
    others = await queries.others_of(session, told.get("person_id", post.person_id), post)
    post.tell(told, today())
    fit_one_person([*others, post] if post.person_id else [])
    session.add(post)
    await flush(session, REFUSALS)
