from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.db import flush
from app.core.errors import InvalidError
from app.domain.feedback.surveys import content, queries
from app.domain.feedback.surveys.checking import faults
from app.domain.feedback.surveys.content import Content
from app.domain.feedback.surveys.errors import REFUSALS, OneOwnerError, SurveyNotReadyError
from app.domain.feedback.surveys.models import Survey, SurveyVersion
from app.domain.organisation.models import Directorate, Team


@dataclass(frozen=True, slots=True)
class NewSurvey:
    """A survey of a team, of a directorate (each by id or code), or of the trust."""

    code: str
    name: str
    team: str | None = None
    directorate: str | None = None


async def create(session: AsyncSession, new: NewSurvey, *, by: Actor) -> Survey:
    """Begin a survey that has no version yet.

    Whoever is limited to teams begins one for these or their directorate. Raises CodeTakenError,
    OneOwnerError, InvalidError.
    """
    if new.team is not None and new.directorate is not None:
        raise OneOwnerError
    made = Survey(code=new.code, name=new.name)
    if new.team is not None:
        made.team_id = await _named(session, Team, new.team, by.teams)
    elif new.directorate is not None:
        made.directorate_id = await _named(session, Directorate, new.directorate, by.directorates)
    elif by.limited:
        raise InvalidError.at("#/team", "Name one of your teams or your directorate", "missing")
    session.add(made)
    await flush(session, REFUSALS)
    return made


async def _named(
    session: AsyncSession,
    kind: type[Team | Directorate],
    name: str,
    allowed: frozenset[UUID] | None,
) -> UUID:
    query = select(kind.id).where(or_(kind.code == name, kind.id == _id(name)))
    found: UUID | None = await session.scalar(query)
    if found is None or (allowed is not None and found not in allowed):
        place = kind.__tablename__
        raise InvalidError.at(f"#/{place}", "No such record, or you may not see it", "not_found")
    return found


def _id(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None


async def draft(session: AsyncSession, survey: Survey, told: Content | int) -> SurveyVersion:
    """Begin the next version, from a content or from an older version by its number.

    Raises SurveyDraftExistsError, SurveyVersionNotFoundError.
    """
    if isinstance(told, int):
        begun = (await queries.version(session, survey, told)).content
    else:
        begun = content.kept(told)
    number = await queries.last_number(session, survey) + 1
    made = SurveyVersion(survey_id=survey.id, number=number, content=begun)
    session.add(made)
    await flush(session, REFUSALS)
    return made


async def rewrite(session: AsyncSession, version: SurveyVersion, told: Content) -> None:
    """Say anew what a draft asks; raises SurveyVersionFixedError."""
    version.rewrite(content.kept(told))
    await session.flush()


async def publish(session: AsyncSession, survey: Survey, version: SurveyVersion) -> None:
    """Let people answer a draft from now on; the version they answered until now is retired.

    Raises SurveyVersionFixedError, and SurveyNotReadyError with all that is amiss.
    """
    version.must_be_draft()
    if found := faults(content.read(version.content)):
        raise SurveyNotReadyError(errors=found)
    before = await queries.published(session, survey)
    if before is not None:
        before.retire()
        await session.flush()
    version.publish()
    await session.flush()


async def retire(session: AsyncSession, version: SurveyVersion) -> None:
    """Offer a version to nobody any more; answers on their way are still taken.

    Raises SurveyNotPublishedError.
    """
    version.retire()
    await session.flush()


async def delete(session: AsyncSession, version: SurveyVersion) -> None:
    """Throw a draft away; raises SurveyVersionFixedError."""
    version.must_be_draft()
    await session.delete(version)
    await session.flush()
