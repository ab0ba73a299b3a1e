from app.core.errors import DomainError, NotFoundError
from app.domain.involvement.naming.errors import (
    DayInFutureError,
    PeriodOrderError,
    PersonOrStaffError,
)


class ChampionNotFoundError(NotFoundError):
    slug = "champion-not-found"
    title = "No such champion, or you may not see them"


class ChampionOverlapError(DomainError):
    slug = "champion-overlap"
    title = "They are a champion of this team at that time already"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ck_champion_one_named": PersonOrStaffError,
    "ck_champion_in_order": PeriodOrderError,
    "ck_champion_trained_by_now": DayInFutureError,
    "ex_champion_once": ChampionOverlapError,
}
