"""Reads of applicants with lived experience. One of a directorate is for who may see it."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Date, Select, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.involvement.applicants.errors import ApplicantNotFoundError
from app.domain.involvement.applicants.models import ENDS, Applicant, ApplicantSurvey
from app.domain.involvement.naming import queries as naming
from app.domain.involvement.naming.queries import value

FEWEST: Final = 5
"""Below so many answers no average is told: it would be known people's."""

A = Applicant
_ENDED: Final = ", ".join(sorted(f"'{stage}'" for stage in ENDS))
_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "reach": naming.within_reach(A.directorate_id),
    "stage": A.stage == value("stage"),
    "band": A.band == value("band"),
    "directorate": naming.of_directorate(A.directorate_id),
    "from_day": A.applied_on >= value("from_day", Date()),
    "to_day": A.applied_on <= value("to_day", Date()),
    "without_feedback": literal_column(f"(stage IN ({_ENDED}) AND feedback_given_on IS NULL)"),
}
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{column.key: column for column in A.__table__.columns},
    "person_id": naming.seen_person(A.person_id),
    "stages": literal_column(
        "(SELECT json_agg(json_build_object('stage', s.stage, 'reached_on', s.reached_on)"
        " ORDER BY s.reached_on, s.id)"
        " FROM recruitment_stage s WHERE s.applicant_id = recruitment_applicant.id)"
    ),
    "survey": literal_column(
        "(SELECT json_build_object('informed', s.informed, 'supported', s.supported,"
        " 'valued', s.valued, 'words', s.words)"
        " FROM recruitment_survey s WHERE s.applicant_id = recruitment_applicant.id)"
    ),
}


def _applicants(using: frozenset[str]) -> Select[Any]:
    return select(A).where(*(_FILTERS[name] for name in sorted(using)))


APPLICANTS: Final = JsonRows(_COLUMNS, _applicants, ApplicantNotFoundError, A.__table__.c.version)

_MEANS: Final = ", ".join(
    f"'{name}', CASE WHEN count(s.id) >= {FEWEST} THEN round(avg(s.{name}), 1) END"
    for name in ("informed", "supported", "valued")
)
_FIGURES: Final = f"""
SELECT json_build_object(
    'from', $2::date, 'to', $3::date,
    'applicants', count(*),
    'training_offered', count(a.training_offered_on),
    'mentoring_offered', count(a.mentoring_offered_on),
    'pct_offered_both', round(100.0 * count(*) FILTER (WHERE a.training_offered_on IS NOT NULL
                                                         AND a.mentoring_offered_on IS NOT NULL)
                              / nullif(count(*), 0), 1),
    'ended', count(*) FILTER (WHERE a.stage IN ({_ENDED})),
    'started', count(*) FILTER (WHERE a.stage = 'started'),
    'given_feedback', count(*) FILTER (WHERE a.stage IN ({_ENDED})
                                         AND a.feedback_given_on IS NOT NULL),
    'surveyed', count(s.id), {_MEANS})::text
  FROM recruitment_applicant a LEFT JOIN recruitment_survey s ON s.applicant_id = a.id
 WHERE a.applied_on BETWEEN $2 AND $3
   AND ($1::uuid[] IS NULL OR a.directorate_id IS NULL OR a.directorate_id = ANY($1))"""


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of applicants as JSON; `without_feedback` among the filters narrows if true."""
    chosen = {**filters, "reach": naming.reach(to)}
    if not chosen.get("without_feedback", True):
        del chosen["without_feedback"]
    return await APPLICANTS.page(door, fields, page, chosen)


async def show(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one applicant as JSON, and the record's version."""
    return await APPLICANTS.one(door, fields, id_, {"reach": naming.reach(to)})


async def get(session: AsyncSession, id_: UUID, *, to: Actor) -> Applicant:
    """Load an applicant whom a caller may see; raises ApplicantNotFoundError."""
    found = select(A).where(A.id == id_, _FILTERS["reach"]).params(reach=naming.reach(to))
    applicant = await session.scalar(found)
    if applicant is None:
        raise ApplicantNotFoundError
    return applicant


async def survey_of(session: AsyncSession, applicant: Applicant) -> ApplicantSurvey | None:
    """Load what an applicant answered, if they did."""
    found = select(ApplicantSurvey).where(ApplicantSurvey.applicant_id == applicant.id)
    return await session.scalar(found)


async def figures(door: Statement, first: date, last: date, *, to: Actor) -> bytes:
    """Give what those who applied in these days were offered, and how they found it."""
    found: str = await door.fetchval(_FIGURES, naming.reach(to), first, last)
    return found.encode()
