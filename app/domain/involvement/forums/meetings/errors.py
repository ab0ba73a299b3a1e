from app.core.errors import DomainError, InvalidError, NotFoundError
from app.domain.involvement.naming.errors import DayInFutureError, PersonOrStaffError


class ForumMeetingNotFoundError(NotFoundError):
    slug = "forum-meeting-not-found"
    title = "This forum has no such meeting"


class ForumPaperNotFoundError(NotFoundError):
    slug = "forum-paper-not-found"
    title = "This meeting has no such paper"


class ForumMeetingStateError(DomainError):
    slug = "forum-meeting-state"
    title = "The meeting is not in a state that allows this"


class ForumMeetingNotYetError(DomainError):
    slug = "forum-meeting-not-yet"
    title = "The meeting has not taken place yet"


class ForumMeetingNowhereError(InvalidError):
    slug = "forum-meeting-nowhere"
    title = "A meeting has a place, a link, or both"


class NotInvitedError(DomainError):
    slug = "not-invited"
    title = "Only members and invited guests attend a forum's meeting"


class GuestTakenError(DomainError):
    slug = "guest-taken"
    title = "They are invited to this meeting already"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ck_forum_meeting_somewhere": ForumMeetingNowhereError,
    "ck_forum_meeting_held_by_now": ForumMeetingNotYetError,
    "ck_forum_paper_sent_by_now": DayInFutureError,
    "ck_forum_guest_one_named": PersonOrStaffError,
    "uq_forum_guest_meeting_id_person_id": GuestTakenError,
    "uq_forum_guest_meeting_id_user_id": GuestTakenError,
    "forum_attendance_by_member": NotInvitedError,
    "forum_meeting_fixed": ForumMeetingStateError,
}
