"""UK modulus checking: whether an account number can belong to a sort code.

The rules are Vocalink's "Validating account numbers": up to two weighted checks per range of sort
codes, by MOD10, MOD11 or DBLAL (double alternate), with its exceptions 1 to 14. The weights and
substitutions are data, loaded as they are published. A number that passes need not exist.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

PLACES: Final = 14
MOST_RULES: Final = 2
# The letters that the specification gives to sort code and account number.
_A, _B, _C, _G, _H = 6, 7, 8, 12, 13
_NINE: Final = 9
_EITHER: Final = frozenset({(2, 9), (10, 11), (12, 13)})
_TWO_NOT_NINE: Final = (0, 0, 1, 2, 5, 3, 6, 4, 8, 7, 10, 9, 3, 1)
_TWO_NINE: Final = (0, 0, 0, 0, 0, 0, 0, 0, 8, 7, 10, 9, 3, 1)
_SORT_CODE_OF: Final = {8: "090126", 9: "309634"}
_FIXED_DOUBLE: Final = 27


class Method(StrEnum):
    MOD10 = "MOD10"
    MOD11 = "MOD11"
    DBLAL = "DBLAL"


@dataclass(frozen=True, slots=True)
class Rule:
    """One check of a range of sort codes: a method, 14 weights, and an exception or 0."""

    method: Method
    weights: Sequence[int]
    exception: int = 0


@dataclass(frozen=True, slots=True)
class Number:
    """A sort code of 6 digits and an account number of 8, and what stands for the sort code."""

    sort_code: str
    account: str
    substitute: str | None = None

    @property
    def digits(self) -> list[int]:
        return [int(digit) for digit in self.sort_code + self.account]


def check(rules: Sequence[Rule], number: Number) -> bool:
    """Tell whether a number passes the rules of its sort code, one or two in their order."""
    first = passes(rules[0], number)
    if len(rules) < MOST_RULES:
        return first
    second = rules[1]
    if (rules[0].exception, second.exception) in _EITHER:
        return first or passes(second, number)
    return first and (_passed_over(second, number) or passes(second, number))


def passes(rule: Rule, number: Number) -> bool:
    """Do one check, with what its exception changes."""
    digits = number.digits
    if rule.exception == 6 and 4 <= digits[_A] <= 8 and digits[_G] == digits[_H]:  # noqa: PLR2004
        return True  # an account in another currency, which cannot be checked
    if rule.exception == 14:  # noqa: PLR2004  numbered by the specification, as above
        return _last_digit_shifted(rule, number)
    if rule.exception == 5:  # noqa: PLR2004
        return _check_digit(rule, number)
    if rule.exception in _SORT_CODE_OF:
        number = replace(number, sort_code=_SORT_CODE_OF[rule.exception])
    weights = _weights(rule, digits)
    left = _total(rule, weights, number.digits) % _modulus(rule)
    if rule.exception == 4:  # noqa: PLR2004
        return left == digits[_G] * 10 + digits[_H]
    return left == 0


def _passed_over(rule: Rule, number: Number) -> bool:
    return rule.exception == 3 and number.digits[_C] in (6, 9)  # noqa: PLR2004


def _weights(rule: Rule, digits: Sequence[int]) -> Sequence[int]:
    nine = digits[_G] == _NINE
    if rule.exception == 2 and digits[_A]:  # noqa: PLR2004
        return _TWO_NINE if nine else _TWO_NOT_NINE
    begins = digits[_A] in (0, _NINE) and digits[_B] == _NINE
    if nine and (rule.exception == 7 or (rule.exception == 10 and begins)):  # noqa: PLR2004
        return (*(0,) * _C, *rule.weights[_C:])
    return rule.weights


def _total(rule: Rule, weights: Sequence[int], digits: Sequence[int]) -> int:
    products = [digit * weight for digit, weight in zip(digits, weights, strict=True)]
    if rule.method is not Method.DBLAL:
        return sum(products)
    doubled = sum(sum(map(int, str(abs(product)))) for product in products)
    return doubled + (_FIXED_DOUBLE if rule.exception == 1 else 0)


def _modulus(rule: Rule) -> int:
    return 11 if rule.method is Method.MOD11 else 10


def _check_digit(rule: Rule, number: Number) -> bool:
    """Compare what the rest makes with a digit of the number: g by MOD11, h by DBLAL."""
    stands = replace(number, sort_code=number.substitute or number.sort_code)
    modulus, place = _modulus(rule), _G if rule.method is Method.MOD11 else _H
    left = _total(rule, rule.weights, stands.digits) % modulus
    # By MOD11 a remainder of 1 would want a check digit of 10, which no digit is.
    return number.digits[place] == (modulus - left if left else 0)


def _last_digit_shifted(rule: Rule, number: Number) -> bool:
    plain = replace(rule, exception=0)
    if passes(plain, number):
        return True
    if number.digits[_H] not in (0, 1, _NINE):
        return False
    return passes(plain, replace(number, account=f"0{number.account[:-1]}"))
