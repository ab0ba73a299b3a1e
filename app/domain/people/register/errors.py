from app.core.errors import DomainError, InvalidError, NotFoundError


class PersonNotFoundError(NotFoundError):
    slug = "person-not-found"
    title = "No such person, or you may not see them"


class RolePeriodNotFoundError(NotFoundError):
    slug = "role-period-not-found"
    title = "This person has no such role"


class PersonStatusError(DomainError):
    slug = "person-status"
    title = "The person's status does not allow this"


class PersonMergedError(DomainError):
    slug = "person-merged"
    title = "This record was merged into another one"


class PersonHeldError(DomainError):
    slug = "legal-hold"
    title = "A legal hold stands on this person: nothing of theirs is deleted"


class LeadUnknownError(InvalidError):
    slug = "lead-unknown"
    title = "A lead is an active user"


class ChannelMissingError(InvalidError):
    slug = "channel-missing"
    title = "There is nothing to reach the person by in the way they prefer"


class BornLaterError(InvalidError):
    slug = "born-later"
    title = "Nobody is born after today"


class RolePeriodOrderError(InvalidError):
    slug = "role-period-order"
    title = "A role ends after it begins"


class RoleOverlapError(DomainError):
    slug = "role-overlap"
    title = "The person has this role in that time already"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ck_person_reachable": ChannelMissingError,
    "ck_person_role_in_order": RolePeriodOrderError,
    "ex_person_role_once": RoleOverlapError,
}
# What refuses to delete anything of a person while a legal hold stands.
HELD: dict[str, type[DomainError]] = {"legal_hold": PersonHeldError}
