import csv
import io
from datetime import UTC, datetime

import pytest

from app.reports.workbooks import Sheet, as_csv, as_workbook
from tests.reports.workbooks import rows

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", '=HYPERLINK("http://x")']
MADE = datetime(2026, 3, 1, tzinfo=UTC)


def sheet(*values: str | int | None) -> Sheet:
    return Sheet("Page", ("Told",), ("Name", *[""] * (len(values) - 1)), [values])


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_csv_file_is_taken_as_a_formula(text):
    found = list(csv.reader(io.StringIO(as_csv(sheet(text, 3)).decode("utf-8-sig"), newline="")))
    assert found[1] == ["'" + text, "3"]


@pytest.mark.parametrize("text", [*HOSTILE, "http://x", "12", "a & <b>", "שלום 🙂"])
def test_texts_of_a_workbook_are_texts(text):
    found = rows(as_workbook([sheet(text, 3, None)], MADE))
    assert found == [["Told"], [], ["Name", "", ""], [text, 3]]


def test_harmless_texts_and_negative_numbers_stay_as_they_are():
    assert as_csv(sheet("a,b", -1, None)).decode("utf-8-sig") == 'Name,,\r\n"a,b",-1,\r\n'


def test_the_same_figures_are_the_same_bytes():
    assert as_workbook([sheet("a", 1)], MADE) == as_workbook([sheet("a", 1)], MADE)


def test_a_sheet_may_tell_nothing_above_its_table():
    plain = Sheet("Page", (), ("Name",), [("a",)])
    assert rows(as_workbook([plain], MADE)) == [["Name"], ["a"]]
