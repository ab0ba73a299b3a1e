"""Made-up payments, by which finance sees what a layout makes."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from app.domain.reimbursements.kinds import LineKind, Route
from app.domain.reimbursements.layouts.rows import Controls, PaymentRow, RunFacts

# Names with what systems stumble over; nobody is called so, and no bank has these accounts.
_NAMES: Final = ("Zo\u00eb O'Sample-Example", "A N Other", "=Sample, the \u201cSecond\u201d")
_FIRST: Final = date(2026, 3, 2)


def _row(number: int, payment: int, kind: LineKind, pence: int, route: Route) -> PaymentRow:
    return PaymentRow(
        number=number,
        reference=f"EV-SAMPLE-{payment:05}",
        route=route,
        payee_name=_NAMES[payment - 1],
        amount_pence=pence,
        cost_centre=f"C{payment:04}",
        account_code="52100" if kind is LineKind.INVOLVEMENT_FEE else "52300",
        line_kind=kind,
        claim_reference=f"CL-{payment:05}",
        activity_on=_FIRST.replace(day=number),
        payroll_number=f"9000000{payment}",
        supplier_number=f"S9000{payment}",
        sort_code="000000",
        account_number=f"0000000{payment}",
        voucher_number=f"V{payment:06}",
    )


def rows(route: Route) -> Sequence[PaymentRow]:
    """Give three payments of four lines by a route."""
    fee, journey = LineKind.INVOLVEMENT_FEE, LineKind.PUBLIC_TRANSPORT
    return (
        _row(1, 1, fee, 7_500, route),
        _row(2, 1, journey, 1_240, route),
        _row(3, 2, fee, 15_000, route),
        _row(4, 3, journey, 5, route),
    )


def facts(route: Route) -> RunFacts:
    """Give the facts of the run that these payments are."""
    controls = Controls.of(rows(route))
    return RunFacts(
        number=1,
        route=route,
        created_on=date(2026, 3, 9),
        input_on=date(2026, 3, 10),
        processing_on=date(2026, 3, 11),
        arrival_on=date(2026, 3, 12),
        count=controls.payments,
        total_pence=controls.total_pence,
        originator_name="Sample NHS Trust",
        originator_sort_code="000000",
        originator_account="00000000",
        service_user_number="000000",
    )
