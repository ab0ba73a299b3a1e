"""Reads of surveys: anybody reads what is published, drafts only those who may write them."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, bindparam, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.json_rows import JsonRows
from app.core.statement import Statement
from app.domain.feedback.surveys.errors import SurveyNotFoundError, SurveyVersionNotFoundError
from app.domain.feedback.surveys.models import Survey, SurveyStatus, SurveyVersion
from app.domain.organisation.models import Directorate, Team

V = SurveyVersion


def _ids(name: str) -> Any:
    return bindparam(name, type_=ARRAY(Uuid())).any_()


def _seen(using: frozenset[str]) -> list[Any]:
    """Give the rule of who sees a survey: the trust's own are everybody's to see."""
    if "teams" not in using:
        return []
    trusts = Survey.team_id.is_(None) & Survey.directorate_id.is_(None)
    return [
        or_(
            trusts,
            Survey.team_id == _ids("teams"),
            Survey.directorate_id == _ids("directorates"),
        )
    ]


def visible(using: frozenset[str]) -> Select[Any]:
    """Start every SELECT on surveys; `teams` and `directorates` among `using` bind one's limits."""
    return (
        select(Survey)
        .outerjoin(Team, Team.id == Survey.team_id)
        .outerjoin(Directorate, Directorate.id == Survey.directorate_id)
        .where(*_seen(using))
    )


def _number(status: SurveyStatus) -> Any:
    found = select(V.number).where(
        V.survey_id == Survey.id, V.status == literal_column(f"'{status}'")
    )
    return found.scalar_subquery()


SURVEYS: Final = JsonRows(
    {
        **{column.key: column for column in Survey.__table__.columns},
        "team": Team.code.expression,
        "directorate": Directorate.code.expression,
        "published": _number(SurveyStatus.PUBLISHED),
        "draft": _number(SurveyStatus.DRAFT),
    },
    visible,
    SurveyNotFoundError,
    Survey.__table__.c.version,
)


def limits(to: Actor) -> dict[str, Any]:
    if to.teams is None:
        return {}
    return {"teams": list(to.teams), "directorates": list(to.directorates or ())}


def _may_write(survey: Survey, actor: Actor) -> bool:
    """Tell whether somebody may write a survey: the trust's own are nobody's with limits."""
    if actor.teams is None:
        return True
    return survey.team_id in actor.teams or survey.directorate_id in (actor.directorates or ())


async def get(session: AsyncSession, code: str, *, to: Actor) -> Survey:
    """Load a survey to write it; raises SurveyNotFoundError, also for what one may not write."""
    found = await session.scalar(select(Survey).where(Survey.code == code))
    if found is None or not _may_write(found, to):
        raise SurveyNotFoundError
    return found


async def version(session: AsyncSession, survey: Survey, number: int) -> SurveyVersion:
    """Load one version; raises SurveyVersionNotFoundError."""
    found = await session.scalar(select(V).where(V.survey_id == survey.id, V.number == number))
    if found is None:
        raise SurveyVersionNotFoundError
    return found


async def to_write(
    session: AsyncSession, code: str, number: int, *, by: Actor
) -> tuple[Survey, SurveyVersion]:
    """Load a version with its survey; raises SurveyNotFoundError, SurveyVersionNotFoundError."""
    survey = await get(session, code, to=by)
    return survey, await version(session, survey, number)


async def version_by_id(session: AsyncSession, id_: UUID) -> SurveyVersion:
    return await session.get_one(SurveyVersion, id_)


async def published(session: AsyncSession, survey: Survey) -> SurveyVersion | None:
    """Load the version that people answer now."""
    query = select(V).where(V.survey_id == survey.id, V.status == SurveyStatus.PUBLISHED)
    return (await session.scalars(query)).one_or_none()


async def last_number(session: AsyncSession, survey: Survey) -> int:
    query = select(func.max(V.number)).where(V.survey_id == survey.id)
    return await session.scalar(query) or 0


async def versions(session: AsyncSession, survey: Survey) -> list[SurveyVersion]:
    """Give all versions of a survey, newest first."""
    query = select(V).where(V.survey_id == survey.id).order_by(V.number.desc())
    return list(await session.scalars(query))


@dataclass(frozen=True, slots=True)
class Offered:
    """Which version of a survey people answer now."""

    id: UUID
    number: int
    survey: str
    name: str


_OFFERED: Final = f"""
SELECT v.id, v.number, s.code AS survey, s.name
  FROM survey s JOIN survey_version v ON v.survey_id = s.id
 WHERE s.code = $1 AND v.status = '{SurveyStatus.PUBLISHED}'"""


async def offered(door: Statement, code: str) -> Offered:
    """Give the published version of a survey; raises SurveyNotFoundError."""
    row = await door.fetchrow(_OFFERED, code)
    if row is None:
        raise SurveyNotFoundError
    return Offered(**row)
