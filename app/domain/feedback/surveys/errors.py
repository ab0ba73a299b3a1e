from app.core.errors import DomainError, InvalidError, NotFoundError
from app.domain.organisation.errors import CodeTakenError


class SurveyNotFoundError(NotFoundError):
    slug = "survey-not-found"
    title = "No such survey, or none of it is published, or you may not see it"


class SurveyVersionNotFoundError(NotFoundError):
    slug = "survey-version-not-found"
    title = "No such version of this survey"


class SurveyVersionFixedError(DomainError):
    slug = "survey-version-fixed"
    title = "A published version never changes; draft a new one from it"


class SurveyDraftExistsError(DomainError):
    slug = "survey-draft-exists"
    title = "This survey has a draft; change, publish or delete that one"


class SurveyNotReadyError(InvalidError):
    slug = "survey-not-ready"
    title = "The draft cannot be published as it is"


class SurveyNotPublishedError(DomainError):
    slug = "survey-not-published"
    title = "Only a published version can be retired"


class OneOwnerError(InvalidError):
    slug = "one-owner"
    title = "A survey is a team's, a directorate's, or the trust's"


REFUSALS: dict[str, type[DomainError]] = {
    "uq_survey_code": CodeTakenError,
    "ck_survey_one_owner": OneOwnerError,
    "ux_survey_version_one_draft": SurveyDraftExistsError,
}
