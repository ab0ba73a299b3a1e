from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.reimbursements.layouts import bacs
from app.domain.reimbursements.layouts.errors import PaymentFileError
from app.domain.reimbursements.layouts.rendering import render
from tests.domain.reimbursements.paying import BACS, facts, row, runs

CARRIED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.&/- ")
LINE = (
    "1234561234567809965432187654321000000000007500"
    "OXFORD HEALTH NHS INV-2025-000123   A N OTHER         "
)


def lines(rows, **told) -> list[str]:
    layout = replace(BACS, multi_day=told.pop("multi_day", False))
    return render(layout, facts(rows, **told), rows).decode("ascii").split("\r\n")


def faults(*rows, **told) -> list[tuple[int, str, str]]:
    with pytest.raises(PaymentFileError) as refused:
        lines(rows, **told)
    return [tuple(each.values()) for each in refused.value.extra["errors"]]


def test_a_credit_is_the_worked_line_of_the_standard():
    credit = row(reference="INV-2025-000123", payee_name="A N Other")
    assert len(LINE) == 100
    assert bacs.data_record(credit, facts((credit,))) == LINE
    several = bacs.data_record(credit, facts((credit,)), multi_day=True)
    assert several == LINE + " 26070"


def test_a_file_has_its_labels_a_contra_and_totals():
    rows = (row(1), row(2, reference="INV-2025-000001", amount_pence=1), row(3, amount_pence=99))
    assert lines(rows) == [
        "VOL1000007" + " " * 31 + "123456" + " " * 32 + "1",
        "HDR1A123456S   12345600000700010001       26068 26071 000000" + " " * 20,
        "HDR2F0200000100" + " " * 35 + "00" + " " * 28,
        "UHL1 26070999999    000000001 DAILY  007" + " " * 40,
        "12345612345678099654321876543210000" + "00000007501"
        "OXFORD HEALTH NHS INV-2025-000001   A N OTHER         ",
        "12345612345678099654321876543210000" + "00000000099"
        "OXFORD HEALTH NHS INV-2025-000003   A N OTHER         ",
        "65432187654321017654321876543210000" + "00000007600"
        "RUN 7             CONTRA            OXFORD HEALTH NHS ",
        "EOF1A123456S   12345600000700010001       26068 26071 000000" + " " * 20,
        "EOF2F0200000100" + " " * 35 + "00" + " " * 28,
        "UTL100000000076000000000007600" + "00000010000002" + " " * 36,
        "",
    ]
    several = lines(rows, multi_day=True)
    assert several[2].startswith("HDR2F0212000106")
    assert several[3][28:37] == "4 MULTI  "
    assert {len(each) for each in several} == {0, 80, 106}


@given(runs())
def test_credits_and_contra_balance_in_records_of_one_length(rows):
    named = tuple(replace(each, payee_name=f"X{each.payee_name}") for each in rows)
    found = lines(named)
    records = [each for each in found if each[:1].isdigit()]
    assert {len(each) for each in records} == {100}
    assert {len(each) for each in found[:4] + found[-4:-1]} == {80}
    assert all(set(each) <= CARRIED for each in found)
    *credits_, contra = records
    assert {each[15:17] for each in credits_} == {"99"}
    assert contra[15:17] == "17"
    total = sum(each.amount_pence for each in rows)
    assert sum(int(each[35:46]) for each in credits_) == int(contra[35:46]) == total
    trailer = found[-2]
    assert (int(trailer[4:17]), int(trailer[17:30])) == (total, total)
    assert (int(trailer[30:37]), int(trailer[37:44])) == (1, len(credits_))


@given(st.text(max_size=40))
def test_a_text_is_carried_in_eighteen_characters_of_the_set(told):
    found = bacs.text(told)
    assert len(found) == 18
    assert set(found) <= CARRIED


def test_accents_are_folded_before_letters_are_lost():
    assert bacs.text("Zo\u00eb \u0141\u00f3pez & M\u00fcller_") == "ZOE LOPEZ & MULLER"
    assert bacs.text("\u00d8stergaard's") == "OSTERGAARD S      "


@pytest.mark.parametrize(
    ("reference", "good"),
    [
        ("EV-0001", True),
        ("EV-000123456789AB", True),
        ("EV-001", False),  # six
        ("EV-000123456789ABC", False),  # eighteen
        ("-V-0001", False),
        ("AAAAAAA", False),
        ("DDIC0001", False),
        ("ev-00001", False),
        ("EV_00001", False),
        ("DDI-00001", True),
    ],
)
def test_a_reference_is_one_that_banks_take(reference, good):
    assert bacs.good_reference(reference) is good


def test_what_bacs_does_not_carry_is_refused_by_place():
    for column, told, code in (
        ("sort_code", None, "digits"),
        ("sort_code", "12-34-56", "digits"),
        ("account_number", "123456789", "digits"),
        ("account_number", "\u0661\u0662\u0663\u0664\u0665\u0666", "digits"),
        ("reference", "SHORT", "reference"),
        ("payee_name", "\u674e", "missing"),
        ("amount_pence", bacs.MOST_OF_ONE + 1, "too_much"),
    ):
        assert faults(row(1, **{column: told})) == [(1, column, code)]
    for column, told, code in (
        ("originator_sort_code", "", "digits"),
        ("originator_account", "1234567", "digits"),
        ("service_user_number", "", "digits"),
        ("originator_name", "'", "missing"),
    ):
        assert faults(row(1), **{column: told}) == [(0, column, code)]
    many = tuple(row(n, amount_pence=bacs.MOST_OF_ONE) for n in range(1, 51))
    assert faults(*many) == [(0, "total_pence", "too_much")]
    seven = row(1, account_number="1234567")
    assert lines((seven,))[4].startswith("12345601234567099")


def test_serials_and_file_numbers_are_never_zero():
    rows = (row(),)
    for number, serial, file in ((999_999, "999999", "999"), (1_000_000, "000001", "001")):
        found = lines(rows, number=number)
        assert (found[0][4:10], found[3][37:40]) == (serial, file)
    assert bacs.julian(date(2027, 1, 1)) == " 27001"
