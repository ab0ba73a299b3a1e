import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.reimbursements.payees.names import NameLevel, name_level

NAMES = st.text(st.characters(codec="latin-1", categories=["L"]), min_size=1, max_size=8)
FULL = st.lists(NAMES, min_size=1, max_size=4).map(" ".join)


@pytest.mark.parametrize(
    ("holder", "level"),
    [
        ("Amara Okafor", "none"),
        ("MRS AMARA OKAFOR", "none"),
        ("Okafor, Amara", "none"),
        ("A Okafor", "none"),
        ("A. N. Okafor", "none"),
        ("Amara Grace Okafor", "none"),
        ("Amara O'kafor", "none"),
        ("Ámara Okafor", "none"),
        ("Mara Okafor", "none"),
        ("J Okafor", "partial"),
        ("Mr J & Mrs A Okafor", "none"),
        ("Okafor", "partial"),
        ("Amara Smith", "partial"),
        ("A Smith", "different"),
        ("Amaro Okaforr", "different"),
        ("Jo Bloggs", "different"),
        ("Mrs", "different"),
        ("&", "different"),
    ],
)
def test_a_holders_name_is_as_far_from_the_persons(holder, level):
    assert name_level(holder, ["Amara Okafor", "Mara Okafor"]) == level


@given(FULL, st.randoms())
def test_the_same_words_in_any_order_and_case_are_the_same_name(name, shuffle):
    words = name.upper().split()
    shuffle.shuffle(words)
    assert name_level(" ".join(words), [name]) is NameLevel.NONE


@given(FULL, FULL)
def test_it_is_no_matter_which_name_is_whose(one, other):
    assert name_level(one, [other]) is name_level(other, [one])


@given(FULL, st.lists(FULL, max_size=3))
def test_another_name_of_theirs_never_makes_it_worse(holder, names):
    levels = list(NameLevel)
    alone, more = name_level(holder, names), name_level(holder, [*names, "Somebody Else"])
    assert levels.index(more) <= levels.index(alone)
