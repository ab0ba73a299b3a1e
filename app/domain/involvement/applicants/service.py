"""Commands on applicants with lived experience: note, offer, reach a stage, survey."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import today
from app.core.db import flush
from app.domain.involvement.applicants import queries
from app.domain.involvement.applicants.errors import REFUSALS, ApplicantSurveyedError
from app.domain.involvement.applicants.models import (
    Applicant,
    ApplicantSurvey,
    Stage,
    StageReached,
)
from app.domain.involvement.naming import service as naming
from app.domain.involvement.naming.models import not_after


async def note(session: AsyncSession, told: Mapping[str, Any], *, by: Actor) -> Applicant:
    """Note somebody who applied; raises what `change` raises."""
    not_after(today(), told["applied_on"], "applied_on")
    applicant = Applicant(stage=Stage.APPLIED, stage_since=told["applied_on"])
    await change(session, applicant, told, by=by)
    await _note_stage(session, applicant)
    return applicant


async def change(
    session: AsyncSession, applicant: Applicant, told: Mapping[str, Any], *, by: Actor
) -> None:
    """Correct what is known, or note what was offered and given.

    Raises DirectorateNotFoundError, InvalidError, PersonNotFoundError, PersonMergedError,
    DayInFutureError, ApplicantReferenceTakenError.
    """
    if "directorate_id" in told:
        await naming.check_directorate(session, told["directorate_id"], by=by)
    await naming.check_person(session, told.get("person_id"), by=by)
    applicant.tell(told, today())
    session.add(applicant)
    await flush(session, REFUSALS)


async def reach(session: AsyncSession, applicant: Applicant, stage: Stage, on: date | None) -> None:
    """Let a stage follow; raises ApplicantStageError, ApplicantStageDayError, DayInFutureError."""
    applicant.reach(stage, on or today(), today())
    await _note_stage(session, applicant)


async def survey(session: AsyncSession, applicant: Applicant, told: Mapping[str, Any]) -> None:
    """Note what an applicant answered; raises ApplicantStageError, ApplicantSurveyedError."""
    applicant.ended()
    if await queries.survey_of(session, applicant) is not None:
        raise ApplicantSurveyedError
    session.add(ApplicantSurvey(applicant_id=applicant.id, **told))
    await flush(session, REFUSALS)


async def _note_stage(session: AsyncSession, applicant: Applicant) -> None:
    session.add(
        StageReached(
            applicant_id=applicant.id, stage=applicant.stage, reached_on=applicant.stage_since
        )
    )
    await flush(session, REFUSALS)
