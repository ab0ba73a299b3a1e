from app.core.errors import DomainError, InvalidError, NotFoundError


class NeedNotFoundError(NotFoundError):
    slug = "need-not-found"
    title = "This person has no such need"


class NeedConceptError(InvalidError):
    slug = "need-concept"
    title = "This is no SNOMED CT concept: its check digit is wrong"


class NeedEmptyError(InvalidError):
    slug = "need-empty"
    title = "A need says something: in words, by a concept, or by formats or languages"


class NeedFormatsError(InvalidError):
    slug = "need-formats"
    title = "Only a need of an information format names formats and languages"


class NeedReviewError(InvalidError):
    slug = "need-review"
    title = "A need is reviewed on a later day"


class FormatRefusedError(DomainError):
    slug = "format-refused"
    title = "The person cannot use this format"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ck_person_need_concept": NeedConceptError,
    "ck_person_need_says_something": NeedEmptyError,
    "ck_person_need_formats_of_kind": NeedFormatsError,
    "ck_person_need_review_later": NeedReviewError,
}
