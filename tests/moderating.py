"""What tests of moderation start from: reviews that came in, were logged and screened."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import changes, subscriptions
from app.domain.feedback.moderation import screened
from app.domain.feedback.moderation.models import Moderation
from tests.factories import drained, event, review

MODERATOR = ("feedback:moderate",)
READER = ("feedback:read", "feedback:read:small_numbers", "feedback:read:comments")


async def follow(session: AsyncSession) -> None:
    """Do what the worker does after a change."""
    while await changes.sequence(session):
        pass
    while seen := await subscriptions.read(session, "screening", "feedback_response", 100):
        await screened.follow(session, seen)
    await session.commit()


async def received(session: AsyncSession, *bodies: bytes, source: str = "iwgc") -> None:
    """Let events come in, and what they hold be screened."""
    await drained(session, *bodies, source=source)
    await follow(session)


async def told(
    session: AsyncSession, good: str | None = None, *, source: str = "iwgc", **values: Any
) -> dict[str, Any]:
    """Let a review come in and be screened; gives its data."""
    data = review(comment_good=good, location_code="CITY", publication_status="published")
    data |= values
    await received(session, event(**data), source=source)
    return data


async def changed(session: AsyncSession, data: dict[str, Any], **values: Any) -> None:
    """Let a newer version of a review come in and be screened."""
    data |= {"version": data["version"] + 1, **values}
    await received(session, event("review.updated", **data))


async def moderations(session: AsyncSession) -> list[Moderation]:
    found = select(Moderation).order_by(Moderation.part.desc(), Moderation.id)
    return list(await session.scalars(found, execution_options={"populate_existing": True}))


async def only(session: AsyncSession) -> Moderation:
    (found,) = await moderations(session)
    return found


def path(moderation: Moderation | UUID, decision: str = "") -> str:
    id_ = moderation.id if isinstance(moderation, Moderation) else moderation
    return f"/v1/feedback/moderation/{id_}" + (f"/{decision}" if decision else "")
