"""What a process remembers to take submissions: public codes for seconds, forms for ever."""

import time
from collections.abc import Callable
from uuid import UUID

import orjson

from app.core.clock import today
from app.core.errors import InvalidError
from app.core.statement import Statement
from app.domain.feedback.submissions import queries
from app.domain.feedback.submissions.answers import Form
from app.domain.feedback.submissions.errors import PublicCodeNotFoundError
from app.domain.feedback.submissions.queries import Place
from app.domain.feedback.submissions.receipts import PUBLIC_CODE, read
from app.domain.feedback.surveys import content

_MOST = 5_000
_VERSION = """
SELECT survey_id, content::text AS content
  FROM survey_version WHERE id = $1 AND status <> 'draft'"""


class Desk:
    """Knows places and forms, and asks the database for those it does not know.

    A version that was published never changes, so that its form may be kept as long as there is
    room.
    """

    def __init__(
        self,
        door: Callable[[], Statement],
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._door, self._seconds, self._clock = door, seconds, clock
        self._places: dict[str, tuple[float, Place]] = {}
        self._forms: dict[UUID, Form] = {}

    async def place(self, typed: str) -> Place:
        """Give the place of a public code that is in use; raises PublicCodeNotFoundError."""
        known = self._places.get(typed)
        if known is None or known[0] <= self._clock():
            known = await self._asked(typed)
        if not known[1].active(today()):
            raise PublicCodeNotFoundError
        return known[1]

    async def _asked(self, typed: str) -> tuple[float, Place]:
        code, until = read(typed, PUBLIC_CODE), self._clock() + self._seconds
        found = None if code is None else await queries.place(self._door(), code)
        if found is None:
            raise PublicCodeNotFoundError
        if len(self._places) >= _MOST:
            self._places.clear()
        self._places[typed] = until, found
        return until, found

    async def form(self, version_id: UUID) -> Form:
        """Give the form of a version that was ever published; raises InvalidError."""
        known = self._forms.get(version_id)
        if known is not None:
            return known
        row = await self._door().fetchrow(_VERSION, version_id)
        if row is None:
            raise InvalidError.at("#/survey_version", "No such published version", "not_found")
        made = Form(version_id, row["survey_id"], content.read(orjson.loads(row["content"])))
        if len(self._forms) >= _MOST:
            self._forms.clear()
        self._forms[version_id] = made
        return made
