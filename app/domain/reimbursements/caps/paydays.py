"""The one place that says when a fee is expected to be paid."""

from datetime import date, timedelta

from app.domain.reimbursements.policy.models import ReimbursementPolicy


def expected_on(day: date, policy: ReimbursementPolicy) -> date:
    """Give the day on which the fee of an activity's day is expected to reach the person.

    No payment is looked at: it is the activity's day and the policy's target together.
    """
    return day + timedelta(policy.pay_within_days)
