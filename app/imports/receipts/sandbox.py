"""The sandbox's outside: a process for each file, with a time, and an answer that is not trusted.

The process has nothing of this one but the file: no settings, no connections, no environment. See
`child.py` for what it gives up itself, and docs/adr/0010-receipts-in-a-sandbox.md for why.
"""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import file_digest
from io import BufferedRandom
from pathlib import Path
from typing import Any, Final

from app.core.errors import InvalidError
from app.domain.reimbursements.receipts.errors import (
    ReceiptEncryptedError,
    ReceiptPagesError,
    ReceiptPixelsError,
    ReceiptTypeError,
)
from app.domain.reimbursements.receipts.kinds import LONGEST_MAGIC, MediaType, kind_of
from app.domain.reimbursements.receipts.models import Checked, QuarantineReason
from app.imports.receipts.verdict import MOST_PAGES, MOST_PIXELS, Refusal

_ROOT: Final = Path(__file__).resolve().parents[3]
_START: Final = (
    f"import sys; sys.path.insert(0, {str(_ROOT)!r});"
    " from app.imports.receipts.child import main; main()"
)
SECONDS: Final = 20.0
_SENDERS: Final = 16
_LONGEST_LINE: Final = 1_000
_REFUSED: Final[Mapping[str, type[InvalidError]]] = {
    Refusal.PIXELS: ReceiptPixelsError,
    Refusal.PAGES: ReceiptPagesError,
    Refusal.ENCRYPTED: ReceiptEncryptedError,
}
_LATE: Final = frozenset({-signal.SIGKILL, -signal.SIGXCPU})


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file as it came, where in the form it stands, and a file to write it anew into."""

    file: BufferedRandom
    place: str
    out: BufferedRandom


class Sandbox:
    """Writes receipts anew, `most` at a time; of those who send some, a few more may wait."""

    def __init__(self, most: int, seconds: float = SECONDS) -> None:
        self.places = asyncio.Semaphore(_SENDERS * most)
        self._turns, self._seconds = asyncio.Semaphore(most), seconds

    async def check(self, incoming: Incoming) -> Checked:
        """Tell what a file is, and write it anew.

        Raises ReceiptTypeError, ReceiptPixelsError, ReceiptPagesError, ReceiptEncryptedError.
        """
        kind = expect(_beginning(incoming.file), incoming.place)
        sent = _digest(incoming.file)
        async with self._turns:
            code = await self._run(kind, incoming)
        told = _told(code, incoming.out)
        if (refused := _REFUSED.get(str(told.get("refused")))) is not None:
            raise refused.at(incoming.place, refused.title, str(told["refused"]))
        made = _clean(told, kind, sent, incoming.out)
        if made is not None:
            return made
        late = code in _LATE or told.get("trouble") == QuarantineReason.DEMANDING
        reason = QuarantineReason.DEMANDING if late else QuarantineReason.UNREADABLE
        return Checked(
            media_type=kind,
            sha256_sent=sent,
            size=os.fstat(incoming.file.fileno()).st_size,
            reason=reason,
            read=lambda: _from(incoming.file, 0),
        )

    async def _run(self, kind: MediaType, incoming: Incoming) -> int:
        incoming.file.seek(0)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-c", _START, kind),
            stdin=incoming.file,
            stdout=incoming.out,
            stderr=DEVNULL,
            env={},
            cwd="/",
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(self._seconds):
                return await process.wait()
        except TimeoutError:
            return -signal.SIGKILL
        finally:
            await _end(process)


async def _end(process: Process) -> None:
    """End a process that has not ended, and whatever it started."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def expect(beginning: bytes, place: str) -> MediaType:
    """Tell the kind of a file by its first bytes; raises ReceiptTypeError."""
    if (kind := kind_of(beginning)) is not None:
        return kind
    if not beginning:
        raise ReceiptTypeError.at(place, "The file is empty", "empty")
    raise ReceiptTypeError.at(place, "It is another kind of file", "receipt_type")


def _beginning(file: BufferedRandom) -> bytes:
    file.seek(0)
    return file.read(LONGEST_MAGIC)


def _digest(file: BufferedRandom, start: int = 0) -> bytes:
    file.seek(start)
    return file_digest(file, "sha256").digest()


def _from(file: BufferedRandom, start: int) -> bytes:
    file.seek(start)
    return file.read()


def _told(code: int, out: BufferedRandom) -> dict[str, Any]:
    """Read the answer's first line; an answer of another form says nothing."""
    out.seek(0)
    with suppress(ValueError):
        told = json.loads(out.readline(_LONGEST_LINE)) if code == 0 else None
        if isinstance(told, dict):
            return told
    return {}


def _clean(
    told: dict[str, Any], kind: MediaType, sent: bytes, out: BufferedRandom
) -> Checked | None:
    """Give the clean file, where the answer is one that can be believed."""
    clean, start = told.get("clean"), out.tell()
    if not isinstance(clean, dict) or not _believable(
        clean, os.fstat(out.fileno()).st_size - start
    ):
        return None
    out.seek(start)
    if kind_of(out.read(LONGEST_MAGIC)) is not kind:
        return None
    phash = clean["phash"]
    return Checked(
        media_type=kind,
        sha256_sent=sent,
        sha256=_digest(out, start),
        size=clean["content"],
        pages=clean["pages"],
        width=clean["width"],
        height=clean["height"],
        phash=None if phash is None else phash - 2**64 * (phash >> 63),
        read=lambda: _from(out, start),
    )


def _believable(clean: dict[str, Any], size: int) -> bool:
    """Tell whether the figures are such as can be: a broken reader may say anything."""
    sides = [clean.get("width") or 1, clean.get("height") or 1]
    numbers = (*sides, clean.get("content"), clean.get("pages"), clean.get("phash") or 0)
    return (
        all(type(each) is int for each in numbers)
        and clean["content"] == size
        and 1 <= clean["pages"] <= MOST_PAGES
        and min(sides) > 0
        and sides[0] * sides[1] <= MOST_PIXELS
        and 0 <= (clean.get("phash") or 0) < 2**64
    )
