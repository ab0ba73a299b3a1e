from app.core.errors import DomainError, InvalidError, NotFoundError
from app.domain.involvement.naming.errors import DayInFutureError


class ForumIssueNotFoundError(NotFoundError):
    slug = "forum-issue-not-found"
    title = "No such issue, or you may not see it"


class IssueTeamsError(InvalidError):
    slug = "issue-teams"
    title = "An issue between teams names two of them"


class IssueMeetingError(InvalidError):
    slug = "issue-meeting"
    title = "The meeting is not this forum's"


class IssueClosedError(DomainError):
    slug = "issue-closed"
    title = "The issue is closed"


class IssueWithoutActionError(DomainError):
    slug = "issue-without-action"
    title = "An issue is closed after something was done about it"


class IssueUnansweredError(DomainError):
    slug = "issue-unanswered"
    title = "Both teams answer before the issue is closed"


class IssueDayError(InvalidError):
    slug = "issue-day"
    title = "An issue is closed on the day it was raised or later"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ck_forum_issue_two_teams": IssueTeamsError,
    "ck_forum_issue_acted_on": IssueWithoutActionError,
    "ck_forum_issue_answered": IssueUnansweredError,
    "ck_forum_issue_closed_later": IssueDayError,
    "ck_forum_issue_raised_by_now": DayInFutureError,
    "ck_forum_issue_closed_by_now": DayInFutureError,
    "fk_forum_issue_meeting_id": IssueMeetingError,
    "forum_issue_closed": IssueClosedError,
}
