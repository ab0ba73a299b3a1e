from app.core.errors import DomainError, InvalidError, NotFoundError
from app.domain.involvement.naming.errors import DayInFutureError


class PanelNotFoundError(NotFoundError):
    slug = "panel-not-found"
    title = "No such panel, or you may not see it"


class PanelMemberError(InvalidError):
    slug = "panel-member"
    title = "Who sat on the panel is told only where somebody with lived experience did"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ck_recruitment_panel_sat": PanelMemberError,
    "ck_recruitment_panel_held_by_now": DayInFutureError,
}
