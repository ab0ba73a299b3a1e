"""What the sandbox says of a file. It is read by a process of its own: standard library only."""

from enum import StrEnum
from typing import NamedTuple

JPEG = "image/jpeg"
PNG = "image/png"
PDF = "application/pdf"
# Beyond this an image fills memory, whatever its file weighs.
MOST_PIXELS = 40_000_000
MOST_PAGES = 20


class Refusal(StrEnum):
    """What the sender can mend themselves."""

    PIXELS = "too_many_pixels"
    PAGES = "too_many_pages"
    ENCRYPTED = "encrypted"


class Trouble(StrEnum):
    """Why a file that looks like a receipt was not made clean."""

    UNREADABLE = "unreadable"
    DEMANDING = "too_demanding"


class RefusedError(Exception):
    """The file is of a kind that is taken, and beyond what is taken of it."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


class Clean(NamedTuple):
    """A file written anew: what it shows and nothing else. Sizes in pixels; PDFs have none."""

    content: bytes
    pages: int = 1
    width: int | None = None
    height: int | None = None
    phash: int | None = None
