from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from app.api.deps import IfMatch, Paging, Session, created, etag, json
from app.api.own import Oneself, OwnApplications, OwnCreation
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.registers.opportunities_schemas import OpportunityList, OpportunityOut
from app.api.v1.registers.own import ALONE, MATCHED, WHOSE
from app.api.v1.registers.own_schemas import (
    Answer,
    CheckInDateList,
    OwnApplication,
    OwnOpportunityFilters,
    OwnParticipationFilters,
)
from app.api.v1.registers.participations_schemas import (
    CalendarMade,
    CalendarOut,
    FeedbackNew,
    ParticipationList,
    ParticipationOut,
)
from app.api.v1.registers.pastoral_schemas import PlanOut
from app.core import statement
from app.core.idempotency import IdempotencyMismatchError
from app.domain.involvement.calendars import queries as calendars
from app.domain.involvement.calendars import service as calendar
from app.domain.involvement.calendars.errors import CalendarNotFoundError
from app.domain.involvement.opportunities import queries as opportunities
from app.domain.involvement.opportunities.errors import (
    OpportunityFullError,
    OpportunityNotFoundError,
    OpportunityStatusError,
)
from app.domain.involvement.opportunities.models import OpportunityStatus
from app.domain.involvement.participation import queries, service
from app.domain.involvement.participation.errors import (
    GatesMissingError,
    ParticipationExistsError,
    ParticipationNotFoundError,
    ParticipationStatusError,
)
from app.domain.involvement.participation.models import Side
from app.domain.involvement.pastoral import own as pastoral
from app.domain.involvement.pastoral.errors import PastoralPlanNotFoundError
from app.domain.people.register.errors import PersonMergedError, PersonStatusError
from app.domain.people.register.models import Person

router = router_at("/registers/people/me", "self")

OPPORTUNITY = tuple(OpportunityOut.model_fields)
FIELDS = tuple(ParticipationOut.model_fields)
CHANGES = (*WHOSE, ParticipationNotFoundError, ParticipationStatusError, *MATCHED)


@router.get("/opportunities", response_model=OpportunityList, responses=responses(*WHOSE))
async def list_opportunities_for_oneself(
    whose: OwnApplications, session: Session, filters: Annotated[OwnOpportunityFilters, Query()]
) -> Response:
    """List what one can be involved in, newest first."""
    door = await statement.within(session)
    told = {**filters.filters(), "status": OpportunityStatus.PUBLISHED}
    page = await opportunities.find(door, OPPORTUNITY, filters.page(), told, to=whose.by)
    return json(page)


@router.get(
    "/opportunities/{opportunity_id}",
    response_model=OpportunityOut,
    responses=responses(*WHOSE, OpportunityNotFoundError),
)
async def get_opportunity_for_oneself(
    whose: OwnApplications, session: Session, opportunity_id: UUID
) -> Response:
    """Read one opportunity that was published."""
    door = await statement.within(session)
    return json(*await opportunities.show(door, OPPORTUNITY, opportunity_id, to=whose.by))


@router.post(
    "/participations",
    status_code=201,
    response_model=ParticipationOut,
    responses=responses(
        *WHOSE,
        OpportunityNotFoundError,
        OpportunityStatusError,
        PersonMergedError,
        PersonStatusError,
        ParticipationExistsError,
        IdempotencyMismatchError,
    ),
)
async def apply_oneself(
    whose: OwnApplications, session: Session, begin: OwnCreation, told: OwnApplication
) -> Response:
    """Apply to take part; whoever keeps the opportunity accepts or declines."""
    opportunity, once = (
        await opportunities.get(session, told.opportunity_id, to=whose.by),
        begin(whose),
    )
    made = await once.do(
        lambda: service.apply(session, opportunity, whose.person, by=whose.by),
        lambda id_: queries.get_own(session, id_, whose.person),
    )
    answer = await _shown(session, made.id, whose.person)
    answer.status_code = 201
    created(answer, f"/v1/registers/people/me/participations/{made.id}", made.version, once)
    return answer


@router.get("/participations", response_model=ParticipationList, responses=responses(*WHOSE))
async def list_own_participations(
    whose: OwnApplications, session: Session, filters: Annotated[OwnParticipationFilters, Query()]
) -> Response:
    """List to what one was invited or applied, and what came of it, newest first."""
    door, page = await statement.within(session), filters.page()
    return json(await queries.find_own(door, FIELDS, page, filters.filters(), whose.person))


@router.get(
    "/participations/{participation_id}",
    response_model=ParticipationOut,
    responses=responses(*WHOSE, ParticipationNotFoundError),
)
async def get_own_participation(
    whose: OwnApplications, session: Session, participation_id: UUID
) -> Response:
    """Read one of one's own participations."""
    return await _shown(session, participation_id, whose.person)


@router.put(
    "/participations/{participation_id}/status",
    response_model=ParticipationOut,
    responses=responses(*CHANGES, OpportunityStatusError, OpportunityFullError, GatesMissingError),
)
async def answer_own_participation(
    whose: OwnApplications,
    session: Session,
    match: IfMatch,
    participation_id: UUID,
    told: Answer,
) -> Response:
    """Accept or decline an invitation, or withdraw.

    Accepting takes one of the places; `missing` names the checks and courses that one lacks.
    """
    found = await queries.get_own(session, participation_id, whose.person)
    match.check(found.version)
    await service.answer(session, found, told.status, told.reason, by=whose.by)
    return await _shown(session, found.id, whose.person)


@router.put(
    "/participations/{participation_id}/feedback",
    response_model=ParticipationOut,
    responses=responses(*CHANGES),
)
async def feed_back_oneself(
    whose: OwnApplications,
    session: Session,
    match: IfMatch,
    participation_id: UUID,
    told: FeedbackNew,
) -> Response:
    """Tell what it was like, once one took part."""
    found = await queries.get_own(session, participation_id, whose.person)
    match.check(found.version)
    await service.feed_back(session, found, Side.FROM_PERSON, told.words, by=whose.by)
    return await _shown(session, found.id, whose.person)


@router.get("/calendar", responses=responses(*WHOSE, CalendarNotFoundError))
async def get_own_calendar(
    whose: OwnApplications, session: Session, response: Response
) -> CalendarOut:
    """Tell that one's calendar can be read by an address; the address is not told again."""
    made = await calendars.made(session, whose.person)
    response.headers["ETag"] = etag(made.version)
    return CalendarOut.model_validate(made, from_attributes=True)


@router.post("/calendar", status_code=201, responses=responses(*WHOSE, PersonMergedError))
async def open_own_calendar(
    whose: OwnApplications, session: Session, response: Response
) -> CalendarMade:
    """Make an address at which one's calendar program reads what one has a place in.

    Whoever has the address reads it; an earlier one stops working.
    """
    made, token = await calendar.open_to(session, whose.person)
    created(response, "/v1/registers/people/me/calendar", made.version)
    path = f"/v1/public/calendars/{token}"
    return CalendarMade(id=made.id, person_id=made.person_id, version=made.version, path=path)


@router.delete("/calendar", status_code=204, responses=responses(*WHOSE, CalendarNotFoundError))
async def close_own_calendar(whose: OwnApplications, session: Session) -> None:
    """Let one's calendar be read no more."""
    await calendar.close(session, await calendars.made(session, whose.person))


@router.get("/wellbeing-plan", responses=responses(*ALONE, PastoralPlanNotFoundError))
async def get_own_wellbeing_plan(whose: Oneself, session: Session, response: Response) -> PlanOut:
    """Read the plan in one's own words: what keeps one well, and whom to turn to."""
    found = await pastoral.plan(session, whose.person)
    response.headers["ETag"] = etag(found.version)
    return PlanOut.model_validate(found)


@router.get("/check-ins", response_model=CheckInDateList, responses=responses(*ALONE))
async def list_own_check_in_dates(
    whose: Oneself, session: Session, paging: Annotated[Paging, Query()]
) -> Response:
    """List when one talks or talked with one's named lead, newest first."""
    return json(await pastoral.dates(session, whose.person, paging.page()))


async def _shown(session: Session, participation_id: UUID, person: Person) -> Response:
    door = await statement.within(session)
    return json(*await queries.show_own(door, FIELDS, participation_id, person))
