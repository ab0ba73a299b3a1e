"""Images written anew: their pixels the right way up, and nothing of what came with them."""

from io import BytesIO
from typing import Final

from PIL import Image, ImageOps, MpoImagePlugin, TiffImagePlugin

from app.imports.receipts.fingerprint import phash
from app.imports.receipts.verdict import JPEG, MOST_PIXELS, Clean, Refusal, RefusedError

# Loaded before the sandbox lets no file be opened any more; by itself the library does it late.
Image.preinit()
_LOADED: Final = (MpoImagePlugin, TiffImagePlugin)
_QUALITY: Final = 85
_JPEG_MODES: Final = frozenset({"L", "RGB"})
_PNG_MODES: Final = frozenset({"1", "L", "LA", "P", "RGB", "RGBA", "I;16"})
Image.MAX_IMAGE_PIXELS = None  # held below, before anything is decoded


def clean(data: bytes, kind: str) -> Clean:
    """Decode an image and encode it again; raises RefusedError, or anything where it is broken."""
    name, modes = ("JPEG", _JPEG_MODES) if kind == JPEG else ("PNG", _PNG_MODES)
    with Image.open(BytesIO(data), formats=[name]) as image:
        if image.width * image.height > MOST_PIXELS:
            raise RefusedError(Refusal.PIXELS)
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
        plain = _plain(image, modes)
        plain.info = {}
        out = BytesIO()
        plain.save(out, name, **({"quality": _QUALITY} if kind == JPEG else {}))
        return Clean(out.getvalue(), 1, plain.width, plain.height, phash(plain))


def _plain(image: Image.Image, modes: frozenset[str]) -> Image.Image:
    """Give the image in a mode that its format can say without help from its metadata."""
    if image.mode not in modes:
        return image.convert("RGB")
    if image.mode == "P" and "transparency" in image.info:
        return image.convert("RGBA")
    return image
