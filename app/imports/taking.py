"""A file on its way in: its pieces are stored as they come, in the transaction that promises it."""

import hashlib
from typing import Final

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.errors import InvalidError
from app.core.jobs import Job, enqueue
from app.domain.feedback.imports import check_whole
from app.domain.feedback.models import FeedbackImport, ImportChunk
from app.imports.layouts import LAYOUTS, Layout
from app.imports.reader import check_beginning

KIND: Final = "import_feedback"
PIECE: Final = 1024 * 1024


class Taking:
    """Takes one file in, in bounded memory; what is unusable is refused as soon as it shows.

    Files hold rows of any team, so that only callers without limits may bring one. Raises
    ForbiddenError, InvalidError, UnusableFileError.
    """

    def __init__(self, session: AsyncSession, *, by: Actor) -> None:
        check_whole(by)
        self._session, self._by = session, by
        self._layout: Layout | None = None
        self._waiting = bytearray()
        self._first: bytes | None = None
        self._sha = hashlib.sha256()
        self._size = self._pieces = 0
        self._job = Job(kind=KIND, owner_id=by.id)
        self._import: FeedbackImport | None = None

    def expect(self, layout: str) -> None:
        """Say what kind of file it is, before its bytes or after them."""
        self._layout = LAYOUTS.get(layout)
        if self._layout is None:
            raise InvalidError.at("#/layout", f"One of {', '.join(LAYOUTS)}", "enum")
        if self._first is not None:
            check_beginning(self._first, self._layout, whole=False)

    async def add(self, data: bytes) -> None:
        """Take the next bytes of the file."""
        self._waiting += data
        while len(self._waiting) > PIECE:
            await self._store(bytes(self._waiting[:PIECE]))
            del self._waiting[:PIECE]

    async def finish(self, *, dry_run: bool) -> Job:
        """Store what is left; `expect` has been told before."""
        assert self._layout is not None  # noqa: S101  as its callers see to
        last, whole = bytes(self._waiting), not self._pieces
        if whole:
            check_beginning(last, self._layout, whole=True)
        await self._store(last)
        made = self._import
        assert made is not None  # noqa: S101  storing makes it
        made.layout, made.dry_run = self._layout.name, dry_run
        made.sha256, made.size = self._sha.digest(), self._size
        await self._session.flush()
        return self._job

    async def promise(self) -> None:
        """Put the job into the queue."""
        await enqueue(self._session, self._job)

    @property
    def digest(self) -> bytes:
        return self._sha.digest()

    @property
    def size(self) -> int:
        """Give how many bytes came so far."""
        return self._size + len(self._waiting)

    async def _store(self, piece: bytes) -> None:
        if self._import is None:
            await self._begin(piece)
        self._sha.update(piece)
        self._size += len(piece)
        row = {"import_id": self._job.id, "number": self._pieces, "bytes": piece}
        await self._session.execute(insert(ImportChunk).values(row))
        self._pieces += 1

    async def _begin(self, piece: bytes) -> None:
        self._first = piece
        if self._layout is not None:
            check_beginning(piece, self._layout, whole=False)
        self._session.add(self._job)
        await self._session.flush()
        self._import = FeedbackImport(id=self._job.id, layout="", dry_run=True)
        self._session.add(self._import)
        await self._session.flush()
