"""Codes of accessible information: kinds of need, their SNOMED CT reference sets, and formats.

Source: NHS Data Model and Dictionary (2026-05-19) for DAPB1605 Accessible Information.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from stdnum import verhoeff


class NeedKind(StrEnum):
    """The four kinds of need that DAPB1605 records."""

    COMMUNICATION_SUPPORT = "communication_support"
    CONTACT_METHOD = "contact_method"
    INFORMATION_FORMAT = "information_format"
    COMMUNICATION_PROFESSIONAL = "communication_professional"


# The SNOMED CT reference set whose members are the needs of a kind.
REFERENCE_SETS: Final[Mapping[NeedKind, str]] = {
    NeedKind.COMMUNICATION_SUPPORT: "999002121000000109",
    NeedKind.CONTACT_METHOD: "999002131000000106",
    NeedKind.INFORMATION_FORMAT: "999002141000000102",
    NeedKind.COMMUNICATION_PROFESSIONAL: "999002151000000104",
}


class Format(StrEnum):
    """A form that information has; ordinary e-mails, texts and letters are plain text."""

    PLAIN_TEXT = "plain_text"
    LARGE_PRINT = "large_print"
    EASY_READ = "easy_read"
    AUDIO = "audio"
    BSL_VIDEO = "bsl_video"
    BRAILLE = "braille"


CONCEPT: Final = r"^[1-9][0-9]{2,14}[01]0[0-9]$"
"""A SNOMED CT identifier whose partition says that it is a concept's."""


def is_concept(code: str) -> bool:
    """Tell whether the check digit of a concept's identifier is right.

    Source: SNOMED CT Release File Specification, 5.5 (Verhoeff's dihedral check).
    """
    return bool(verhoeff.is_valid(code))
