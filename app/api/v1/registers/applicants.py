from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.applicants_schemas import (
    ApplicantFiguresOut,
    ApplicantFilters,
    ApplicantList,
    ApplicantNew,
    ApplicantOut,
    ApplicantPatch,
    StageNew,
    SurveyIn,
)
from app.api.v1.registers.forums_schemas import DaysFilters
from app.core import statement
from app.core.actor import Actor
from app.core.errors import InvalidError, PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.involvement.applicants import queries, service
from app.domain.involvement.applicants.errors import (
    ApplicantNotFoundError,
    ApplicantReferenceTakenError,
    ApplicantStageDayError,
    ApplicantStageError,
    ApplicantSurveyedError,
)
from app.domain.involvement.naming.errors import DayInFutureError
from app.domain.organisation.errors import DirectorateNotFoundError
from app.domain.people.register.errors import PersonMergedError, PersonNotFoundError

router = router_at("/registers/applicants", "registers")

Keeper = Annotated[Actor, Security(authenticate, scopes=["registers:applicants"])]
FIELDS = tuple(ApplicantOut.model_fields)
RULES = (
    InvalidError,
    DirectorateNotFoundError,
    PersonNotFoundError,
    PersonMergedError,
    DayInFutureError,
)
CHANGES = (ApplicantNotFoundError, PreconditionFailedError, PreconditionRequiredError)


@router.get("", response_model=ApplicantList)
async def list_applicants(
    actor: Keeper, door: Door, filters: Annotated[ApplicantFilters, Query()]
) -> Response:
    """List applicants with lived experience, newest first.

    A key that is limited to directorates sees theirs, and those of the trust.
    """
    page = await queries.find(door, FIELDS, filters.page(), filters.filters(), to=actor)
    return json(page)


@router.post(
    "",
    status_code=201,
    response_model=ApplicantOut,
    responses=responses(*RULES, ApplicantReferenceTakenError, IdempotencyMismatchError),
)
async def create_applicant(
    actor: Keeper, session: Session, once: Creation, new: ApplicantNew
) -> Response:
    """Note somebody with lived experience who applied, by the recruitment system's reference."""
    made = await once.do(
        lambda: service.note(session, new.model_dump(), by=actor),
        lambda id_: queries.get(session, id_, to=actor),
    )
    answer = await _shown(session, made.id, actor)
    answer.status_code = 201
    created(answer, f"/v1/registers/applicants/{made.id}", made.version, once)
    return answer


@router.get("/figures", response_model=ApplicantFiguresOut)
async def get_applicant_figures(
    actor: Keeper, door: Door, asked: Annotated[DaysFilters, Query()]
) -> Response:
    """Tell what those who applied in these days were offered, and how they found it.

    A key that is limited to directorates is told of theirs and the trust's.
    """
    return json(await queries.figures(door, asked.from_day, asked.to_day, to=actor))


@router.get(
    "/{applicant_id:uuid}", response_model=ApplicantOut, responses=responses(ApplicantNotFoundError)
)
async def get_applicant(actor: Keeper, door: Door, applicant_id: UUID) -> Response:
    """Read one applicant."""
    return json(*await queries.show(door, FIELDS, applicant_id, to=actor))


@router.patch(
    "/{applicant_id:uuid}", response_model=ApplicantOut, responses=responses(*RULES, *CHANGES)
)
async def change_applicant(
    actor: Keeper, session: Session, match: IfMatch, applicant_id: UUID, change: ApplicantPatch
) -> Response:
    """Correct an applicant, or note what was offered and that feedback was given."""
    found = await queries.get(session, applicant_id, to=actor)
    match.check(found.version)
    await service.change(session, found, change.model_dump(exclude_unset=True), by=actor)
    return await _shown(session, found.id, actor)


@router.put(
    "/{applicant_id:uuid}/stage",
    response_model=ApplicantOut,
    responses=responses(ApplicantStageError, ApplicantStageDayError, DayInFutureError, *CHANGES),
)
async def set_applicant_stage(
    actor: Keeper, session: Session, match: IfMatch, applicant_id: UUID, told: StageNew
) -> Response:
    """Let an applicant reach the next stage, or the end."""
    found = await queries.get(session, applicant_id, to=actor)
    match.check(found.version)
    await service.reach(session, found, told.stage, told.reached_on)
    return await _shown(session, found.id, actor)


@router.put(
    "/{applicant_id:uuid}/survey",
    response_model=ApplicantOut,
    responses=responses(ApplicantStageError, ApplicantSurveyedError, *CHANGES),
)
async def survey_applicant(
    actor: Keeper, session: Session, match: IfMatch, applicant_id: UUID, told: SurveyIn
) -> Response:
    """Note what an applicant answered once their application ended."""
    found = await queries.get(session, applicant_id, to=actor)
    match.check(found.version)
    await service.survey(session, found, told.model_dump())
    return await _shown(session, found.id, actor)


async def _shown(session: Session, applicant_id: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, applicant_id, to=actor))
