"""Runs of payments as Hypothesis makes them, and layouts to write them in."""

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import strategies as st

from app.domain.reimbursements.kinds import LineKind, Route
from app.domain.reimbursements.layouts.codes import (
    AmountFormat,
    DateFormat,
    Delimiter,
    Encoding,
    FileFormat,
    LineEnding,
    Per,
    Quoting,
)
from app.domain.reimbursements.layouts.columns import Column, Layout
from app.domain.reimbursements.layouts.rows import Controls, PaymentRow, RunFacts

TOTALS = (
    Column("Control", text="TOTAL"),
    Column("Payments", field="payments"),
    Column("Rows", field="rows"),
    Column("Total", field="total_pence", format="pence"),
    Column("Hash total", field="hash_total"),
)
COLUMNS = (
    Column("Payroll number", field="payroll_number"),
    Column("Name", field="payee_name"),
    Column("Amount", field="amount_pence"),
    Column("Claim", field="claim_reference"),
    Column("Day", field="activity_on"),
    Column("Reference", field="reference"),
)
PLAIN = Layout(
    code="payroll_csv",
    number=1,
    route=Route.PAYROLL,
    format=FileFormat.CSV,
    per=Per.LINE,
    titles=True,
    columns=COLUMNS,
    header=(),
    footer=TOTALS,
    delimiter=Delimiter.COMMA,
    quoting=Quoting.NEEDED,
    line_ending=LineEnding.CRLF,
    encoding=Encoding.UTF_8,
    date_format=DateFormat.BRITISH,
    amount_format=AmountFormat.POUNDS,
    file_name="{code}-{run}.csv",
    multi_day=False,
)
BACS = replace(
    PLAIN, format=FileFormat.BACS18, per=Per.PAYMENT, columns=(), footer=(), encoding=Encoding.ASCII
)


def row(number: int = 1, **told: Any) -> PaymentRow:
    start: dict[str, Any] = {
        "number": number,
        "reference": f"INV-2025-{number:06}",
        "route": Route.PAYROLL,
        "payee_name": "A N Other",
        "amount_pence": 7_500,
        "cost_centre": "C1000",
        "account_code": "52100",
        "line_kind": LineKind.INVOLVEMENT_FEE,
        "claim_reference": "CL-1",
        "activity_on": date(2026, 3, 2),
        "payroll_number": "90000001",
        "sort_code": "123456",
        "account_number": "12345678",
    }
    return PaymentRow(**start | told)


def facts(rows: list[PaymentRow] | tuple[PaymentRow, ...], **told: Any) -> RunFacts:
    controls = Controls.of(rows)
    start: dict[str, Any] = {
        "number": 7,
        "route": Route.PAYROLL,
        "created_on": date(2026, 3, 9),
        "input_on": date(2026, 3, 10),
        "processing_on": date(2026, 3, 11),
        "arrival_on": date(2026, 3, 12),
        "count": controls.payments,
        "total_pence": controls.total_pence,
        "originator_name": "Oxford Health NHS",
        "originator_sort_code": "654321",
        "originator_account": "87654321",
        "service_user_number": "123456",
    }
    return RunFacts(**start | told)


WORDS = st.text(max_size=30) | st.sampled_from(
    ("=1+1", "+44", "-1", "@SUM(A1)", "\t=1", "\r=1", "\x00=1", " =1", '"=1"', "a;b,c|d", "\uff1d1")
)


@st.composite
def runs(draw: st.DrawFn) -> tuple[PaymentRow, ...]:
    """Make a run of some rows; those that draw the same reference are one payment."""
    return tuple(
        row(
            number,
            reference=f"EV-PAY-{draw(st.integers(1, 4)):06}",
            payee_name=draw(WORDS),
            claim_reference=draw(WORDS),
            payroll_number=draw(st.none() | WORDS),
            amount_pence=draw(st.integers(1, 3 * 10**8)),
            activity_on=draw(st.dates(date(2020, 1, 1), date(2035, 12, 31))),
        )
        for number in range(1, draw(st.integers(1, 6)) + 1)
    )
