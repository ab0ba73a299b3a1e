from app.core.errors import DomainError, InvalidError, NotFoundError
from app.domain.involvement.naming.errors import PeriodOrderError, PersonOrStaffError


class ForumNotFoundError(NotFoundError):
    slug = "forum-not-found"
    title = "No such forum, or you may not see it"


class ForumMemberNotFoundError(NotFoundError):
    slug = "forum-member-not-found"
    title = "This forum has no such member"


class ForumPathwayError(InvalidError):
    slug = "forum-pathway"
    title = "A pathway's forum names its pathway, and no other forum names one"


class ForumNameTakenError(DomainError):
    slug = "forum-name-taken"
    title = "Another forum has this name"


class ForumMemberOverlapError(DomainError):
    slug = "forum-member-overlap"
    title = "They are a member of this forum at that time already"


class ForumMemberAttendedError(DomainError):
    slug = "forum-member-attended"
    title = "They attended a meeting outside of that time as a member"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ck_forum_pathway_named": ForumPathwayError,
    "uq_forum_name": ForumNameTakenError,
    "ck_forum_member_one_named": PersonOrStaffError,
    "ck_forum_member_in_order": PeriodOrderError,
    "ex_forum_member_once": ForumMemberOverlapError,
    "forum_member_attended": ForumMemberAttendedError,
}
