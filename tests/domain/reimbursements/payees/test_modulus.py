"""The examples that the specification of modulus checking works through, a table of their own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.reimbursements.payees.modulus import layout
from app.domain.reimbursements.payees.modulus.checking import Method, Number, Rule, check
from app.domain.reimbursements.payees.modulus.errors import ModulusTableError

# Single sort codes alone: no published range stands here.
WEIGHTS = """
089999 089999 MOD10 0 0 0 0 0 0 7 1 3 7 1 3 7 1
107999 107999 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 2 1
202959 202959 MOD11 0 0 0 0 0 0 0 7 6 5 4 3 2 1 6
202959 202959 DBLAL 2 1 2 1 2 1 2 1 2 1 2 1 2 1 6
871427 872427 MOD11 0 0 1 2 5 3 6 4 8 7 10 9 3 1 10
871427 872427 MOD11 0 0 5 10 9 8 0 7 6 5 4 3 2 1 11
820000 827999 MOD11 0 0 0 0 0 0 0 0 7 3 4 9 2 1
820000 827999 DBLAL 2 1 2 1 2 1 2 1 2 1 2 1 2 1 3
134020 134020 MOD11 0 0 0 7 5 9 8 4 6 3 5 2 0 0 4
118765 118765 DBLAL 0 0 2 1 2 1 2 1 2 1 2 1 2 1 1
200915 200915 MOD11 0 0 0 0 0 0 0 7 6 5 4 3 2 1 6
200915 200915 DBLAL 2 1 2 1 2 1 2 1 2 1 2 1 2 1 6
938063 938611 MOD11 7 6 5 4 3 2 7 6 5 4 3 2 0 0 5
938063 938611 DBLAL 2 1 2 1 2 1 2 1 2 1 2 1 2 0 5
772798 772798 MOD11 0 0 1 2 5 3 6 4 8 7 10 9 3 1 7
086090 086090 MOD10 0 0 3 7 1 3 7 1 3 7 1 3 7 1 8
309070 309070 MOD11 0 0 3 2 9 8 5 7 6 5 4 3 2 1 2
309070 309070 MOD11 0 0 3 2 9 8 1 7 6 5 4 3 2 1 9
203099 203099 MOD11 0 0 0 0 0 0 0 7 6 5 4 3 2 1 6
203099 203099 DBLAL 2 1 2 1 2 1 2 1 2 1 2 1 2 1 6
070116 070116 MOD11 0 0 7 6 5 8 9 4 5 6 7 8 9 -1 12
070116 070116 MOD10 0 3 2 4 5 8 9 4 5 6 7 8 9 -1 13
074456 074456 MOD11 0 0 7 6 5 8 9 4 5 6 7 8 9 -1 12
074456 074456 MOD10 0 3 2 4 5 8 9 4 5 6 7 8 9 -1 13
180002 180002 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 2 1 14
"""
SUBSTITUTIONS = "938600 938611\n"
LINES = layout.weights(WEIGHTS)
OTHERS = {each["sort_code"]: each["substitute"] for each in layout.substitutions(SUBSTITUTIONS)}
VALID = """089999-66374958 107999-88837491 202959-63748472 871427-46238510 872427-46238510
871427-09123496 871427-99123496 820000-73688637 827999-73988638 827101-28748352 134020-63849203
118765-64371389 200915-41011166 938611-07806039 938600-42368003 938063-55065200 772798-99345694
086090-06774744 309070-02355688 309070-12345668 309070-12345677 309070-99345694 070116-34012583
074456-11104102 180002-00000190 074456-12345112"""
INVALID = """938063-15764273 938063-15764264 938063-15763217 118765-64371388 203099-66831036
203099-58716970 089999-66374959 107999-88837493 180002-00000192 871427-46238511 134020-63849204"""


def verdict(told: str) -> bool:
    sort_code, _, account = told.partition("-")
    rules = [
        Rule(each["method"], each["weights"], each["exception"])
        for each in LINES
        if each["first_code"] <= sort_code <= each["last_code"]
    ]
    return check(rules, Number(sort_code, account, OTHERS.get(sort_code)))


@pytest.mark.parametrize("told", VALID.split())
def test_what_the_specification_calls_valid_passes(told):
    assert verdict(told)


def test_what_passes_as_it_is_needs_no_shift_of_exception_14():
    assert verdict("180002-00000310")


@pytest.mark.parametrize("told", INVALID.split())
def test_what_the_specification_calls_invalid_does_not(told):
    assert not verdict(told)


@settings(max_examples=50)
@given(st.text("0123456789", min_size=8, max_size=8), st.integers(0, 7), st.integers(1, 9))
def test_one_wrong_digit_is_always_found_where_weights_are_prime_to_the_modulus(account, at, more):
    rule = Rule(Method.MOD11, (0, 0, 0, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1))
    wrong = account[:at] + str((int(account[at]) + more) % 10) + account[at + 1 :]
    right = check([rule], Number("107999", account))
    assert not (right and check([rule], Number("107999", wrong)))


LINE = "107999 107999 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 2 1"


@pytest.mark.parametrize(
    "line",
    [
        "",
        LINE + " 15",
        LINE + " -1",
        LINE + " 1 1",
        LINE[:-2],
        LINE.replace("MOD11", "MOD12"),
        LINE.replace("8", "x"),
        LINE.replace("107999", "10799", 1),
        LINE.replace("107999", "108000", 1),
    ],
)
def test_what_is_no_line_of_weights_is_refused_by_its_place(line):
    with pytest.raises(ModulusTableError) as refused:
        layout.weights(f"{LINE}\n{line}" if line else "\n")
    place = "Line 2" if line else "Line 1"
    assert refused.value.extra["errors"][0]["detail"] == f"{place} does not fit"


@pytest.mark.parametrize("text", ["1", "938600 93861", "938600 938611\n938600 938600"])
def test_what_is_no_line_of_substitutions_is_refused(text):
    with pytest.raises(ModulusTableError):
        layout.substitutions(text)
