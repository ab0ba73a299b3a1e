"""Labels of needs and formats."""

from collections.abc import Mapping
from typing import Final

from app.core.reference import CodeList
from app.domain.people.needs.codes import REFERENCE_SETS, Format, NeedKind

_KINDS: Final[Mapping[str, str]] = {
    NeedKind.COMMUNICATION_SUPPORT: "Communication support",
    NeedKind.CONTACT_METHOD: "Requires specific contact method",
    NeedKind.INFORMATION_FORMAT: "Requires specific information format",
    NeedKind.COMMUNICATION_PROFESSIONAL: "Requires communication professional",
}
_EASY_KINDS: Final[Mapping[str, str]] = {
    NeedKind.COMMUNICATION_SUPPORT: "I need help to talk or understand",
    NeedKind.CONTACT_METHOD: "Contact me in this way",
    NeedKind.INFORMATION_FORMAT: "Give me information in this way",
    NeedKind.COMMUNICATION_PROFESSIONAL: "I need a person like an interpreter",
}
KIND: Final = CodeList.of("need_kind", "Kind of accessible information need", _KINDS, _EASY_KINDS)
REFERENCE_SET: Final = CodeList.of(
    "need_reference_set",
    "SNOMED CT reference set of each kind of accessible information need, in the kinds' order",
    {code: _KINDS[kind] for kind, code in REFERENCE_SETS.items()},
    {code: _EASY_KINDS[kind] for kind, code in REFERENCE_SETS.items()},
)
FORMAT: Final = CodeList.of(
    "information_format",
    "Format of information",
    {
        Format.PLAIN_TEXT: "Plain text",
        Format.LARGE_PRINT: "Large print",
        Format.EASY_READ: "Easy read",
        Format.AUDIO: "Audio",
        Format.BSL_VIDEO: "Video in British Sign Language",
        Format.BRAILLE: "Braille",
    },
    {
        Format.PLAIN_TEXT: "Normal words",
        Format.LARGE_PRINT: "Big words",
        Format.EASY_READ: "Easy words and pictures",
        Format.AUDIO: "To listen to",
        Format.BSL_VIDEO: "A film in sign language",
        Format.BRAILLE: "Words to feel with your fingers",
    },
)
LISTS: Final = (KIND, REFERENCE_SET, FORMAT)
