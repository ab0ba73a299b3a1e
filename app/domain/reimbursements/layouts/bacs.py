"""Bacs Standard 18: credits of one originating account on one processing day.

Data records have 100 characters (106 in a file of several days), as
tracey-stobbs/ddcms-direct-file-generator has them (Bacs18PaymentLines.md). A contra record, code
17, debits the originator by what the credits, code 99, come to together. Labels have 80 characters:
VOL1, HDR1, HDR2 and UHL1 before, EOF1, EOF2 and UTL1 after. Their layouts follow what banks publish
for their customers and stand to be confirmed by the trust's bureau before the first file is sent;
the layout is off until two people activate it.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from app.domain.reimbursements.layouts.codes import ENDINGS
from app.domain.reimbursements.layouts.columns import Layout
from app.domain.reimbursements.layouts.errors import PaymentFileError
from app.domain.reimbursements.layouts.folding import folded
from app.domain.reimbursements.layouts.rows import PaymentRow, RunFacts, per_payment

CREDIT: Final = "99"
CONTRA: Final = "17"
MOST_OF_ONE: Final = 2_000_000_000  # the scheme's limit on one credit, 20 million pounds
MOST_OF_ALL: Final = 99_999_999_999  # eleven digits of the contra record
TEXT: Final = 18
NO_CHECKSUM: Final = "0000"  # HMRC's hash of full payment submissions, which these are none of
_OTHERS: Final = re.compile(r"[^A-Z0-9.&/ -]")
_REFERENCE: Final = re.compile(r"(?!DDIC)(?!(.)\1*$)[A-Z0-9][A-Z0-9.&/ -]{6,16}")

Fault = tuple[int, str, str]


def text(told: str) -> str:
    """Give what Bacs carries of a text: A-Z, 0-9, . & / - and space, in 18 characters."""
    return _OTHERS.sub(" ", folded(told).upper())[:TEXT].ljust(TEXT)


def good_reference(reference: str) -> bool:
    """Tell whether a reference is one: 7 to 17 characters of the set, the first no sign.

    Not all of them alike, and not beginning with DDIC, which marks indemnity claims.
    """
    return _REFERENCE.fullmatch(reference) is not None


def julian(day: date) -> str:
    """Write a day as `bYYDDD`: a blank, two digits of the year, the day of the year."""
    return f" {day:%y%j}"


def data_record(row: PaymentRow, facts: RunFacts, *, multi_day: bool = False) -> str:
    """Write a credit to the row's account, in 100 characters or 106."""
    return _record(
        f"{row.sort_code}{str(row.account_number).zfill(8)}",
        CREDIT,
        row.amount_pence,
        (facts.originator_name, row.reference, row.payee_name),
        facts,
        multi_day=multi_day,
    )


def contra_record(facts: RunFacts, *, multi_day: bool = False) -> str:
    """Write the debit of the originator's account that balances the credits."""
    return _record(
        f"{facts.originator_sort_code}{facts.originator_account}",
        CONTRA,
        facts.total_pence,
        (f"RUN {facts.number}", "CONTRA", facts.originator_name),
        facts,
        multi_day=multi_day,
    )


def _record(
    account: str,
    code: str,
    pence: int,
    texts: tuple[str, str, str],
    facts: RunFacts,
    *,
    multi_day: bool,
) -> str:
    origin = f"{facts.originator_sort_code}{facts.originator_account}"
    said = "".join(text(each) for each in texts)
    day = julian(facts.processing_on) if multi_day else ""
    return f"{account}0{code}{origin}{NO_CHECKSUM}{pence:011}{said}{day}"


def render(layout: Layout, facts: RunFacts, rows: Sequence[PaymentRow]) -> bytes:
    """Write the run's file in ASCII; raises PaymentFileError for what Bacs does not carry."""
    paid = per_payment(rows)
    faults = [*_facts_faults(facts), *(fault for row in paid for fault in _row_faults(row))]
    if faults:
        raise PaymentFileError(errors=[{"row": r, "column": c, "code": k} for r, c, k in faults])
    multi_day, end = layout.multi_day, ENDINGS[layout.line_ending]
    records = (
        *_header(facts, multi_day=multi_day),
        *(data_record(row, facts, multi_day=multi_day) for row in paid),
        contra_record(facts, multi_day=multi_day),
        *_trailer(facts, len(paid), multi_day=multi_day),
    )
    return "".join(f"{record}{end}" for record in records).encode("ascii")


def _header(facts: RunFacts, *, multi_day: bool) -> Iterator[str]:
    serial, sun = _serial(facts), facts.service_user_number
    yield _label("VOL1", (5, serial), (42, sun), (80, "1"))
    yield _label("HDR1", *_file(facts))
    yield _label("HDR2", *_records(multi_day=multi_day))
    yield _label(
        "UHL1",
        (5, julian(facts.processing_on)),
        (11, "999999"),  # to Bacs itself
        (21, "00000000"),  # sterling, the United Kingdom
        (29, "4 MULTI" if multi_day else "1 DAILY"),
        (38, f"{(facts.number - 1) % 999 + 1:03}"),
    )


def _trailer(facts: RunFacts, credits_: int, *, multi_day: bool) -> Iterator[str]:
    """End the file; debits (the one contra) and credits come to the same."""
    yield _label("EOF1", *_file(facts))
    yield _label("EOF2", *_records(multi_day=multi_day))
    total = f"{facts.total_pence:013}"
    yield _label("UTL1", (5, total), (18, total), (31, f"{1:07}"), (38, f"{credits_:07}"))


def _file(facts: RunFacts) -> tuple[tuple[int, str], ...]:
    sun = facts.service_user_number
    return (
        (5, f"A{sun}S"),
        (16, sun),
        (22, _serial(facts)),
        (28, "00010001"),  # the first section of the first file
        (42, julian(facts.created_on)),
        (48, julian(facts.arrival_on)),  # may be overwritten once the money is there
        (55, "000000"),
    )


def _records(*, multi_day: bool) -> tuple[tuple[int, str], ...]:
    length = 106 if multi_day else 100
    return ((5, f"F{length * 20:05}{length:05}"), (51, "00"))


def _serial(facts: RunFacts) -> str:
    """Give the submission's six digits, never all zeros, from the run's number."""
    return f"{(facts.number - 1) % 999_999 + 1:06}"


def _label(name: str, *parts: tuple[int, str]) -> str:
    """Write texts from their positions (the first is 1) on in a label of 80 characters."""
    label = name
    for at, told in parts:
        label = label.ljust(at - 1) + told
    return label.ljust(80)


def _facts_faults(facts: RunFacts) -> Iterator[Fault]:
    for column, told, digits in (
        ("originator_sort_code", facts.originator_sort_code, 6),
        ("originator_account", facts.originator_account, 8),
        ("service_user_number", facts.service_user_number, 6),
    ):
        if not _digits(told, digits, digits):
            yield 0, column, "digits"
    if not text(facts.originator_name).strip():
        yield 0, "originator_name", "missing"
    if facts.total_pence > MOST_OF_ALL:
        yield 0, "total_pence", "too_much"


def _row_faults(row: PaymentRow) -> Iterator[Fault]:
    if not _digits(row.sort_code or "", 6, 6):
        yield row.number, "sort_code", "digits"
    if not _digits(row.account_number or "", 6, 8):
        yield row.number, "account_number", "digits"
    if not good_reference(row.reference):
        yield row.number, "reference", "reference"
    if not text(row.payee_name).strip():
        yield row.number, "payee_name", "missing"
    if row.amount_pence > MOST_OF_ONE:
        yield row.number, "amount_pence", "too_much"


def _digits(told: str, least: int, most: int) -> bool:
    return told.isascii() and told.isdigit() and least <= len(told) <= most
