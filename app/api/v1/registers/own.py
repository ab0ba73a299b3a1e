from typing import Annotated, Final

from fastapi import Query, Response

from app.api.deps import IfMatch, Paging, Session, etag, json
from app.api.own import Oneself, OwnProfile
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.messages_schemas import (
    OwnMessage,
    OwnMessageList,
    PersonMessageFilters,
)
from app.api.v1.registers.monitoring_schemas import MonitoringOut
from app.api.v1.registers.own_schemas import OwnMonitoringNew, Pause
from app.api.v1.registers.people_changes_schemas import OwnPatch
from app.api.v1.registers.people_schemas import PersonOut
from app.api.v1.registers.training_schemas import CompletionList, CompletionOut
from app.core import statement
from app.core.errors import ForbiddenError, PreconditionFailedError
from app.domain.involvement.training import queries as training
from app.domain.people.messages import queries as messages
from app.domain.people.monitoring import queries as monitored
from app.domain.people.monitoring import service as monitoring
from app.domain.people.monitoring.errors import DisabilityAloneError
from app.domain.people.register import queries, service
from app.domain.people.register.errors import (
    BornLaterError,
    ChannelMissingError,
    PersonMergedError,
    PersonNotFoundError,
    PersonStatusError,
)
from app.domain.people.register.models import Person, PersonStatus
from app.domain.people.supporters.errors import (
    NotBoundError,
    OwnRecordNotFoundError,
    SupporterMayNotError,
)
from app.domain.people.supporters.service import check_told

router = router_at("/registers/people/me", "self")

FIELDS: Final = tuple(PersonOut.model_fields)
MESSAGE: Final = tuple(OwnMessage.model_fields)
COMPLETION: Final = tuple(CompletionOut.model_fields)
ALONE: Final = (OwnRecordNotFoundError, NotBoundError)
WHOSE: Final = (*ALONE, ForbiddenError, PersonNotFoundError, SupporterMayNotError)
MATCHED: Final = (PreconditionFailedError, PreconditionRequiredError)


@router.get("", response_model=PersonOut, responses=responses(*WHOSE))
async def get_own_record(whose: OwnProfile, session: Session) -> Response:
    """Read all that the register says of oneself."""
    return await _shown(session, whose.person)


@router.patch(
    "",
    response_model=PersonOut,
    responses=responses(*WHOSE, PersonMergedError, ChannelMissingError, BornLaterError, *MATCHED),
)
async def change_own_record(
    whose: OwnProfile, session: Session, match: IfMatch, change: OwnPatch
) -> Response:
    """Change how one is reached, what one is interested in and able to do, and when one can.

    A supporter changes an address or a number only where they were named for `contact`.
    """
    told = change.model_dump(exclude_unset=True)
    check_told(whose, told)
    match.check(whose.person.version)
    await service.change(session, whose.person, told, by=whose.by)
    return await _shown(session, whose.person)


@router.put(
    "/pause",
    response_model=PersonOut,
    responses=responses(*WHOSE, PersonMergedError, PersonStatusError, *MATCHED),
)
async def pause_own_involvement(
    whose: OwnProfile, session: Session, match: IfMatch, told: Pause
) -> Response:
    """Pause for a while, or until one says otherwise: nobody is invited meanwhile."""
    match.check(whose.person.version)
    paused, person = PersonStatus.PAUSED, whose.person
    await service.turn(session, person, paused, told.reason, told.until, by=whose.by)
    return await _shown(session, person)


@router.delete(
    "/pause",
    response_model=PersonOut,
    responses=responses(*WHOSE, PersonMergedError, PersonStatusError, *MATCHED),
)
async def end_own_pause(whose: OwnProfile, session: Session, match: IfMatch) -> Response:
    """Take part again."""
    match.check(whose.person.version)
    await service.resume(session, whose.person, by=whose.by)
    return await _shown(session, whose.person)


@router.get("/monitoring", responses=responses(*ALONE))
async def get_own_monitoring(whose: Oneself, session: Session, response: Response) -> MonitoringOut:
    """Read what one told of oneself for equality monitoring; nobody does so for somebody else."""
    found = await monitoring.own(session, whose.person)
    response.headers["ETag"] = etag(found.version)
    return MonitoringOut.of(found)


@router.put(
    "/monitoring",
    responses=responses(*ALONE, PersonMergedError, DisabilityAloneError, *MATCHED),
)
async def set_own_monitoring(
    whose: Oneself, session: Session, match: IfMatch, new: OwnMonitoringNew, response: Response
) -> MonitoringOut:
    """Tell of oneself for equality monitoring, whole; every question may be left unanswered."""
    person = await queries.alone(session, whose.person)
    async with monitoring.opened(session, person):
        match.check((await monitored.get(session, person)).version)
    made = await monitoring.set_own(session, person, new.model_dump())
    response.headers["ETag"] = etag(made.version)
    return MonitoringOut.of(made)


@router.get("/completions", response_model=CompletionList, responses=responses(*WHOSE))
async def list_own_completions(
    whose: OwnProfile, session: Session, paging: Annotated[Paging, Query()]
) -> Response:
    """List which courses and induction packs one completed, and until when that counts."""
    door, page = await statement.within(session), paging.page()
    return json(await training.find_own_completions(door, COMPLETION, page, {}, whose.person))


@router.get("/messages", response_model=OwnMessageList, responses=responses(*ALONE))
async def list_own_messages(
    whose: Oneself, session: Session, filters: Annotated[PersonMessageFilters, Query()]
) -> Response:
    """List what one was told, newest first; never to who acts for somebody else."""
    door = await statement.within(session)
    told = await messages.told(door, MESSAGE, filters.page(), filters.filters(), whose.person)
    return json(told)


async def _shown(session: Session, person: Person) -> Response:
    return json(*await queries.show_own(await statement.within(session), FIELDS, person))
