from app.core.errors import DomainError, ForbiddenError, InvalidError, NotFoundError


class AdvanceNotFoundError(NotFoundError):
    slug = "advance-not-found"
    title = "No such advance, or you may not see it"


class AdvanceStatusError(DomainError):
    slug = "advance-status"
    title = "The status or the kind of the advance does not allow this"


class AdvanceActivityError(InvalidError):
    slug = "advance-activity"
    title = "An advance is for an activity to come in which the person has a place"


class AdvanceAboveError(InvalidError):
    slug = "advance-above"
    title = "No more is paid in advance than the trust's policy says"


class AdvanceTwiceError(DomainError):
    slug = "advance-twice"
    title = "Money was asked for in advance of this activity already"


class AdvanceReasonError(InvalidError):
    slug = "advance-reason"
    title = "To decline an advance takes a reason"


class AdvanceSelfError(ForbiddenError):
    slug = "advance-self"
    title = "Nobody decides on what they asked for, or for somebody they acted for"


class AdvanceHandsError(ForbiddenError):
    slug = "advance-hands"
    title = "Who agreed to an advance does not pay it"


class AdvanceSettledError(DomainError):
    slug = "advance-settled"
    title = "No more is accounted for than was paid in advance, and by a claim once"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "advance_to_come": AdvanceActivityError,
    "advance_most": AdvanceAboveError,
    "uq_advance_money_once": AdvanceTwiceError,
    "ck_advance_reasoned": AdvanceReasonError,
    "advance_apart": AdvanceSelfError,
    "advance_hands": AdvanceHandsError,
    "advance_step": AdvanceStatusError,
    "uq_advance_settlement_advance_id_claim_id": AdvanceSettledError,
}
