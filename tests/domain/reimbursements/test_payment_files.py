import csv
import io
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.reimbursements.kinds import Route
from app.domain.reimbursements.layouts import samples
from app.domain.reimbursements.layouts.codes import (
    CODECS,
    DELIMITERS,
    AmountFormat,
    DateFormat,
    Delimiter,
    Encoding,
    FileFormat,
    LineEnding,
    Per,
    Quoting,
)
from app.domain.reimbursements.layouts.columns import Column, check
from app.domain.reimbursements.layouts.errors import PaymentFileError, PaymentLayoutColumnsError
from app.domain.reimbursements.layouts.rendering import file_name, render
from app.domain.reimbursements.layouts.rows import Controls, PaymentRow, per_payment
from tests.domain.reimbursements.paying import BACS, COLUMNS, PLAIN, TOTALS, facts, row, runs

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "\uff1d", "\uff0b", "\uff0d", "\uff20")
LAYOUTS = st.builds(
    lambda **told: replace(PLAIN, **told),
    per=st.just(Per.LINE),
    titles=st.booleans(),
    delimiter=st.sampled_from(Delimiter),
    quoting=st.sampled_from(Quoting),
    line_ending=st.sampled_from(LineEnding),
    encoding=st.sampled_from((Encoding.UTF_8, Encoding.UTF_8_BOM)),
    date_format=st.sampled_from(DateFormat),
    amount_format=st.sampled_from(AmountFormat),
    header=st.sampled_from(((), (Column("Run", field="run_number"),))),
)


def cells(layout, file: bytes) -> list[list[str]]:
    text = io.StringIO(file.decode(CODECS[layout.encoding]), newline="")
    return list(csv.reader(text, strict=True, delimiter=DELIMITERS[layout.delimiter]))


def faults(layout, rows, **told) -> list[tuple[int, str, str]]:
    with pytest.raises(PaymentFileError) as refused:
        render(layout, facts(rows, **told), rows)
    return [tuple(each.values()) for each in refused.value.extra["errors"]]


@given(LAYOUTS, runs())
def test_a_file_is_the_same_for_the_same_and_says_what_its_run_is(layout, rows):
    file = render(layout, facts(rows), rows)
    assert render(layout, facts(rows), tuple(replace(each) for each in rows)) == file
    lines = cells(layout, file)
    assert all(len(line) == len(COLUMNS) for line in lines)
    assert not any(cell.startswith(FORMULA) for line in lines for cell in line)
    *body, total = lines[bool(layout.header) + layout.titles :]
    written = [line[2] for line in body]
    pence = [round(float(each) * 100) if "." in each else int(each) for each in written]
    assert pence == [each.amount_pence for each in rows]
    controls = Controls.of(rows)
    assert total[:5] == [
        "TOTAL",
        str(len({each.reference for each in rows})),
        str(len(rows)),
        str(sum(pence)),
        str(controls.hash_total),
    ]
    assert [line[5] for line in body] == [each.reference for each in rows]


@given(runs())
def test_rows_of_a_payment_are_joined_without_a_penny_lost(rows):
    joined = per_payment(rows)
    assert sum(each.amount_pence for each in joined) == sum(each.amount_pence for each in rows)
    assert [each.number for each in joined] == list(range(1, len(joined) + 1))
    assert [each.reference for each in joined] == list(dict.fromkeys(r.reference for r in rows))
    layout = replace(PLAIN, per=Per.PAYMENT, titles=False, columns=COLUMNS[-1:], footer=())
    assert cells(layout, render(layout, facts(rows), rows)) == [[r.reference] for r in joined]


def test_what_a_payroll_takes_is_written_plainly():
    rows = (
        row(1, payee_name="Zo\u00eb\tO'Brien, MBE", payroll_number="=1"),
        row(2, payroll_number=None),
    )
    assert render(PLAIN, facts(rows), rows).decode() == (
        "Payroll number,Name,Amount,Claim,Day,Reference\r\n"
        "'=1,\"Zo\u00eb O'Brien, MBE\",75.00,CL-1,02/03/2026,INV-2025-000001\r\n"
        ",A N Other,75.00,CL-1,02/03/2026,INV-2025-000002\r\n"
        "TOTAL,2,2,15000,24691356,\r\n"
    )
    assert file_name(PLAIN, facts(rows)) == "payroll_csv-7.csv"
    dated = replace(PLAIN, file_name="{run}.{created_on}.{processing_on}.{arrival_on}")
    assert file_name(dated, facts(rows)) == "7.2026-03-09.2026-03-11.2026-03-12"


def test_fixed_columns_are_filled_cut_and_aligned():
    layout = replace(
        PLAIN,
        format=FileFormat.FIXED,
        encoding=Encoding.ASCII,
        columns=(
            Column(field="payee_name", width=5, cut=True),
            Column(field="amount_pence", format="pence", width=8, align="right", pad="0"),
            Column(field="activity_on", format="yyyymmdd", width=8),
            Column(text="-", width=2),
        ),
        footer=(Column(field="payments", width=3, align="right"),),
        line_ending=LineEnding.LF,
    )
    rows = (row(payee_name="\u0141ukasz Zo\u00eb"),)
    file = render(layout, facts(rows), rows)
    assert file == b"Lukas0000750020260302- \n  1\n"
    narrow = replace(layout, columns=(Column(field="reference", width=5),))
    assert faults(narrow, rows) == [(1, "reference", "too_wide")]
    narrow = replace(layout, columns=(Column(field="amount_pence", width=3, cut=True),))
    assert faults(narrow, rows) == [(1, "amount_pence", "too_wide")]


def test_letters_that_an_encoding_has_not_are_folded_or_refused():
    layout = replace(PLAIN, encoding=Encoding.WINDOWS_1252, columns=COLUMNS[1:2], footer=())
    rows = (row(payee_name="Zoe\u0308 \u0141\u00f3pez"),)
    assert render(layout, facts(rows), rows) == b"Name\r\nZo\xeb L\xf3pez\r\n"
    unknown = (row(payee_name="\u674e"),)
    assert faults(layout, unknown) == [(1, "payee_name", "not_encodable")]


def test_a_file_never_differs_from_its_run():
    rows = (row(1), row(2))
    assert faults(PLAIN, rows, count=1) == [(0, "count", "differs")]
    assert faults(PLAIN, rows, total_pence=1) == [(0, "total_pence", "differs")]
    assert faults(PLAIN, rows, route=Route.CHARITY) == [(0, "route", "differs")]
    assert faults(PLAIN, ()) == [(0, "rows", "none")]
    assert faults(PLAIN, (row(route=Route.VOUCHER),)) == [(1, "route", "route")]
    assert faults(PLAIN, (row(amount_pence=0),)) == [(1, "amount_pence", "not_positive")]
    needed = replace(PLAIN, columns=(replace(COLUMNS[0], required=True),), footer=())
    for empty in (None, ""):
        missing = (row(1), row(2, payroll_number=empty))
        assert faults(needed, missing) == [(2, "payroll_number", "missing")]


def test_names_and_accounts_are_not_shown_where_a_row_is():
    shown = repr(row()) + repr(facts((row(),)))
    for told in ("Other", "123456,", "12345678", "90000001", "654321"):
        assert told not in shown


def places(**told) -> list[tuple[str, str]]:
    with pytest.raises(PaymentLayoutColumnsError) as refused:
        check(replace(PLAIN, **told))
    return [(each["pointer"], each["code"]) for each in refused.value.extra["errors"]]


def test_a_layout_that_cannot_be_written_is_refused_by_place():
    check(PLAIN)
    check(BACS)
    check(replace(PLAIN, file_name="{code}-{created_on}-{run}.csv"))
    for name in ("pay.csv", "../{run}", "{run}{who}", "{run!r}", "{run}\n"):
        assert places(file_name=name) == [("#/file_name", "file_name")]
    assert places(columns=(), footer=()) == [("#/columns", "no_columns")]
    assert places(columns=COLUMNS[:1]) == [("#/footer", "too_many")]
    assert places(columns=COLUMNS * 20) == [("#/columns", "too_many")]
    for column, code in (
        (Column(), "field_or_text"),
        (Column(field="reference", text="x"), "field_or_text"),
        (Column(field="__class__"), "unknown_field"),
    ):
        assert places(columns=(column,), footer=()) == [("#/columns/0/field", code)]
    header = (Column(field="payee_name"),)
    assert places(header=header) == [("#/header/0/field", "unknown_field")]
    assert places(per=Per.PAYMENT) == [
        ("#/columns/3/field", "of_a_line"),
        ("#/columns/4/field", "of_a_line"),
    ]
    for column in (
        Column(field="activity_on", format="pence"),
        Column(field="amount_pence", format="yyyymmdd"),
        Column(field="reference", format="pence"),
        Column(text="x", format="pence"),
    ):
        assert places(columns=(column,), footer=()) == [("#/columns/0/format", "format")]
    fixed = places(format=FileFormat.FIXED, columns=COLUMNS[:1], footer=TOTALS[:1])
    assert fixed == [("#/columns/0/width", "no_width"), ("#/footer/0/width", "no_width")]
    assert places(format=FileFormat.BACS18) == [
        ("#/columns", "not_for_bacs"),
        ("#/footer", "not_for_bacs"),
    ]


@pytest.mark.parametrize("route", Route)
def test_a_sample_run_agrees_with_its_facts(route):
    rows = samples.rows(route)
    told = samples.facts(route)
    assert (told.count, told.total_pence) == (3, sum(each.amount_pence for each in rows))
    assert isinstance(rows[0], PaymentRow)
    assert told.arrival_on > date(2026, 3, 1)
    assert rows[0].description == "Involvement fee"
