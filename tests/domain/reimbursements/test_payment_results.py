import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.reimbursements.layouts.errors import ResultFileError
from app.domain.reimbursements.layouts.results import (
    MOST_BYTES,
    MOST_LINES,
    Fault,
    Outcome,
    Result,
    read,
)

TODAY = date(2026, 3, 16)
HEADER = "reference,outcome,day,reason_code,amount\n"
EXPECTED = {"EV-1": 7_500, "EV-2": 1, "EV-3": 120_000}


def of(*lines: str, header: str = HEADER):
    return read((header + "\n".join(lines)).encode(), EXPECTED, today=TODAY)


def test_results_are_told_apart_by_what_came_of_the_payment():
    found = of(
        "EV-1,paid,2026-03-12,,75.00",
        "",
        'EV-2,Returned,2026-03-13,"ARUDD-3",0.01',
        "EV-3,unknown,2026-03-13,,1200.00",
    )
    day = date(2026, 3, 13)
    assert found.paid == (Result(2, "EV-1", Outcome.PAID, date(2026, 3, 12), None, 7_500),)
    assert found.returned == (Result(4, "EV-2", Outcome.RETURNED, day, "ARUDD-3", 1),)
    assert found.unknown == (Result(5, "EV-3", Outcome.UNKNOWN, day, None, 120_000),)
    assert found.errors == ()
    other = "Amount,Day,Outcome,Reference,Reason_Code\r\n"
    moved = of("75.00,2026-03-12,paid,EV-1,", header="\ufeff" + other)
    assert [each.reference for each in moved.paid] == ["EV-1"]


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("EV-9,paid,2026-03-12,,75.00", "reference", "unknown_reference"),
        (",paid,2026-03-12,,75.00", "reference", "unknown_reference"),
        ("EV-1,settled,2026-03-12,,75.00", "outcome", "unknown_outcome"),
        ("EV-1,,2026-03-12,,75.00", "outcome", "unknown_outcome"),
        ("EV-1,paid,2026-03-12,,75.01", "amount", "amount_differs"),
        ("EV-1,paid,2026-03-12,,75", "amount", "bad_amount"),
        ("EV-1,paid,2026-03-12,,-75.00", "amount", "bad_amount"),
        ("EV-1,paid,2026-03-12,,75.000", "amount", "bad_amount"),
        ("EV-1,paid,2026-03-12,,\u0667\u0665.00", "amount", "bad_amount"),
        ("EV-1,paid,12/03/2026,,75.00", "day", "bad_day"),
        ("EV-1,paid,2026-02-30,,75.00", "day", "bad_day"),
        ("EV-1,paid,2026-03-17,,75.00", "day", "in_future"),
        ("EV-1,returned,2026-03-12,,75.00", "reason_code", "missing"),
        ("EV-1,returned,2026-03-12,No such account,75.00", "reason_code", "bad_reason"),
        ("EV-1,paid,2026-03-12,X1,75.00", "reason_code", "not_for_paid"),
        ("EV-1,paid,2026-03-12,,75.00,A N Other", "", "width"),
    ],
)
def test_a_line_with_an_error_is_listed_by_its_number(line, column, code):
    found = of("EV-2,paid,2026-03-12,,0.01", line)
    assert found.errors == (Fault(3, column, code),)
    assert [each.reference for each in found.paid] == ["EV-2"]


def test_a_reference_comes_once():
    found = of("EV-1,paid,2026-03-12,,75.00", "EV-1,returned,2026-03-13,X,75.00")
    assert found.errors == (Fault(3, "reference", "duplicate_reference"),)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty-file"),
        (b" \r\n", "empty-file"),
        (HEADER.encode(), "empty-file"),
        (HEADER.encode() + b"Zo\xeb,paid,2026-03-12,,75.00", "not-utf8"),
        (HEADER.encode("utf-16"), "not-utf8"),
        (HEADER.encode("utf-16-le"), "nul-character"),
        (b"reference;outcome;day;reason_code;amount\n", "wrong-columns"),
        (b"reference,outcome,day,amount\n", "wrong-columns"),
        (b"reference,reference,outcome,day,reason_code,amount\n", "wrong-columns"),
        (HEADER.encode() + b'"EV-1,paid\n', "bad-quotes"),
        (HEADER.encode() + b'EV-1,"paid"x,2026-03-12,,75.00\n', "bad-quotes"),
        (b"x" * (MOST_BYTES + 1), "too-large"),
        (HEADER.encode() + b"\n" * (MOST_LINES + 1) + b"EV-1", "too-many-lines"),
        (HEADER.encode() + b'"' + b"x" * 200_000 + b'"', "bad-quotes"),
    ],
)
def test_a_file_that_is_no_result_file_is_refused_whole(data, code):
    with pytest.raises(ResultFileError) as refused:
        read(data, EXPECTED, today=TODAY)
    (error,) = refused.value.extra["errors"]
    assert error["code"] == code
    assert "EV-1" not in error["detail"]


def test_the_longest_file_is_read():
    expected = {f"EV-{n:06}": n for n in range(1, MOST_LINES + 1)}
    lines = (f"{r},paid,2026-03-12,,{p // 100}.{p % 100:02}" for r, p in expected.items())
    found = read((HEADER + "\n".join(lines)).encode(), expected, today=TODAY)
    assert {each.reference: each.amount_pence for each in found.paid} == expected


@given(st.lists(st.lists(st.text(max_size=12), min_size=5, max_size=5), min_size=1, max_size=5))
def test_any_cells_at_all_are_errors_and_never_a_fault(rows):
    file = io.StringIO()
    csv.writer(file).writerows([HEADER.strip().split(","), *rows])
    try:
        found = read(file.getvalue().encode(errors="surrogatepass"), EXPECTED, today=TODAY)
    except ResultFileError:
        return
    assert found.paid + found.returned + found.unknown == ()
    assert found.errors
