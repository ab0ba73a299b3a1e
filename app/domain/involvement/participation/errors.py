from app.core.errors import DomainError, NotFoundError
from app.domain.involvement.opportunities.errors import (
    OpportunityFullError,
    OpportunityStatusError,
)
from app.domain.people.register.errors import PersonStatusError


class ParticipationNotFoundError(NotFoundError):
    slug = "participation-not-found"
    title = "No such participation, or you may not see it"


class ParticipationExistsError(DomainError):
    slug = "participation-exists"
    title = "The person was invited or applied already"


class ParticipationStatusError(DomainError):
    slug = "participation-status"
    title = "The participation's status does not allow this"


class GatesMissingError(DomainError):
    slug = "gates-missing"
    title = "The person lacks a check or a course that the opportunity requires"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "uq_participation_opportunity_id_person_id": ParticipationExistsError,
    "ck_participation_follows": ParticipationStatusError,
    "ck_participation_published": OpportunityStatusError,
    "ck_participation_goes_on": OpportunityStatusError,
    "ck_participation_active": PersonStatusError,
    "ck_participation_places": OpportunityFullError,
    "ck_participation_gates": GatesMissingError,
}
