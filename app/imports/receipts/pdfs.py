"""PDFs written anew: their pages, and nothing that acts, hides or tells of who made them."""

import codecs
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

from pypdf import PdfReader, PdfWriter, filters, xmp
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NullObject,
    PdfObject,
    StreamObject,
)

from app.imports.receipts.verdict import MOST_PAGES, MOST_PIXELS, Clean, Refusal, RefusedError

# Loaded before the sandbox lets no file be opened any more; by itself the library does it late.
_STRINGS: Final = ("ascii", "charmap", "latin-1", "utf-8", "utf-16", "utf-16-be", "utf-16-le")
_LOADED: Final = (filters, xmp, *map(codecs.lookup, (*_STRINGS, *NameObject.CHARSETS)))
# What a page is made of; annotations, actions, thumbnails and the like are not.
_PAGE: Final = frozenset(
    ("/Type", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents", "/Group")
)
# What leads from a page's resources to anything but its looks.
_NOWHERE: Final = frozenset(
    (
        *("/AA", "/JS", "/JavaScript", "/OpenAction", "/XFA", "/Annots", "/Names", "/Parent"),
        *("/EF", "/AF", "/Metadata", "/PieceInfo", "/Properties", "/Ref", "/OPI", "/Alternates"),
        *("/StructParent", "/StructParents", "/LastModified"),
    )
)
# A stream whose bytes stand in another file.
_ELSEWHERE: Final = frozenset(("/F", "/FFilter", "/FDecodeParms"))
_TYPES: Final = frozenset(
    (
        *("/Action", "/Annot", "/Catalog", "/EmbeddedFile", "/F", "/Filespec", "/Metadata"),
        *("/Outlines", "/Page", "/Pages"),
    )
)
_ACTIONS: Final = frozenset(
    (
        *("/GoTo", "/GoTo3DView", "/GoToDp", "/GoToE", "/GoToR", "/Hide", "/ImportData"),
        *("/JavaScript", "/Launch", "/Movie", "/Named", "/Rendition", "/ResetForm"),
        *("/RichMediaExecute", "/SetOCGState", "/Sound", "/SubmitForm", "/Thread", "/Trans"),
        "/URI",
    )
)
# A JPEG inside a PDF stays as it is, but for APP1 to APP13, APP15 and COM.
_JPEGS: Final = ("/DCTDecode", ["/DCTDecode"])
_SAYINGS: Final = frozenset((*range(0xE1, 0xEE), 0xEF, 0xFE))
_IMAGE_BEGINS: Final = 0xDA


def clean(data: bytes, _kind: str) -> Clean:
    """Copy the pages of a PDF; raises RefusedError, or anything where it is broken.

    No stream is decoded, so that none can burst here.
    """
    reader = PdfReader(BytesIO(data), strict=False)
    if reader.is_encrypted:
        raise RefusedError(Refusal.ENCRYPTED)
    pages = len(reader.pages)
    if pages > MOST_PAGES:
        raise RefusedError(Refusal.PAGES)
    if not pages:
        raise ValueError
    writer = PdfWriter()
    for page in reader.pages:
        for key in page.keys() - _PAGE:
            del page[key]
        _scrub(page)
        writer.add_page(page)
    writer.metadata = None
    out = BytesIO()
    writer.write(out)
    return Clean(out.getvalue(), pages)


def _scrub(page: DictionaryObject) -> None:
    """Cut what does not belong to the looks of a page out of all that it refers to."""
    seen: set[int] = set()
    waiting: list[Any] = [page]
    while waiting:
        found = waiting.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        if isinstance(found, DictionaryObject):
            _cut(found)
        for place, inner in _inside(found):
            if _acts(inner):
                found[place] = NullObject()
            else:
                waiting.append(inner)


def _cut(found: DictionaryObject) -> None:
    unwanted = _NOWHERE | _ELSEWHERE if isinstance(found, StreamObject) else _NOWHERE
    for key in found.keys() & unwanted:
        del found[key]
    if isinstance(found, StreamObject) and _told(found, "/Filter") in _JPEGS:
        found._data = bare(found._data)  # noqa: SLF001  decoding it is what is not done here
    if _told(found, "/Subtype") == "/Image" and _pixels(found) > MOST_PIXELS:
        raise RefusedError(Refusal.PIXELS)


def _pixels(image: Any) -> int:
    return int(image["/Width"]) * int(image["/Height"])


def bare(jpeg: bytes) -> bytes:
    """Leave a JPEG's comments and metadata out, such as the place where it was taken.

    Its segments are a marker, their length and their bytes, up to where the image begins.
    """
    kept, place = [jpeg[:2]], 2
    while jpeg[place : place + 1] == b"\xff" and jpeg[place + 1] != _IMAGE_BEGINS:
        end = place + 2 + int.from_bytes(jpeg[place + 2 : place + 4])
        if jpeg[place + 1] not in _SAYINGS:
            kept.append(jpeg[place:end])
        place = end
    return b"".join(kept) + jpeg[place:]


def _told(found: DictionaryObject, key: str) -> Any:
    """Give what stands under a key, whether there or elsewhere."""
    return found[key] if key in found else None  # noqa: SIM401  get() follows no reference


def _inside(found: Any) -> Iterator[tuple[Any, PdfObject]]:
    """Give what a dictionary or an array holds, each under its place."""
    for place in list(found) if isinstance(found, DictionaryObject) else range(len(found)):
        inner = found[place].get_object()
        if isinstance(inner, DictionaryObject | ArrayObject):
            yield place, inner


def _acts(found: PdfObject) -> bool:
    if not isinstance(found, DictionaryObject):
        return False
    return _told(found, "/Type") in _TYPES or _told(found, "/S") in _ACTIONS
