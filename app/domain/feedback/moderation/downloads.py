"""Responses for a file: the pages of the list one after the other, so that memory is bounded.

No connection is held between two pages, however slow whoever reads them is.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final
from uuid import UUID

import orjson

from app.core.actor import Actor
from app.core.errors import InvalidError
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.feedback.moderation import responses

PAGE: Final = 1_000
MOST: Final = 100_000  # rows of one file

# What a file shows, in order; teams are told by code and name as well.
FIELDS: Final = (
    "id", "day", "team_id", "source", "source_review_id", "location_code", "experience_month",
    "collection_point", "channel", "respondent_type", "fft_answer", "raw_answer", "comment_good",
    "comment_better", "publication_status", "consent_public", "language", "easy_read", "themes",
    "sentiment", "coded_by", "involved", "contact_wanted", "answers", "texts",
)  # fmt: skip
HEADER: Final = ("id", "day", "team_code", "team_name", *FIELDS[2:12], "fft_label", *FIELDS[12:])
_LABELS: Final = {
    "very_good": "Very good",
    "good": "Good",
    "neither_good_nor_poor": "Neither good nor poor",
    "poor": "Poor",
    "very_poor": "Very poor",
    "dont_know": "Don't know",
}
Cell = str | int | bool | None


class DownloadTooLargeError(InvalidError):
    slug = "download-too-large"
    title = "More responses than one file holds; narrow the filters"


async def rows(
    door: Statement, filters: Mapping[str, Any], *, to: Actor
) -> AsyncIterator[list[list[Cell]]]:
    """Give the rows of a file a page at a time, newest day first, in the order of HEADER.

    Comments are shown as the list shows them to this actor. Raises DownloadTooLargeError at the
    first row over MOST, and ForbiddenError.
    """
    teams = {
        str(row["id"]): (row["code"], row["name"])
        for row in await door.fetch("SELECT id, code, name FROM team")
    }
    count, after = 0, None
    while True:
        body = await responses.find(door, FIELDS, Page(after, PAGE), filters, to=to)
        page = orjson.loads(body)
        count += len(page["items"])
        if count > MOST:
            raise DownloadTooLargeError.at("#/", f"At most {MOST:,} responses", "too_many")
        yield [_row(item, teams) for item in page["items"]]
        if page["next"] is None:
            return
        after = UUID(page["next"])


def _row(item: Mapping[str, Any], teams: Mapping[str, tuple[str, str]]) -> list[Cell]:
    told = {**item, "fft_label": _LABELS.get(item["fft_answer"])}
    told["team_code"], told["team_name"] = teams[item["team_id"]]
    for name in ("answers", "texts"):
        told[name] = None if item[name] is None else orjson.dumps(item[name]).decode()
    told["themes"] = " ".join(item["themes"] or ()) or None
    return [told[name] for name in HEADER]
