from app.core.errors import DomainError, InvalidError, NotFoundError


class DirectorateNotFoundError(NotFoundError):
    slug = "directorate-not-found"
    title = "No such directorate, or you may not see it"


class ServiceNotFoundError(NotFoundError):
    slug = "service-not-found"
    title = "No such service, or you may not see it"


class TeamNotFoundError(NotFoundError):
    slug = "team-not-found"
    title = "No such team, or you may not see it"


class CodeTakenError(DomainError):
    slug = "code-taken"
    title = "Another record of this kind has this code"


class LocationCodeTakenError(DomainError):
    slug = "location-code-taken"
    title = "Another team has this location code at that time"


class PlacementOverlapError(DomainError):
    slug = "placement-overlap"
    title = "A team stands in one place at a time"


class PlacementContradictedError(DomainError):
    slug = "placement-contradicted"
    title = "A later placement says otherwise; begin not before it, or change it first"


class ClosedBeforeOpenedError(InvalidError):
    slug = "closed-before-opened"
    title = "A team closes on the day it opens or later"


class InUseError(DomainError):
    slug = "in-use"
    title = "Something refers to this record, so it cannot be deleted"


class TrustUnnamedError(DomainError):
    slug = "trust-unnamed"
    title = "This database has not been told which trust it belongs to"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "uq_directorate_code": CodeTakenError,
    "uq_service_code": CodeTakenError,
    "uq_team_code": CodeTakenError,
    "ck_team_closed_after_opened": ClosedBeforeOpenedError,
    "ex_team_placement_one_at_a_time": PlacementOverlapError,
    "ex_team_location_one_team_a_code": LocationCodeTakenError,
}
