"""The closed sets of an action, and what of it the public reads."""

from enum import StrEnum
from typing import Final


class ActionStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Level(StrEnum):
    """For whom an action is: some teams, a directorate or the whole trust."""

    TEAM = "team"
    DIRECTORATE = "directorate"
    TRUST = "trust"


class Decision(StrEnum):
    WILL_DO = "will_do"
    DOING = "doing"
    DONE = "done"
    CANNOT = "cannot"


class CoProducer(StrEnum):
    """With whom an action was worked out."""

    PATIENTS = "patients"
    CARERS = "carers"
    CHILDREN_AND_YOUNG_PEOPLE = "children_and_young_people"
    EXPERTS_BY_EXPERIENCE = "experts_by_experience"
    PEER_SUPPORT_WORKERS = "peer_support_workers"
    COMMUNITY_GROUPS = "community_groups"


class DisplayPlace(StrEnum):
    WARD_BOARD = "ward_board"
    WAITING_ROOM_SCREEN = "waiting_room_screen"
    WEBSITE = "website"
    SOCIAL_MEDIA = "social_media"
    LETTER_OR_LEAFLET = "letter_or_leaflet"
    MEETING = "meeting"
    OTHER = "other"


# What the public reads: whoever changes one of these is an author, and does not approve it.
TOLD: Final = (
    "level",
    "team_ids",
    "directorate_id",
    "said",
    "said_easy_read",
    "did",
    "did_easy_read",
    "decision",
    "reason",
    "reason_easy_read",
    "themes",
    "measure",
    "effective_on",
)
