"""Which kind of file it is, by its first bytes alone: never by its name or what it is called."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class MediaType(StrEnum):
    JPEG = "image/jpeg"
    PNG = "image/png"
    PDF = "application/pdf"


MAGIC: Final[Mapping[MediaType, bytes]] = {
    MediaType.JPEG: b"\xff\xd8\xff",
    MediaType.PNG: b"\x89PNG\r\n\x1a\n",
    MediaType.PDF: b"%PDF-",
}
LONGEST_MAGIC: Final = max(map(len, MAGIC.values()))
SUFFIX: Final[Mapping[MediaType, str]] = {
    MediaType.JPEG: "jpg",
    MediaType.PNG: "png",
    MediaType.PDF: "pdf",
}


def kind_of(beginning: bytes) -> MediaType | None:
    """Tell the kind of a file; None where it is none that is taken."""
    return next((kind for kind, magic in MAGIC.items() if beginning.startswith(magic)), None)
