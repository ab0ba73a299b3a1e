from app.core.errors import DomainError, ForbiddenError, InvalidError, NotFoundError


class RateCardNotFoundError(NotFoundError):
    slug = "rate-card-not-found"
    title = "No such rate card"


class RateCardStatusError(DomainError):
    slug = "rate-card-status"
    title = "The rate card's status does not allow this"


class RateCardSamePersonError(ForbiddenError):
    slug = "rate-card-same-person"
    title = "Who proposed a rate card does not activate it"


class RateCardOverlapError(DomainError):
    slug = "rate-card-overlap"
    title = "Another active card of the scheme holds some of these days"


class RateCardPeriodError(InvalidError):
    slug = "rate-card-period"
    title = "A rate card ends after it begins"


class RateCardIncompleteError(DomainError):
    slug = "rate-card-incomplete"
    title = "A rate card is proposed with at least one rate, and a figure for each"


class RateUnfitError(InvalidError):
    slug = "rate-unfit"
    title = "The parts of a rate do not fit its kind and its unit"


class RateTwiceError(InvalidError):
    slug = "rate-twice"
    title = "Two rates of the card hold for the same"


class RateMissingError(InvalidError):
    slug = "rate-missing"
    title = "No rate card has a rate for this kind of line on this day"


class LineHoursMissingError(InvalidError):
    slug = "line-hours-missing"
    title = "This is paid by the hour up to a limit: tell the hours"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ck_rate_card_in_order": RateCardPeriodError,
    "ck_rate_card_activated_by_another": RateCardSamePersonError,
    "ex_rate_card_once": RateCardOverlapError,
    "rate_card_settled": RateCardStatusError,
    "rate_card_complete": RateCardIncompleteError,
    "ck_rate_unit_of_kind": RateUnfitError,
    "ck_rate_figure": RateUnfitError,
    "ck_rate_limits": RateUnfitError,
    "ck_rate_most": RateUnfitError,
    "uq_rate_holding": RateTwiceError,
}
