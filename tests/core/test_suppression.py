import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.suppression import THRESHOLD, hidden


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        ([150, 80, 2], {80, 2}),
        ([3, 4, 20], {3, 4}),
        ([6, 7, 9], set()),
        ([0, 2, 30], {2, 30}),
        ([0, 0, 2], {2}),
        ([5, 5], set()),
        ([], set()),
    ],
)
def test_small_groups_and_the_next_smallest_are_hidden(totals, expected):
    cells = dict(enumerate(totals))
    found = hidden(cells, [list(cells)])
    assert {totals[cell] for cell in found} == expected


@st.composite
def tables(draw):
    rows, columns = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    return {
        (row, column): draw(st.integers(0, 12)) for row in range(rows) for column in range(columns)
    }


@given(tables())
def test_no_sum_gives_a_hidden_cell_away(totals):
    rows = {row for row, _ in totals}
    columns = {column for _, column in totals}
    sums = [[c for c in totals if c[0] == row] for row in rows]
    sums += [[c for c in totals if c[1] == column] for column in columns]
    found = hidden(totals, sums)
    assert all(cell in found for cell, total in totals.items() if 0 < total < THRESHOLD)
    assert not any(totals[cell] == 0 for cell in found)
    for cells in sums:
        counted = [cell for cell in cells if totals[cell]]
        unknown = [cell for cell in counted if cell in found]
        assert len(unknown) != 1 or len(counted) == 1


@given(tables())
def test_what_is_hidden_does_not_depend_on_the_order_of_sums(totals):
    rows = [[c for c in totals if c[0] == row] for row in sorted({r for r, _ in totals})]
    assert hidden(totals, rows) == hidden(dict(reversed(totals.items())), rows[::-1])


def test_of_equals_the_first_in_order_goes_whatever_else_is_looked_at():
    quarter = {("A", month): 9 for month in range(8, 11)} | {("A", 9): 2}
    others = {("B", month): 9 for month in range(12)}
    alone = hidden(quarter, [list(quarter)])
    assert alone == {("A", 8), ("A", 9)}
    assert hidden(others | quarter, [list(quarter), list(others)]) == alone
