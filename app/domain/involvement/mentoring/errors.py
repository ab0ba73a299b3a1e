from app.core.errors import DomainError, InvalidError, NotFoundError
from app.domain.involvement.naming.errors import DayInFutureError


class MentoringPairNotFoundError(NotFoundError):
    slug = "mentoring-pair-not-found"
    title = "No such pair, or you may not see it"


class MentoringOverlapError(DomainError):
    slug = "mentoring-overlap"
    title = "The two are a pair at that time already"


class MentoringEndedError(DomainError):
    slug = "mentoring-ended"
    title = "The pair has ended"


class MentoringDayError(InvalidError):
    slug = "mentoring-day"
    title = "A pair meets between its start and its end"


class MentoringMeetingTakenError(DomainError):
    slug = "mentoring-meeting-taken"
    title = "The pair's meeting on this day is noted already"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ex_mentoring_pair_once": MentoringOverlapError,
    "ck_mentoring_pair_ended_by_now": DayInFutureError,
    "ck_mentoring_pair_ended_later": MentoringDayError,
    "ck_mentoring_meeting_met_by_now": DayInFutureError,
    "mentoring_meeting_within": MentoringDayError,
    "uq_mentoring_meeting_pair_id_met_on": MentoringMeetingTakenError,
}
