"""What the facts about a claim amount to: each check with its level, in words.

The words name nobody and nothing that somebody wrote, so that whoever approves, and later the
person themselves, may read them. Which claims they are about stands beside them, as ids.

    check               low                    medium                       high
    same_receipt                                                            the same file elsewhere
    alike_receipt                              pictures that look alike
    same_journey                               same day, same places
    same_day_and_event  another claim for it
    near_amount         declared as a repeat   within a penny, in 14 days
    shared_bank                                                             somebody has it too
    account_name        the names differ       the names have no word in
                        partly                 common
    first_payment                              nothing was paid before
    above_95th                                 more than 95 % of a year's
    budget_exceeded                                                         more than is left
    earlier_rejections  one or more
    paid_in_advance                                                         not accounted for yet
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.domain.reimbursements.flags.codes import FlagCode, FlagLevel
from app.domain.reimbursements.payees.names import NameLevel

C, L = FlagCode, FlagLevel
Ids = tuple[UUID, ...]
# Of fewer claims that were paid, a percentile says nothing.
LEAST_PAID: Final = 20
PERCENT: Final = 95
_NAMES: Final = {
    None: (L.NONE, "No bank account is held, so that there is no name to compare."),
    NameLevel.NONE: (L.NONE, "The account's holder has the person's name."),
    NameLevel.PARTIAL: (L.LOW, "The account's holder has a part of the person's name."),
    NameLevel.DIFFERENT: (L.MEDIUM, "The account's holder has another name than the person."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a claim beside others.

    Ids are those of other claims. `repeated` are those near in amount that were declared as
    repeats. `paid` counts the claims paid in a year, `below` those of them that came to less.
    `exceeds` is None where no budget is named.
    """

    same_receipt: Ids = ()
    alike_receipt: Ids = ()
    own_journey: Ids = ()
    others_journey: Ids = ()
    same_day: Ids = ()
    near: Ids = ()
    repeated: Ids = ()
    shared_bank: bool = False
    name_level: NameLevel | None = None
    paid_before: bool = False
    paid: int = 0
    below: int = 0
    rejected: Ids = ()
    advanced: bool = False
    exceeds: bool | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    code: FlagCode
    level: FlagLevel
    explanation: str
    about: Ids = ()


def findings(facts: Facts) -> Sequence[Finding]:
    """Give what every check found, in the order of their codes."""
    names = _NAMES[facts.name_level]
    return (
        _told(
            C.SAME_RECEIPT,
            L.HIGH,
            facts.same_receipt,
            "A receipt is the same file as one that was claimed by before.",
            "No receipt is the same file as another.",
        ),
        _told(
            C.ALIKE_RECEIPT,
            L.MEDIUM,
            facts.alike_receipt,
            "A receipt looks like another one that was claimed by.",
            "No receipt looks like another.",
        ),
        _journey(facts),
        _told(
            C.SAME_DAY_AND_EVENT,
            L.LOW,
            facts.same_day,
            "The person has another claim for the same activity on the same day.",
            "The person has no other claim for the same activity on the same day.",
        ),
        _near(facts),
        _when(
            C.SHARED_BANK,
            L.HIGH,
            "Somebody else has the same bank account.",
            "Nobody else has the same bank account.",
            found=facts.shared_bank,
        ),
        Finding(C.ACCOUNT_NAME, *names),
        _when(
            C.FIRST_PAYMENT,
            L.MEDIUM,
            "Nothing was paid to the person before.",
            "The person was paid before.",
            found=not facts.paid_before,
        ),
        _amount(facts),
        _budget(facts),
        _told(
            C.EARLIER_REJECTIONS,
            L.LOW,
            facts.rejected,
            "Earlier claims of the person were rejected.",
            "No claim of the person was rejected.",
        ),
        _when(
            C.PAID_IN_ADVANCE,
            L.HIGH,
            "Money was paid in advance for this activity and is not accounted for yet.",
            "Nothing that was paid in advance for this activity is open.",
            found=facts.advanced,
        ),
    )


def _told(code: FlagCode, level: FlagLevel, about: Ids, some: str, none: str) -> Finding:
    return Finding(code, level, some, about) if about else Finding(code, L.NONE, none)


def _when(code: FlagCode, level: FlagLevel, some: str, none: str, *, found: bool) -> Finding:
    return Finding(code, level, some) if found else Finding(code, L.NONE, none)


def _journey(facts: Facts) -> Finding:
    told = []
    if facts.own_journey:
        told.append("The person claimed the same journey of the same day in another claim.")
    if facts.others_journey:
        told.append("Somebody else claimed the same miles between the same places that day.")
    about = tuple(sorted({*facts.own_journey, *facts.others_journey}))
    words = " ".join(told)
    return _told(
        C.SAME_JOURNEY, L.MEDIUM, about, words, "No other claim has a journey of this one."
    )


def _near(facts: Facts) -> Finding:
    if facts.near and set(facts.near) <= set(facts.repeated):
        words = "The claim comes to the same as another that it is declared to repeat."
        return Finding(C.NEAR_AMOUNT, L.LOW, words, facts.near)
    return _told(
        C.NEAR_AMOUNT,
        L.MEDIUM,
        facts.near,
        "Another claim of the person within 14 days comes to the same, to a penny.",
        "No other claim of the person within 14 days comes to the same.",
    )


def _amount(facts: Facts) -> Finding:
    if facts.paid < LEAST_PAID:
        words = f"Fewer than {LEAST_PAID} claims were paid in a year, too few to compare with."
        return Finding(C.ABOVE_95TH, L.NONE, words)
    # Above the percentile: 95 of a hundred, or more, came to less.
    return _when(
        C.ABOVE_95TH,
        L.MEDIUM,
        f"The claim comes to more than {PERCENT} % of those that were paid in a year.",
        f"The claim is not among the largest {100 - PERCENT} % of those paid in a year.",
        found=facts.below * 100 >= facts.paid * PERCENT,
    )


def _budget(facts: Facts) -> Finding:
    if facts.exceeds is None:
        words = "It is known when somebody approves the claim from a budget."
        return Finding(C.BUDGET_EXCEEDED, L.NONE, words)
    return _when(
        C.BUDGET_EXCEEDED,
        L.HIGH,
        "The budget has less left than the claim comes to.",
        "The budget has enough left.",
        found=facts.exceeds,
    )
