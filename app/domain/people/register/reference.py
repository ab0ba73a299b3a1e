"""Labels of who is involved as what, how they are reached, and when they can."""

from collections.abc import Mapping
from typing import Final

from app.core.reference import CodeList
from app.domain.people.register.models import (
    Availability,
    ContactChannel,
    InvolvementRole,
    PersonStatus,
)

ROLE: Final = CodeList.of(
    "involvement_role",
    "What somebody is involved as",
    {
        InvolvementRole.EXPERT_BY_EXPERIENCE: "Expert by experience",
        InvolvementRole.CARER: "Carer",
        InvolvementRole.YOUNG_PERSON: "Young person",
        InvolvementRole.PEER_SUPPORT_WORKER: "Peer support worker",
        InvolvementRole.VOLUNTEER: "Volunteer",
        InvolvementRole.GOVERNOR: "Governor",
    },
    {
        InvolvementRole.EXPERT_BY_EXPERIENCE: "I have used services",
        InvolvementRole.CARER: "I care for someone",
        InvolvementRole.YOUNG_PERSON: "I am young",
        InvolvementRole.PEER_SUPPORT_WORKER: "I support others as a peer",
        InvolvementRole.VOLUNTEER: "I am a volunteer",
        InvolvementRole.GOVERNOR: "I am a governor",
    },
)
STATUS: Final = CodeList.of(
    "person_status",
    "How somebody's involvement stands",
    {
        PersonStatus.ENQUIRY: "Asked to be involved",
        PersonStatus.WELCOMED: "Welcomed",
        PersonStatus.ACTIVE: "Active",
        PersonStatus.PAUSED: "Paused",
        PersonStatus.LEFT: "Left",
    },
    {
        PersonStatus.ENQUIRY: "I asked to join",
        PersonStatus.WELCOMED: "I was welcomed",
        PersonStatus.ACTIVE: "I take part",
        PersonStatus.PAUSED: "I have a break",
        PersonStatus.LEFT: "I have left",
    },
)
CHANNEL: Final = CodeList.of(
    "contact_channel",
    "How somebody is reached",
    {
        ContactChannel.EMAIL: "Email",
        ContactChannel.SMS: "Text message",
        ContactChannel.PHONE: "Telephone",
        ContactChannel.LETTER: "Letter",
    },
    {
        ContactChannel.EMAIL: "Email me",
        ContactChannel.SMS: "Text me",
        ContactChannel.PHONE: "Ring me",
        ContactChannel.LETTER: "Write me a letter",
    },
)
_DAYS: Final[Mapping[str, str]] = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
_PARTS: Final = {each: each.partition("_") for each in Availability}
_LABELS: Final[Mapping[str, str]] = {
    each: f"{_DAYS[day]} {part}" for each, (day, _, part) in _PARTS.items()
}
AVAILABILITY: Final = CodeList.of(
    "availability", "Parts of the week in which somebody can take part", _LABELS, _LABELS
)
LISTS: Final = (ROLE, STATUS, CHANNEL, AVAILABILITY)
