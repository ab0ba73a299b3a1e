import pytest

from app.domain.feedback.errors import UnusableFileError
from app.domain.feedback.themes.examples import Asked
from app.imports import coded
from tests.domain.feedback.themes.examples import as_csv, examples

EXPORT = (
    "\ufeffRespondent ID,FFT question,FFT answer,Comment sentiment,Parking,"
    "Environment & Facilities,Care plans\n"
    "R 1,What was good?,The car park,2,1,,\n"
    "R 1,What could we do better?,Cold rooms,x,0,1,1\n"
    "R 2,Something else?,Did not answer,3,1,,\n"
    "R 3,What was good?,My plan,2,,,1\n"
)


def test_our_own_layout_is_read_back():
    found = coded.read(as_csv())
    assert found.examples == examples()
    assert (found.without_text, found.without_theme) == (0, 0)


def test_an_exports_one_hot_columns_are_understood_by_what_they_have_in_common():
    found = coded.read(EXPORT.encode())
    first, second = found.examples
    assert (first.themes, first.sentiment, first.respondent) == ({"parking"}, 2, "R 1")
    assert (first.comment.text, first.comment.asked) == ("The car park", Asked.GOOD)
    assert (second.themes, second.sentiment) == ({"environment_facilities_equipment"}, None)
    assert second.comment.asked is Asked.BETTER
    assert (found.without_text, found.without_theme) == (1, 1)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "missing-column"),
        (b"comment,other\na,b\n", "missing-column"),
        (b"FFT answer,other\na,b\n", "missing-column"),
        (b"comment,themes\n", "no-rows"),
        (b"comment,themes\nKind,\n", "no-rows"),
        (b"comment,themes\nKind,weather\n", "unknown-theme"),
        (b"comment,themes\n\xff,parking\n", "not-utf8"),
        (b'comment,themes\n"Kind"x,parking\n', "not-utf8"),
    ],
)
def test_a_file_that_holds_no_coded_comments_is_refused(raw, code):
    with pytest.raises(UnusableFileError) as refused:
        coded.read(raw)
    assert refused.value.extra["errors"][0]["code"] == code


def test_a_file_beyond_all_measure_is_refused(monkeypatch):
    monkeypatch.setattr(coded, "LARGEST", 10)
    with pytest.raises(UnusableFileError):
        coded.read(as_csv())


def test_a_short_row_is_read_as_far_as_it_goes():
    (found,) = coded.read(b"comment,themes,question,sentiment\nKind,parking\n").examples
    assert (found.comment.asked, found.sentiment) == (Asked.OTHER, None)
