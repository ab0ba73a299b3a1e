"""Commands: load a population profile, and say what racialised communities are."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.db import flush
from app.core.errors import DomainError, InvalidError, PreconditionFailedError
from app.domain.feedback.representation.dimensions import (
    CHARACTERISTICS,
    STATED_CATEGORIES,
    Dimension,
)
from app.domain.feedback.representation.errors import (
    DefinitionNotFoundError,
    ProfileNotFoundError,
)
from app.domain.feedback.representation.models import PopulationProfile, RacialisedDefinition
from app.domain.organisation.models import Directorate, Team

# Somebody else was quicker: what was not there when it was read is there now.
REFUSALS: Final[Mapping[str, type[DomainError]]] = {
    "uq_population_profile_code": PreconditionFailedError,
    "uq_racialised_definition_valid_from": PreconditionFailedError,
}


async def load_profile(
    session: AsyncSession,
    found: PopulationProfile | None,
    code: str,
    told: Mapping[str, Any],
    *,
    by: Actor,
) -> PopulationProfile:
    """Load a profile whole, new or in place of what it was; raises InvalidError.

    Callers limited to teams load those of their own areas only: raises ProfileNotFoundError.
    """
    check_codes(told["people"])
    if found is not None and not _theirs(found.team_id, found.directorate_id, by):
        raise ProfileNotFoundError
    await _check_area(session, told, by)
    profile = found or PopulationProfile(code=code)
    for name, value in told.items():
        setattr(profile, name, value)
    session.add(profile)
    await flush(session, REFUSALS)
    return profile


def check_codes(people: Mapping[str, Mapping[str, int]]) -> None:
    """Refuse codes that no response can have; raises InvalidError with each of them."""
    unknown = [
        {"pointer": f"#/people/{name}", "detail": "Holds a code of no list", "code": "no_code"}
        for name, told in people.items()
        if not all(CHARACTERISTICS[Dimension(name)].knows(code) for code in told)
    ]
    if unknown:
        raise InvalidError(errors=unknown)


async def define(
    session: AsyncSession,
    found: RacialisedDefinition | None,
    valid_from: date,
    told: Mapping[str, Any],
    *,
    by: Actor,
) -> RacialisedDefinition:
    """Say what counts from a financial year on; raises InvalidError.

    It is the whole trust's: callers limited to teams get DefinitionNotFoundError.
    """
    if by.limited:
        raise DefinitionNotFoundError("It is the whole trust's")
    if (valid_from.month, valid_from.day) != (4, 1):
        raise InvalidError.at("#/valid_from", "Definitions begin on 1 April", "not_april")
    if not set(told["codes"]) <= STATED_CATEGORIES:
        raise InvalidError.at("#/codes", "Holds a code of no stated category", "no_code")
    definition = found or RacialisedDefinition(valid_from=valid_from)
    definition.title, definition.source = told["title"], told["source"]
    definition.codes = sorted(set(told["codes"]))
    session.add(definition)
    await flush(session, REFUSALS)
    return definition


async def _check_area(session: AsyncSession, told: Mapping[str, Any], by: Actor) -> None:
    for name, kind in (("team_id", Team), ("directorate_id", Directorate)):
        if told[name] is not None and await session.get(kind, told[name]) is None:
            raise InvalidError.at(f"#/{name}", "There is none with this id", "not_found")
    if not _theirs(told["team_id"], told["directorate_id"], by):
        raise InvalidError.at("#/team_id", "It is none of your teams", "not_found")


def _theirs(team: Any, directorate: Any, by: Actor) -> bool:
    if by.teams is None:
        return True
    return team in by.teams or directorate in (by.directorates or ())
