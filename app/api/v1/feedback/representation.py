from typing import Annotated

from fastapi import Path, Query, Response, Security
from pydantic import StringConstraints

from app.api.deps import Door, IfMatch, Paging, Session, authenticate, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.feedback.population_schemas import (
    PROFILE_CODE,
    ProfileList,
    ProfileOut,
    ProfileValues,
)
from app.api.v1.feedback.racialised_schemas import (
    DefinitionList,
    DefinitionOut,
    DefinitionValues,
    RacialisedFilters,
    RacialisedShare,
    RacialisedShares,
)
from app.api.v1.feedback.representation_schemas import RepresentationFilters, RepresentationOut
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.wire import Day
from app.domain.feedback.errors import WholeMonthsError
from app.domain.feedback.representation import queries, racialised, representing, service
from app.domain.feedback.representation.errors import (
    DefinitionNotFoundError,
    ProfileNotFoundError,
)
from app.domain.organisation.errors import DirectorateNotFoundError, TeamNotFoundError

router = router_at("/feedback", "feedback")

Reader = Annotated[Actor, Security(authenticate, scopes=["feedback:read"])]
Configurer = Annotated[Actor, Security(authenticate, scopes=["feedback:configure"])]
ProfileCode = Annotated[
    str,
    StringConstraints(pattern=PROFILE_CODE, max_length=50),
    Path(description="The trust's own name of it.", examples=["census-2021"]),
]
ValidFrom = Annotated[Day, Path(description="A 1 April.", examples=["2026-04-01"])]
CHANGES = (PreconditionFailedError, PreconditionRequiredError)
NOTHING_YET = 0
"""The version of what is not there, so that `If-Match: "0"` makes it."""


@router.get(
    "/representation",
    responses=responses(
        WholeMonthsError, TeamNotFoundError, DirectorateNotFoundError, ProfileNotFoundError
    ),
)
async def get_representation(
    actor: Reader, door: Door, filters: Annotated[RepresentationFilters, Query()]
) -> RepresentationOut:
    """Tell who is heard: each group's responses and answers beside its share of the population.

    `from` and `to` make whole calendar months. Without `feedback:read:small_numbers` groups of
    fewer than five are hidden, and others where these could be worked out from them. Financial
    years tell most: parts of a year are told of groups without a month of one to four, and areas
    within the trust are told for whole financial years.
    """
    found = await representing.represent(door, filters.asked(), to=actor)
    return RepresentationOut.of(filters.by, found)


@router.get("/representation/racialised-communities", responses=responses(WholeMonthsError))
async def get_racialised_communities(
    actor: Reader, door: Door, filters: Annotated[RacialisedFilters, Query()]
) -> RacialisedShares:
    """Give the share of respondents from racialised communities (measure K7b).

    By both denominators, with what counts as racialised in each period, and with the number of
    responses (measure K7a) beside it.
    """
    first = filters.from_day or representing.FIRST
    last = filters.to_day or representing.LAST
    found = await racialised.shares(door, filters.per, first, last, to=actor)
    return RacialisedShares(items=[RacialisedShare.of(each) for each in found])


@router.get("/representation/racialised-communities/definitions", response_model=DefinitionList)
async def list_racialised_definitions(
    _: Reader, door: Door, paging: Annotated[Paging, Query()]
) -> Response:
    """List what was ever said to count as racialised communities, the latest said first."""
    fields = tuple(DefinitionOut.model_fields)
    return json(await queries.LISTED.page(door, fields, paging.page(), {}))


@router.get(
    "/representation/racialised-communities/definitions/{valid_from}",
    responses=responses(DefinitionNotFoundError),
)
async def get_racialised_definition(
    _: Reader, session: Session, valid_from: ValidFrom, response: Response
) -> DefinitionOut:
    """Read the definition that begins on a day."""
    return DefinitionOut.of(await queries.get_definition(session, valid_from), response)


@router.put(
    "/representation/racialised-communities/definitions/{valid_from}",
    responses=responses(DefinitionNotFoundError, *CHANGES),
)
async def put_racialised_definition(
    actor: Configurer,
    session: Session,
    match: IfMatch,
    valid_from: ValidFrom,
    response: Response,
    new: DefinitionValues,
) -> DefinitionOut:
    """Say what counts as racialised communities from a financial year on.

    It holds until another begins. `If-Match: "0"` makes one where none begins on that day.
    """
    found = await queries.definition_from(session, valid_from)
    match.check(found.version if found else NOTHING_YET)
    made = await service.define(session, found, valid_from, new.model_dump(), by=actor)
    return DefinitionOut.of(made, response)


@router.get("/population-profiles", response_model=ProfileList)
async def list_population_profiles(
    _: Reader, door: Door, paging: Annotated[Paging, Query()]
) -> Response:
    """List population profiles, newest first. They are of areas and hold nothing of anybody."""
    fields = tuple(ProfileOut.model_fields)
    return json(await queries.PROFILES.page(door, fields, paging.page(), {}))


@router.get("/population-profiles/{code}", responses=responses(ProfileNotFoundError))
async def get_population_profile(
    _: Reader, session: Session, code: ProfileCode, response: Response
) -> ProfileOut:
    """Read one population profile."""
    return ProfileOut.of(await queries.get_profile(session, code), response)


@router.put("/population-profiles/{code}", responses=responses(ProfileNotFoundError, *CHANGES))
async def put_population_profile(
    actor: Configurer,
    session: Session,
    match: IfMatch,
    code: ProfileCode,
    response: Response,
    new: ProfileValues,
) -> ProfileOut:
    """Load a population profile, whole or not at all.

    Every code is one that responses may have. `If-Match: "0"` makes a profile that is not there.
    """
    found = await queries.profile_called(session, code)
    match.check(found.version if found else NOTHING_YET)
    made = await service.load_profile(session, found, code, new.told(), by=actor)
    return ProfileOut.of(made, response)
