from app.core.errors import InvalidError, NotFoundError


class RetentionRuleNotFoundError(NotFoundError):
    slug = "retention-rule-not-found"
    title = "There is no such category of records"


class RetentionUnconfirmedError(InvalidError):
    slug = "retention-unconfirmed"
    title = "A rule is confirmed with where its period comes from"
