"""Labels of who acts for somebody, and in what."""

from typing import Final

from app.core.reference import CodeList
from app.domain.people.supporters.models import May, Relation

RELATION: Final = CodeList.of(
    "supporter_relation",
    "What somebody's supporter is to them",
    {
        Relation.PARENT: "Parent",
        Relation.PARTNER: "Partner",
        Relation.RELATIVE: "Relative",
        Relation.FRIEND: "Friend",
        Relation.CARER: "Carer",
        Relation.ADVOCATE: "Advocate",
        Relation.SUPPORT_WORKER: "Support worker",
        Relation.OTHER: "Somebody else",
    },
    {
        Relation.PARENT: "My mum or dad",
        Relation.PARTNER: "My partner",
        Relation.RELATIVE: "One of my family",
        Relation.FRIEND: "My friend",
        Relation.CARER: "My carer",
        Relation.ADVOCATE: "My advocate",
        Relation.SUPPORT_WORKER: "My support worker",
        Relation.OTHER: "Someone else",
    },
)
MAY: Final = CodeList.of(
    "supporter_may",
    "What a supporter may do for somebody",
    {
        May.PROFILE: "See and change their record",
        May.CONTACT: "Change how they are reached",
        May.CONSENTS: "Give and withdraw consents",
        May.APPLICATIONS: "Apply, accept and withdraw",
        May.CLAIMS: "Claim, and choose about fees",
    },
    {
        May.PROFILE: "Change what is written about me",
        May.CONTACT: "Change my phone or email",
        May.CONSENTS: "Say yes or no for me",
        May.APPLICATIONS: "Join things for me",
        May.CLAIMS: "Ask for my money",
    },
)
LISTS: Final = (RELATION, MAY)
