"""What facts amount to, and when an answer still stands."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.domain.reimbursements.claims.errors import REFUSALS
from app.domain.reimbursements.claims.models import Claim
from app.domain.reimbursements.flags.codes import FlagCode, FlagLevel
from app.domain.reimbursements.flags.errors import FlagsUnansweredError
from app.domain.reimbursements.flags.findings import Facts, Finding, findings
from app.domain.reimbursements.flags.models import ClaimFlag, check_answered
from app.domain.reimbursements.payees.names import NameLevel
from app.domain.reimbursements.receipts.queries import ALIKE

C, L = FlagCode, FlagLevel
ONE, OTHER = sorted((uuid4(), uuid4()))
IDS = st.lists(st.uuids(), max_size=3, unique=True).map(tuple)
QUIET = Facts(paid_before=True)


def found(code: FlagCode, **told: object) -> Finding:
    facts = Facts(**{"paid_before": True} | told)
    return next(each for each in findings(facts) if each.code is code)


@given(
    st.builds(
        Facts,
        **dict.fromkeys(("same_receipt", "alike_receipt", "own_journey", "rejected"), IDS),
        **dict.fromkeys(("others_journey", "same_day", "near", "repeated"), IDS),
        paid=st.integers(0, 100),
        below=st.integers(0, 100),
    )
)
def test_every_check_is_told_in_words_whatever_the_facts(facts):
    told = findings(facts)
    assert [each.code for each in told] == list(FlagCode)
    for each in told:
        assert each.explanation.endswith(".")
        assert each.level is not L.NONE or each.about == ()


def test_nothing_is_found_where_there_is_nothing():
    assert {each.level for each in findings(QUIET)} == {L.NONE}


@pytest.mark.parametrize(
    ("code", "told", "level"),
    [
        (C.SAME_RECEIPT, {"same_receipt": (ONE,)}, L.HIGH),
        (C.ALIKE_RECEIPT, {"alike_receipt": (ONE,)}, L.MEDIUM),
        (C.SAME_JOURNEY, {"own_journey": (ONE,)}, L.MEDIUM),
        (C.SAME_JOURNEY, {"others_journey": (ONE,)}, L.MEDIUM),
        (C.SAME_DAY_AND_EVENT, {"same_day": (ONE,)}, L.LOW),
        (C.NEAR_AMOUNT, {"near": (ONE,)}, L.MEDIUM),
        (C.NEAR_AMOUNT, {"near": (ONE,), "repeated": (ONE,)}, L.LOW),
        (C.NEAR_AMOUNT, {"near": (ONE, OTHER), "repeated": (ONE,)}, L.MEDIUM),
        (C.SHARED_BANK, {"shared_bank": True}, L.HIGH),
        (C.ACCOUNT_NAME, {"name_level": NameLevel.NONE}, L.NONE),
        (C.ACCOUNT_NAME, {"name_level": NameLevel.PARTIAL}, L.LOW),
        (C.ACCOUNT_NAME, {"name_level": NameLevel.DIFFERENT}, L.MEDIUM),
        (C.FIRST_PAYMENT, {"paid_before": False}, L.MEDIUM),
        (C.ABOVE_95TH, {"paid": 19, "below": 19}, L.NONE),
        (C.ABOVE_95TH, {"paid": 20, "below": 19}, L.MEDIUM),
        (C.ABOVE_95TH, {"paid": 20, "below": 18}, L.NONE),
        (C.BUDGET_EXCEEDED, {"exceeds": True}, L.HIGH),
        (C.BUDGET_EXCEEDED, {"exceeds": False}, L.NONE),
        (C.EARLIER_REJECTIONS, {"rejected": (ONE,)}, L.LOW),
        (C.PAID_IN_ADVANCE, {"advanced": True}, L.HIGH),
    ],
)
def test_each_check_has_its_level(code, told, level):
    finding = found(code, **told)
    assert finding.level is level
    about = {id_ for ids in told.values() if isinstance(ids, tuple) for id_ in ids}
    assert set(finding.about) == (about if level is not L.NONE else set())


def test_a_journey_of_two_people_is_told_in_both_ways():
    finding = found(C.SAME_JOURNEY, own_journey=(OTHER,), others_journey=(ONE, OTHER))
    assert finding.about == (ONE, OTHER)
    assert "Somebody else" in finding.explanation
    assert "The person" in finding.explanation


@given(totals=st.lists(st.integers(1, 50), min_size=20, max_size=60), total=st.integers(1, 50))
def test_above_the_percentile_is_as_postgresql_defines_it(totals, total):
    """Compare with `percentile_disc`: the least value that 95 % are not above."""
    least = next(
        value
        for value in sorted(totals)
        if sum(each <= value for each in totals) * 100 >= 95 * len(totals)
    )
    below = sum(each < total for each in totals)
    level = found(C.ABOVE_95TH, paid=len(totals), below=below).level
    assert (level is L.MEDIUM) == (total > least)


def answered(level: FlagLevel, *about) -> ClaimFlag:
    flag = ClaimFlag.of(Claim(id=uuid4(), round=1), Finding(C.NEAR_AMOUNT, level, "x.", about))
    flag.answered("Two trips.", by=uuid4())
    return flag


@pytest.mark.parametrize(
    ("level", "about", "stays"),
    [
        (L.MEDIUM, (ONE,), True),
        (L.LOW, (ONE,), True),
        (L.MEDIUM, (), True),
        (L.HIGH, (ONE,), False),
        (L.MEDIUM, (ONE, OTHER), False),
        (L.MEDIUM, (OTHER,), False),
    ],
)
def test_an_answer_stands_until_more_is_found(level, about, stays):
    flag = answered(L.MEDIUM, ONE)
    flag.found(Finding(C.NEAR_AMOUNT, level, "y.", about))
    assert (flag.answer == "Two trips.") is stays
    assert flag.open is not stays
    assert (flag.level, flag.explanation, flag.about_ids) == (level, "y.", list(about))


def test_what_has_no_answer_is_listed_in_the_refusal():
    flag = ClaimFlag.of(Claim(id=uuid4(), round=1), Finding(C.SHARED_BANK, L.HIGH, "x."))
    with pytest.raises(FlagsUnansweredError) as refusal:
        check_answered([flag, answered(L.LOW)])
    told = {"code": "shared_bank", "level": "high", "explanation": "x."}
    assert refusal.value.extra == {"flags": [told]}
    flag.found(Finding(C.SHARED_BANK, L.HIGH, "x."))
    assert flag.open


async def test_hashes_that_look_alike_have_a_band_in_common(session):
    """Turn each bit of six bands at once: the seventh is left."""
    bands = [range(start, 64 if start == 54 else start + 9) for start in range(0, 63, 9)]
    assert len(bands) == ALIKE + 1
    for left in bands:
        for at in (0, 8):
            bits = sum(1 << band[at] for band in bands if band != left)
            turned = bits - 2**64 if bits >= 2**63 else bits
            values = {"one": 0x0123456789ABCDEF, "turned": turned}
            found = text(
                "SELECT cardinality(ARRAY(SELECT unnest(receipt_bands(CAST(:one AS bigint)))"
                " INTERSECT SELECT unnest(receipt_bands(CAST(:one AS bigint)"
                " # CAST(:turned AS bigint)))))"
            )
            assert await session.scalar(found, values) == 1


def test_the_databases_refusal_is_the_same_error():
    assert REFUSALS["claim_flags_answered"] is FlagsUnansweredError
