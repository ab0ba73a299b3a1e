"""Labels of what people are involved in, and how that stands."""

from typing import Final

from app.core.reference import CodeList
from app.domain.involvement.checks.models import DbsLevel
from app.domain.involvement.forums.issues.models import RaisedBy
from app.domain.involvement.forums.models import ForumKind
from app.domain.involvement.opportunities.models import OpportunityKind
from app.domain.involvement.participation.models import ParticipationStatus
from app.domain.involvement.posts.models import PostKind
from app.domain.involvement.recovery.models import RecoveryService

OPPORTUNITY: Final = CodeList.of(
    "opportunity_kind",
    "What somebody can be involved in",
    {
        OpportunityKind.QI_PROJECT: "Quality improvement project",
        OpportunityKind.SERVICE_CHANGE: "Change of a service",
        OpportunityKind.INTERVIEW_PANEL: "Interview or recruitment panel",
        OpportunityKind.TRAINING_DELIVERY: "Delivering training",
        OpportunityKind.RESEARCH: "Research",
        OpportunityKind.FORUM: "Forum",
        OpportunityKind.OTHER: "Something else",
    },
    {
        OpportunityKind.QI_PROJECT: "Make a service better",
        OpportunityKind.SERVICE_CHANGE: "Help change a service",
        OpportunityKind.INTERVIEW_PANEL: "Help choose new staff",
        OpportunityKind.TRAINING_DELIVERY: "Help teach people",
        OpportunityKind.RESEARCH: "Help find things out",
        OpportunityKind.FORUM: "Join a group that meets",
        OpportunityKind.OTHER: "Something else",
    },
)
PARTICIPATION: Final = CodeList.of(
    "participation_status",
    "How somebody's part in an opportunity stands",
    {
        ParticipationStatus.INVITED: "Invited",
        ParticipationStatus.APPLIED: "Applied",
        ParticipationStatus.ACCEPTED: "Accepted",
        ParticipationStatus.ATTENDED: "Attended",
        ParticipationStatus.DID_NOT_ATTEND: "Did not attend",
        ParticipationStatus.COMPLETED: "Completed",
        ParticipationStatus.DECLINED: "Declined",
        ParticipationStatus.WITHDRAWN: "Withdrawn",
    },
    {
        ParticipationStatus.INVITED: "I was asked",
        ParticipationStatus.APPLIED: "I asked to join",
        ParticipationStatus.ACCEPTED: "I have a place",
        ParticipationStatus.ATTENDED: "I was there",
        ParticipationStatus.DID_NOT_ATTEND: "I was not there",
        ParticipationStatus.COMPLETED: "It is done",
        ParticipationStatus.DECLINED: "It was a no",
        ParticipationStatus.WITHDRAWN: "I stopped",
    },
)
CHECK: Final = CodeList.of(
    "dbs_level",
    "Level of a check by the Disclosure and Barring Service",
    {
        DbsLevel.BASIC: "Basic",
        DbsLevel.STANDARD: "Standard",
        DbsLevel.ENHANCED: "Enhanced",
        DbsLevel.ENHANCED_BARRED: "Enhanced with barred lists",
    },
    {
        DbsLevel.BASIC: "A simple check",
        DbsLevel.STANDARD: "A longer check",
        DbsLevel.ENHANCED: "A full check",
        DbsLevel.ENHANCED_BARRED: "A full check, and two more lists",
    },
)
FORUM: Final = CodeList.of(
    "forum_kind",
    "Kind of forum",
    {
        ForumKind.PATHWAY: "Forum of a pathway",
        ForumKind.YOUTH_BOARD: "Youth board",
        ForumKind.TRUST_WIDE: "Trust-wide group",
    },
    {
        ForumKind.PATHWAY: "A group about one kind of care",
        ForumKind.YOUTH_BOARD: "A group of young people",
        ForumKind.TRUST_WIDE: "A group about everything",
    },
)
RAISED: Final = CodeList.of(
    "issue_raised_by",
    "Who raised an issue at a forum",
    {RaisedBy.PATIENT: "A patient", RaisedBy.CARER: "A carer", RaisedBy.STAFF: "Staff"},
    {
        RaisedBy.PATIENT: "Someone who uses services",
        RaisedBy.CARER: "Someone who cares for them",
        RaisedBy.STAFF: "Someone who works here",
    },
)
POST: Final = CodeList.of(
    "involvement_post_kind",
    "Kind of post",
    {
        PostKind.LIVED_EXPERIENCE: "Lived-experience role",
        PostKind.PEER_SUPPORT_WORKER: "Peer support worker",
    },
    {
        PostKind.LIVED_EXPERIENCE: "A job for someone who has used services",
        PostKind.PEER_SUPPORT_WORKER: "A job helping others as a peer",
    },
)
RECOVERY: Final = CodeList.of(
    "recovery_service",
    "Recovery service that somebody is referred to",
    {
        RecoveryService.RECOVERY_COLLEGE: "Recovery College",
        RecoveryService.PEER_SUPPORT: "Peer support",
        RecoveryService.EMPLOYMENT_SUPPORT: "Employment support (IPS)",
    },
    {
        RecoveryService.RECOVERY_COLLEGE: "A college to learn about getting well",
        RecoveryService.PEER_SUPPORT: "Help from someone like me",
        RecoveryService.EMPLOYMENT_SUPPORT: "Help to find a job",
    },
)
LISTS: Final = (OPPORTUNITY, PARTICIPATION, CHECK, FORUM, RAISED, POST, RECOVERY)
