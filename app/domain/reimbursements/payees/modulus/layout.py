"""Reading of the two tables in the text layout that they are published in.

A line of weights is: first and last sort code, method, 14 weights, and perhaps an exception. A
line of substitutions is two sort codes. Fields stand apart by spaces.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from app.core.errors import InvalidError
from app.domain.reimbursements.payees.modulus.checking import PLACES, Method
from app.domain.reimbursements.payees.modulus.errors import ModulusTableError

_CODE: Final = re.compile(r"\d{6}", re.ASCII)
_WHOLE: Final = re.compile(r"-?\d{1,4}", re.ASCII)
_FIELDS: Final = (3 + PLACES, 4 + PLACES)
_PAIR: Final = 2
_MOST_EXCEPTION: Final = 14


def weights(text: str) -> list[dict[str, Any]]:
    """Read the table of weights, in its order; raises ModulusTableError with the line."""
    found: list[dict[str, Any]] = []
    for line, fields in _lines(text):
        if (
            len(fields) not in _FIELDS
            or not all(map(_CODE.fullmatch, fields[:2]))
            or fields[0] > fields[1]
            or fields[2] not in list(Method)
            or not all(map(_WHOLE.fullmatch, fields[3:]))
        ):
            raise _refused("weights", line)
        numbers = [int(each) for each in fields[3:]]
        exception = (numbers[PLACES:] or [0])[0]
        if not 0 <= exception <= _MOST_EXCEPTION:
            raise _refused("weights", line)
        found.append(
            {
                "place": len(found) + 1,
                "first_code": fields[0],
                "last_code": fields[1],
                "method": Method(fields[2]),
                "weights": numbers[:PLACES],
                "exception": exception,
            }
        )
    if not found:
        raise _refused("weights", 1)
    return found


def substitutions(text: str) -> list[dict[str, Any]]:
    """Read the table of substitutions; raises ModulusTableError with the line."""
    found: dict[str, str] = {}
    for line, fields in _lines(text):
        if len(fields) != _PAIR or not all(map(_CODE.fullmatch, fields)) or fields[0] in found:
            raise _refused("substitutions", line)
        found[fields[0]] = fields[1]
    return [{"sort_code": code, "substitute": other} for code, other in found.items()]


def _lines(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    for number, line in enumerate(text.splitlines(), 1):
        if fields := line.split():
            yield number, fields


def _refused(table: str, line: int) -> InvalidError:
    return ModulusTableError.at(f"#/{table}", f"Line {line} does not fit", "layout")
