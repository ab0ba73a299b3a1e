"""Files of responses: the list's rows, harmless to a spreadsheet, in bounded memory."""

import csv
import io
import zipfile
from datetime import date
from json import dumps
from uuid import UUID, uuid4

import pytest

from app.core.actor import Actor
from app.core.ids import day_uuid7
from app.core.spreadsheet import harmless
from app.domain.feedback.moderation import downloads
from app.domain.feedback.moderation.downloads import DownloadTooLargeError
from app.reports import sheets
from app.reports.sheets import Format
from tests.factories import event, review
from tests.moderating import received

URL = "/v1/feedback/responses/download"
ALL = ("feedback:read", "feedback:read:small_numbers", "feedback:read:comments")
HOSTILE = ["=cmd|'/c calc'!A1", "<script>alert(1)</script>", "שלום \U0001f600", "-1+1", "plain"]


@pytest.fixture
async def told(given, session):
    await given.team(iwgc=["CITY"], code="CITY", name="=City")
    at = "2026-03-01T10:00:00Z"
    for comment in HOSTILE:
        await received(
            session,
            event(**review(location_code="CITY", submitted_at=at, comment_good=comment)),
        )


async def test_a_csv_has_the_lists_rows_and_no_formula(client, as_, told):
    answer = await client.get(URL, headers=await as_(*ALL))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert answer.headers["content-disposition"].endswith('.csv"')
    assert answer.content.startswith(b"\xef\xbb\xbfid,day,")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["comment_good"] for row in rows} == {harmless(text) for text in HOSTILE}
    assert {row["team_name"] for row in rows} == {"'=City"}
    assert {row["fft_label"] for row in rows} == {"Very good"}
    assert not any(cell[:1] in "=+-@" for row in rows for cell in row.values() if cell)


async def test_a_workbook_holds_texts_only(client, as_, told):
    answer = await client.get(URL, params={"format": "xlsx"}, headers=await as_(*ALL))
    assert answer.status_code == 200
    book = zipfile.ZipFile(io.BytesIO(answer.content))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert "=cmd|'/c calc'!A1" in sheet
    assert "&lt;script&gt;" in sheet
    assert "שלום \U0001f600" in sheet


async def test_a_file_shows_what_the_list_shows(client, as_, told):
    headers = await as_(*ALL[:2])
    rows = csv.DictReader(io.StringIO((await client.get(URL, headers=headers)).text))
    assert {row["comment_good"] for row in rows} == {""}
    refused = await client.get(URL, params={"search": "plain"}, headers=headers)
    assert refused.status_code == 403
    found = await client.get(URL, params={"search": "plain"}, headers=await as_(*ALL))
    assert len(found.text.splitlines()) == 2
    limited = await client.get(URL, headers=await as_(*ALL, teams=[uuid4()]))
    assert len(limited.text.splitlines()) == 1


async def test_more_rows_than_a_file_holds_are_refused(client, as_, told, monkeypatch):
    monkeypatch.setattr(downloads, "MOST", 4)
    for form in Format:
        answer = await client.get(URL, params={"format": form}, headers=await as_(*ALL))
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/download-too-large")


class Pages:
    """A door behind which stand many responses; it counts how many it has given at a time."""

    def __init__(self, count: int) -> None:
        self.left, self.most, self.asked, self.team = count, 0, 0, uuid4()

    async def fetch(self, _query, *_args):
        return [{"id": self.team, "code": "T", "name": "Team"}]

    async def fetchrow(self, _query, *_args):
        given = min(self.left, downloads.PAGE + 1)
        self.asked, self.most = self.asked + 1, max(self.most, given)
        self.left -= min(given, downloads.PAGE)
        item = dumps(dict.fromkeys(downloads.FIELDS) | {"team_id": str(self.team)})
        last = day_uuid7(date(2026, 3, 1))
        return {"items": ",\n".join([item] * given), "found": given, "last": last}


ANYBODY = Actor(id=UUID(int=1), name="x", scopes=frozenset(ALL))


async def test_a_hundred_thousand_rows_are_never_held_at_once():
    door, rows, pages = Pages(100_000), 0, 0
    async for page in downloads.rows(door, {}, to=ANYBODY):
        rows, pages = rows + len(page), pages + 1
        assert len(page) <= downloads.PAGE
    assert (rows, pages, door.asked, door.most) == (100_000, 100, 100, downloads.PAGE + 1)
    with pytest.raises(DownloadTooLargeError):
        async for _ in downloads.rows(Pages(100_001), {}, to=ANYBODY):
            pass


async def test_cells_have_their_kinds_and_no_text_is_too_long_for_one():
    async def pages():
        yield [["x" * 40_000, True, False, 3, None]]

    for form, cells in (
        (Format.CSV, b"true,false,3,\r\n"),
        (Format.XLSX, b'<c r="B2" t="b"><v>1</v></c><c r="C2" t="b"><v>0</v></c><c r="D2"><v>3<'),
    ):
        file = await sheets.write(form, ["a", "b", "c", "d", "e"], pages())
        told = b"".join(sheets.chunks(file))
        assert file.closed
        if form is Format.XLSX:
            told = zipfile.ZipFile(io.BytesIO(told)).read("xl/worksheets/sheet1.xml")
            assert sheets.CUT.encode() in told
        assert cells in told
