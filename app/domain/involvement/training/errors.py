from app.core.errors import DomainError, InvalidError, NotFoundError


class CourseNotFoundError(NotFoundError):
    slug = "course-not-found"
    title = "No such course"


class CourseCodeTakenError(DomainError):
    slug = "course-code-taken"
    title = "Another course has this code"


class CourseRetiredError(DomainError):
    slug = "course-retired"
    title = "The course is no longer given"


class CourseVersionUnknownError(InvalidError):
    slug = "course-version-unknown"
    title = "The course has no such version"


class CompletionNotFoundError(NotFoundError):
    slug = "completion-not-found"
    title = "No such completion, or you may not see it"


class CompletionInFutureError(InvalidError):
    slug = "completion-in-future"
    title = "Nobody has completed a course after today"


class CompletionRecordedError(DomainError):
    slug = "completion-recorded"
    title = "This completion was recorded already"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "uq_course_code": CourseCodeTakenError,
    "ck_course_completion_not_in_future": CompletionInFutureError,
    "uq_course_completion_person_id_course_id_completed_on": CompletionRecordedError,
    "uq_course_completion_user_id_course_id_completed_on": CompletionRecordedError,
}
