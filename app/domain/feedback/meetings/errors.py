from app.core.errors import DomainError, InvalidError, NotFoundError


class MeetingNotFoundError(NotFoundError):
    slug = "meeting-not-found"
    title = "No such meeting, or you may not see it"


class PromiseNotFoundError(NotFoundError):
    slug = "promise-not-found"
    title = "No such promise, or you may not see it"


class MeetingStateError(DomainError):
    slug = "meeting-state"
    title = "The meeting is not in a state that allows this"


class MeetingNotYetError(DomainError):
    slug = "meeting-not-yet"
    title = "The meeting has not taken place yet"


class MeetingTimesError(InvalidError):
    slug = "meeting-times"
    title = "A meeting ends after it begins"


class MeetingNowhereError(InvalidError):
    slug = "meeting-nowhere"
    title = "A meeting has a place, a link, or both"


class PromiseKeptError(DomainError):
    slug = "promise-kept"
    title = "The promise was kept already"


class PromiseDayError(InvalidError):
    slug = "promise-day"
    title = "A promise is kept on the day of its meeting or later, and not in the future"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ck_feedback_meeting_ends_later": MeetingTimesError,
    "ck_feedback_meeting_somewhere": MeetingNowhereError,
}
