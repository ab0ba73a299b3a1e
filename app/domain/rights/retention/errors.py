from app.core.errors import ForbiddenError, InvalidError, NotFoundError


class RetentionRuleNotFoundError(NotFoundError):
    slug = "retention-rule-not-found"
    title = "There is no such category of records"


class RetentionUnconfirmedError(InvalidError):
    slug = "retention-unconfirmed"
    title = "A rule is confirmed with where its period comes from"


class RetentionLimitedError(ForbiddenError):
    slug = "retention-limited"
    title = "Rules hold for the whole trust; who is limited to a part of it decides none"
