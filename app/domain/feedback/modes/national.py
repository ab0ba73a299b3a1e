"""What the national return calls things: services, their categories and modes, in its own order.

Domain reference 1.4 and 1.5.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from app.domain.organisation.models import FftCategory, Segment


class NationalService(StrEnum):
    """The two returns that a mental health and community trust makes."""

    MENTAL_HEALTH = "mental_health"
    COMMUNITY = "community"


class Mode(StrEnum):
    """How an answer was collected; before a discharge includes the point of it."""

    SMS = "sms"
    ELECTRONIC = "electronic"
    ELECTRONIC_BEFORE_DISCHARGE = "electronic_before_discharge"
    ELECTRONIC_AFTER_DISCHARGE = "electronic_after_discharge"
    PAPER = "paper"
    PAPER_BEFORE_DISCHARGE = "paper_before_discharge"
    PAPER_AFTER_DISCHARGE = "paper_after_discharge"
    TELEPHONE = "telephone"
    ONLINE = "online"
    OTHER = "other"


class MappedChannel(StrEnum):
    """A response's channel, or that it has none."""

    SMS = "sms"
    ONLINE = "online"
    APP = "app"
    TABLET = "tablet"
    KIOSK = "kiosk"
    PAPER = "paper"
    TELEPHONE = "telephone"
    IN_PERSON = "in_person"
    OTHER = "other"
    NOT_RECORDED = "not_recorded"


MODES: Final[Mapping[NationalService, Mapping[Mode, str]]] = {
    NationalService.MENTAL_HEALTH: {
        Mode.SMS: "SMS/text",
        Mode.ELECTRONIC_BEFORE_DISCHARGE: (
            "Smartphone app/tablet/kiosk before or at point of discharge"
        ),
        Mode.ELECTRONIC_AFTER_DISCHARGE: "Smartphone app/tablet after discharge",
        Mode.PAPER_BEFORE_DISCHARGE: "Paper/postcard before or at point of discharge",
        Mode.PAPER_AFTER_DISCHARGE: "Paper/postcard after discharge",
        Mode.TELEPHONE: "Telephone survey after discharge",
        Mode.ONLINE: "Online survey after discharge",
        Mode.OTHER: "Other",
    },
    NationalService.COMMUNITY: {
        Mode.SMS: "SMS/text",
        Mode.ELECTRONIC: "Smartphone app/tablet/kiosk",
        Mode.PAPER: "Paper/postcard",
        Mode.TELEPHONE: "Telephone survey",
        Mode.ONLINE: "Online survey",
        Mode.OTHER: "Other",
    },
}
CATEGORIES: Final[Mapping[NationalService, Mapping[FftCategory, str]]] = {
    NationalService.MENTAL_HEALTH: {
        FftCategory.MH_PRIMARY_CARE: "Primary care",
        FftCategory.MH_SECONDARY_CARE_COMMUNITY: "Secondary care community services",
        FftCategory.MH_ACUTE: "Acute services",
        FftCategory.MH_SPECIALIST: "Specialist services (MH)",
        FftCategory.MH_SECURE_FORENSIC: "Secure and forensic services",
        FftCategory.MH_CHILD_ADOLESCENT: "Child and adolescent mental health services",
        FftCategory.MH_OTHER: "Mental health other",
    },
    NationalService.COMMUNITY: {
        FftCategory.CH_INPATIENT: "Community inpatient services",
        FftCategory.CH_NURSING: "Community nursing services",
        FftCategory.CH_REHABILITATION_THERAPY: "Rehabilitation and therapy services",
        FftCategory.CH_SPECIALIST: "Specialist services (CH)",
        FftCategory.CH_CHILDREN_FAMILY: "Children and family services",
        FftCategory.CH_OTHER: "Community healthcare other",
    },
}
SEGMENTS: Final[Mapping[NationalService, Segment]] = {
    NationalService.MENTAL_HEALTH: Segment.MENTAL_HEALTH_LEARNING_DISABILITY,
    NationalService.COMMUNITY: Segment.PHYSICAL_HEALTH,
}
"""Which return a team belongs to that has no category yet."""
