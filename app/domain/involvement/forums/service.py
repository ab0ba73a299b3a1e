"""Commands on forums and their membership."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.db import flush
from app.domain.involvement.forums.errors import REFUSALS
from app.domain.involvement.forums.models import Forum, ForumMember
from app.domain.involvement.naming import service as naming


async def found(session: AsyncSession, told: Mapping[str, Any], *, by: Actor) -> Forum:
    """Begin a forum; raises what `change` raises."""
    forum = Forum()
    await change(session, forum, told, by=by)
    return forum


async def change(
    session: AsyncSession, forum: Forum, told: Mapping[str, Any], *, by: Actor
) -> None:
    """Change what a forum is.

    Raises DirectorateNotFoundError, InvalidError, ForumPathwayError, ForumNameTakenError.
    """
    if "directorate_id" in told:
        await naming.check_directorate(session, told["directorate_id"], by=by)
    forum.tell(told)
    session.add(forum)
    await flush(session, REFUSALS)


async def join(
    session: AsyncSession, forum: Forum, told: Mapping[str, Any], *, by: Actor
) -> ForumMember:
    """Let somebody be a member.

    Raises PersonNotFoundError, PersonMergedError, StaffUnknownError, PersonOrStaffError,
    PeriodOrderError, ForumMemberOverlapError.
    """
    await naming.check_person(session, told["person_id"], by=by)
    await naming.check_staff(session, told["user_id"])
    member = ForumMember(forum_id=forum.id)
    member.tell(told)
    session.add(member)
    await flush(session, REFUSALS)
    return member


async def change_member(
    session: AsyncSession, member: ForumMember, told: Mapping[str, Any], attended: Sequence[date]
) -> None:
    """Correct from when until when somebody is a member.

    Raises PeriodOrderError, ForumMemberOverlapError, ForumMemberAttendedError.
    """
    member.tell(told, attended)
    await flush(session, REFUSALS)
