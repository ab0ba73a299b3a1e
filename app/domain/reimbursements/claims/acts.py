"""How a claim stands, what is done with it, and what follows.

    what is done    from                                              to
    make                                                              draft
    submit          draft, sent_back                                  submitted
    edit            submitted, certified, part_approved, approved     submitted
    certify         submitted                                         certified
    approve         certified                                         approved, part_approved
    approve_again   part_approved                                     approved
    send_back       submitted, certified, part_approved, approved     sent_back
    reject          submitted, certified, part_approved, approved     rejected
    withdraw        draft, submitted, certified, part_approved,
                    approved, sent_back, returned                     withdrawn
    take            approved                                          in_run
    put_back        in_run                                            approved
    send            in_run                                            sent
    pay             approved, in_run, sent                            paid
    return          in_run, sent, paid                                returned
    retry           returned                                          approved, in_run

A claim above the policy's limit is `part_approved` until somebody else approves it too. To edit or
submit begins a new round: whatever was certified and approved before is void. Each route of a
claim is paid by itself: it is `in_run` from the first that is taken, `sent` and `paid` when all
are, and `returned` when one comes back. A voucher is paid as soon as it is handed over.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class ClaimStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    CERTIFIED = "certified"
    PART_APPROVED = "part_approved"
    APPROVED = "approved"
    IN_RUN = "in_run"
    SENT = "sent"
    PAID = "paid"
    RETURNED = "returned"
    SENT_BACK = "sent_back"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Act(StrEnum):
    """What is done with a claim."""

    MAKE = "make"
    SUBMIT = "submit"
    EDIT = "edit"
    CERTIFY = "certify"
    APPROVE = "approve"
    APPROVE_AGAIN = "approve_again"
    SEND_BACK = "send_back"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    TAKE = "take"
    PUT_BACK = "put_back"
    SEND = "send"
    PAY = "pay"
    RETURN = "return"
    RETRY = "retry"


S = ClaimStatus
_UNDER_WAY: Final = (S.SUBMITTED, S.CERTIFIED, S.PART_APPROVED, S.APPROVED)
STEPS: Final[Mapping[Act, tuple[tuple[S, ...], tuple[S, ...]]]] = MappingProxyType(
    {
        Act.MAKE: ((), (S.DRAFT,)),
        Act.SUBMIT: ((S.DRAFT, S.SENT_BACK), (S.SUBMITTED,)),
        Act.EDIT: (_UNDER_WAY, (S.SUBMITTED,)),
        Act.CERTIFY: ((S.SUBMITTED,), (S.CERTIFIED,)),
        Act.APPROVE: ((S.CERTIFIED,), (S.APPROVED, S.PART_APPROVED)),
        Act.APPROVE_AGAIN: ((S.PART_APPROVED,), (S.APPROVED,)),
        Act.SEND_BACK: (_UNDER_WAY, (S.SENT_BACK,)),
        Act.REJECT: (_UNDER_WAY, (S.REJECTED,)),
        Act.WITHDRAW: ((S.DRAFT, *_UNDER_WAY, S.SENT_BACK, S.RETURNED), (S.WITHDRAWN,)),
        Act.TAKE: ((S.APPROVED,), (S.IN_RUN,)),
        Act.PUT_BACK: ((S.IN_RUN,), (S.APPROVED,)),
        Act.SEND: ((S.IN_RUN,), (S.SENT,)),
        Act.PAY: ((S.APPROVED, S.IN_RUN, S.SENT), (S.PAID,)),
        Act.RETURN: ((S.IN_RUN, S.SENT, S.PAID), (S.RETURNED,)),
        Act.RETRY: ((S.RETURNED,), (S.APPROVED, S.IN_RUN)),
    }
)
# Of these, nobody does two in one round.
HANDS: Final = (Act.SUBMIT, Act.EDIT, Act.CERTIFY, Act.APPROVE, Act.APPROVE_AGAIN)
# These nobody does about their own claim, or for somebody they acted for.
JUDGED: Final = (Act.CERTIFY, Act.APPROVE, Act.APPROVE_AGAIN, Act.SEND_BACK, Act.REJECT)
# A reason belongs to these.
REASONED: Final = (Act.SEND_BACK, Act.REJECT, Act.RETURN)
# Whoever had to has agreed to these, and nothing was changed since.
AGREED: Final = (S.APPROVED, S.IN_RUN, S.SENT, S.PAID, S.RETURNED)
# Nothing comes of these any more, so that what was claimed can be claimed anew.
ENDED: Final = (S.REJECTED, S.WITHDRAWN)


class Holder(StrEnum):
    """Who must do something next."""

    CLAIMANT = "claimant"
    CERTIFIER = "certifier"
    APPROVER = "approver"
    FINANCE = "finance"
    NOBODY = "nobody"


HOLDERS: Final[Mapping[S, Holder]] = MappingProxyType(
    {
        S.DRAFT: Holder.CLAIMANT,
        S.SUBMITTED: Holder.CERTIFIER,
        S.CERTIFIED: Holder.APPROVER,
        S.PART_APPROVED: Holder.APPROVER,
        S.APPROVED: Holder.FINANCE,
        S.IN_RUN: Holder.FINANCE,
        S.SENT: Holder.FINANCE,
        S.PAID: Holder.NOBODY,
        S.RETURNED: Holder.FINANCE,
        S.SENT_BACK: Holder.CLAIMANT,
        S.REJECTED: Holder.NOBODY,
        S.WITHDRAWN: Holder.NOBODY,
    }
)


def allowed(act: Act, before: S | None, after: S) -> bool:
    """Tell whether an act leads from one status to another."""
    starts, ends = STEPS[act]
    begins = before is None if act is Act.MAKE else before in starts
    return begins and after in ends


def steps_sql(act: str, before: str, after: str) -> str:
    """Write the table above as a condition on three columns."""
    return " OR ".join(
        f"({act} = '{each}' AND "
        + (one_of(before, starts) if starts else f"{before} IS NULL")
        + f" AND {one_of(after, ends)})"
        for each, (starts, ends) in STEPS.items()
    )


def one_of(column: str, members: Sequence[StrEnum]) -> str:
    """Write that a column is one of these; `IN` is for the check of a whole set."""
    told = " OR ".join(f"{column} = '{each}'" for each in members)
    return f"({told})"
