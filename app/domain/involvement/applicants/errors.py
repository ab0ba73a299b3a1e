from app.core.errors import DomainError, InvalidError, NotFoundError
from app.domain.involvement.naming.errors import DayInFutureError


class ApplicantNotFoundError(NotFoundError):
    slug = "applicant-not-found"
    title = "No such applicant, or you may not see them"


class ApplicantReferenceTakenError(DomainError):
    slug = "applicant-reference-taken"
    title = "Another applicant has this reference"


class ApplicantStageError(DomainError):
    slug = "applicant-stage"
    title = "The applicant's stage does not allow this"


class ApplicantStageDayError(InvalidError):
    slug = "applicant-stage-day"
    title = "A stage is reached on the day of the one before or later"


class ApplicantSurveyedError(DomainError):
    slug = "applicant-surveyed"
    title = "The applicant's answers are noted already"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "uq_recruitment_applicant_reference": ApplicantReferenceTakenError,
    "ck_recruitment_applicant_reached_by_now": DayInFutureError,
    "ck_recruitment_applicant_offered_by_now": DayInFutureError,
    "ck_recruitment_stage_reached_by_now": DayInFutureError,
    "recruitment_applicant_stage_follows": ApplicantStageError,
    "recruitment_applicant_stage_day": ApplicantStageDayError,
    "recruitment_survey_after_end": ApplicantStageError,
    "uq_recruitment_survey_applicant_id": ApplicantSurveyedError,
}
