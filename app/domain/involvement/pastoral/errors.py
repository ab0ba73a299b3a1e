from app.core.errors import DomainError, ForbiddenError, InvalidError, NotFoundError


class PastoralLeadNotFoundError(NotFoundError):
    slug = "pastoral-lead-not-found"
    title = "This person has no named lead yet"


class PastoralLeadUnknownError(InvalidError):
    slug = "pastoral-lead-unknown"
    title = "A named lead is an active user who may keep pastoral plans"


class PastoralLeadOnlyError(ForbiddenError):
    slug = "pastoral-lead-only"
    title = "Only the person's named lead may do this"


class BreakGlassNeededError(ForbiddenError):
    slug = "break-glass-needed"
    title = "Only the person's named lead sees this; break the glass where it must be"


class BreakGlassDeniedError(ForbiddenError):
    slug = "break-glass-denied"
    title = "You may not see this person's pastoral plan, whatever the reason"


class BreakGlassNeedlessError(DomainError):
    slug = "break-glass-needless"
    title = "The person's named lead needs to break no glass"


class PastoralPlanNotFoundError(NotFoundError):
    slug = "pastoral-plan-not-found"
    title = "This person has no pastoral plan yet"


class CheckInNotFoundError(NotFoundError):
    slug = "check-in-not-found"
    title = "No such check-in, or you may not see it"


class CheckInPlannedError(DomainError):
    slug = "check-in-planned"
    title = "The person's next check-in is planned already"


class CheckInStateError(DomainError):
    slug = "check-in-state"
    title = "The check-in was held or missed already"


class CheckInLaterError(InvalidError):
    slug = "check-in-later"
    title = "Nothing is held after today, and what comes next comes later"


class ConcernNotFoundError(NotFoundError):
    slug = "concern-not-found"
    title = "No such concern, or you may not see it"


class ConcernHandlerError(InvalidError):
    slug = "concern-handler"
    title = "A concern goes to somebody who is neither the named lead nor whom it is about"


class ConcernHandlerMissingError(DomainError):
    slug = "concern-handler-missing"
    title = "Nobody is there who could look at this concern freely"


class ConcernStateError(DomainError):
    slug = "concern-state"
    title = "The concern's state does not allow this"


class ConcernNotYoursError(ForbiddenError):
    slug = "concern-not-yours"
    title = "A concern is acknowledged and answered by whom it went to"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ck_pastoral_lead_changed_by": PastoralLeadOnlyError,
    "ck_pastoral_break_glass_concerned": BreakGlassDeniedError,
    "ck_pastoral_concern_not_to_lead": ConcernHandlerError,
    "ck_pastoral_concern_not_about_handler": ConcernHandlerError,
    "ix_pastoral_check_in_next": CheckInPlannedError,
    "ck_pastoral_check_in_held_by_then": CheckInLaterError,
}
