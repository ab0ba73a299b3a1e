import pytest

from app.domain.rights.access.queries import Held
from app.domain.rights.registry import MENTIONS
from app.reports import subject_file


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "not recorded"),
        ([], "not recorded"),
        (True, "yes"),
        (False, "no"),
        (["a", True], "a, yes"),
        ({"who": "Jo", "kind": None}, "who: Jo; kind: not recorded"),
        (7, "7"),
    ],
)
def test_a_value_is_written_as_somebody_reads_it(value, told):
    assert subject_file.words(value) == told


def test_what_was_said_elsewhere_is_to_be_read_before_it_is_released():
    (issue,) = (each for each in MENTIONS if each.table == "forum_issue")
    told = subject_file._section(Held(issue, [{"what": "Zed said so", "outcome": None}]), {})
    assert (told.title, told.rows[0]["what"]) == ("Issues raised at forums", "Zed said so")
    assert all(field.review for field in told.fields)
