from app.core.errors import DomainError, ForbiddenError, InvalidError, NotFoundError


class FundApplicationNotFoundError(NotFoundError):
    slug = "fund-application-not-found"
    title = "No such application to the co-production fund, or you may not see it"


class FundStatusError(DomainError):
    slug = "fund-status"
    title = "The application's status does not allow this"


class FundOwnApplicationError(ForbiddenError):
    slug = "fund-own-application"
    title = "Nobody decides on their own application"


class FundPanelError(InvalidError):
    slug = "fund-panel"
    title = "A panel has two members or more, all known, none of them the applicant"


class AwardAboveAskedError(InvalidError):
    slug = "award-above-asked"
    title = "No more is awarded than was asked for"


class AwardSpentError(DomainError):
    slug = "award-spent"
    title = "No more is spent than was awarded"


class SpentInFutureError(InvalidError):
    slug = "spent-in-future"
    title = "Nothing was spent after today"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ck_fund_application_decided_by_another": FundOwnApplicationError,
    "ck_fund_application_award_within_asked": AwardAboveAskedError,
    "ck_fund_application_spent_within_award": AwardSpentError,
    # Where the award is a budget: what claims are to be paid of it is not billed.
    "ck_budget_within_amount": AwardSpentError,
    "ck_fund_panel_member_not_the_applicant": FundPanelError,
    "uq_fund_panel_member_application_id_user_id": FundPanelError,
    "ck_fund_spend_not_in_future": SpentInFutureError,
}
