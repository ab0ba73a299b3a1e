"""A team's poster, card and QR code, which lead to its survey."""

import io
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson
import segno
import typst

_HERE: Final = Path(__file__).parent
_TEMPLATE: Final = (_HERE / "posters.typ").read_bytes()


class Size(StrEnum):
    A4 = "a4"
    A5 = "a5"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class Poster:
    """What stands on it; the address is the one that the QR code holds."""

    trust: str
    team: str
    code: str
    address: str


_HEADING: Final = "How was our service?"
_PLAIN: Final[dict[str, Any]] = {
    "heading": _HEADING,
    "lead": "Tell us what was good and what we could do better. It takes two minutes."
    " Scan this code with the camera of a phone.",
    "steps": [],
    "or_go": "Or go to",
    "code_is": "Our code is",
    "private": "You do not have to give your name. Your answers do not change your care.",
}
_EASY: Final[dict[str, Any]] = {
    "heading": _HEADING,
    "lead": "",
    "steps": [
        "Open the camera on your phone.",
        "Point it at the square.",
        "Tell us what you think.",
    ],
    "or_go": "You can also go to this website:",
    "code_is": "Our code is",
    "private": "You do not have to tell us your name. Your care will stay the same.",
}


def address(template: str, code: str) -> str:
    """Give the page that a public code's QR code opens."""
    return template.replace("{code}", code)


def qr(text: str, kind: str) -> bytes:
    """Draw a QR code as `svg` or `png`, with the quiet zone that scanners need."""
    drawn = io.BytesIO()
    made = segno.make(text, error="q", micro=False)
    made.save(drawn, kind=kind, scale=10, border=4, light="#fff")
    return drawn.getvalue()


def draw(poster: Poster, size: Size, *, easy_read: bool) -> bytes:
    """Draw a poster as a tagged PDF (PDF/UA-1) with title, language and text for the QR code."""
    told = {
        **(_EASY if easy_read else _PLAIN),
        "size": size,
        "easy_read": easy_read,
        "title": f"{_HEADING} {poster.team}",
        "trust": poster.trust,
        "team": poster.team,
        "code": poster.code[:4] + " " + poster.code[4:],
        "address": poster.address,
        "qr": qr(poster.address, "svg").decode(),
        "qr_alt": f"QR code that opens {poster.address}",
    }
    compiler = typst.Compiler(
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"told": orjson.dumps(told).decode()},
    )
    drawn = compiler.compile(_TEMPLATE, format="pdf", pdf_standards="ua-1")
    assert isinstance(drawn, bytes)  # noqa: S101  one document, given back
    return drawn


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[_HERE / "fonts"],
    )
