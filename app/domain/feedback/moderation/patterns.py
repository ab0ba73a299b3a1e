"""Identifiers that have a form: numbers, addresses and dates. Every search is linear in its text.

No pattern repeats without a bound, and none starts inside what another start has passed over.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

import phonenumbers
from stdnum.gb import nhs

from app.domain.feedback.moderation.marks import Certainty, MarkKind


class Found(NamedTuple):
    """A stretch of plain text."""

    start: int
    end: int
    kind: MarkKind
    certainty: Certainty


_AREAS: Final = (
    "AB|AL|B[ABDHLNRST]?|C[ABFHMORTVW]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LUY]?|H[ADGPRSUX]|I[GMPV]|JE"
    "|K[ATWY]|L[ADELNSU]?|M[EKL]?|N[EGNPRW]?|O[LX]|P[AEHLOR]|RG|RH|RM|S[AEGKLMNOPRSTWY]?|T[ADFNQRSW]"
    "|UB|W[ACDFNRSV]?|YO|ZE"
)
_POSTCODE: Final = re.compile(
    rf"(?<![A-Z0-9])(?:{_AREAS})\d(?:\d|[A-HJKMNPR-Y])?[ -]{{0,2}}"
    r"(?P<inward>\d[ABD-HJLNP-UW-Z]{2})"
    r"(?![A-Z0-9])",
    re.IGNORECASE,
)
_ORDINAL: Final = re.compile(r"\d(?:st|nd|rd|th|hr|hs)")  # "w1 5th", "b12 2nd"
_EMAIL: Final = re.compile(
    r"(?<![A-Z0-9._%+'-])[A-Z0-9._%+'-]{1,64}[ ]?(?:@|[\[(]at[\])])[ ]?[A-Z0-9-]{1,63}"
    r"(?:(?:\.|[ ]?[\[(]dot[\])][ ]?)[A-Z0-9-]{1,63}){1,6}"
    r"|(?<![A-Z0-9._%+'-])[A-Z0-9._%+'-]{1,64} at (?:gmail|hotmail|outlook|yahoo|icloud|btinternet"
    r"|nhs|live|aol|sky)(?:\.| dot )[A-Z]{2,10}(?:(?:\.| dot )[A-Z]{2,10})?",
    re.IGNORECASE,
)
_DIGITS: Final = re.compile(r"(?<![\w.])(?:\+|\()?\d(?:[ ().-]{0,3}\d){8,14}(?!\w)")
_TIMES: Final = re.compile(r"(?<!\d)\d{1,2}\.\d\d(?!\d)[ -]")  # "07.30 - 19.30"
_MOST_JUDGED: Final = 100  # of one text; the library takes its time over each
_PHONES_NEAR: Final = re.compile(
    r"\b(?:tel|telephone|phone|phoned|mobile|mob|number|call|ring|text|contact|rang)\b",
    re.IGNORECASE,
)
_TEN: Final = re.compile(r"(?<!\d)(?<!\d[-.])\d(?:[ .-]?\d){9}(?![ .-]?\d)")
_WHOLE: Final = re.compile(r"\d{10}|\d{3}([ .-])\d{3}\1\d{4}")
_NHS_NEAR: Final = re.compile(r"\bnhs\b|\bnumber\b|\bno\b", re.IGNORECASE)
_NHS_JUST_BEFORE: Final = re.compile(r"\bnhs (?:number|no\b|num)", re.IGNORECASE)

_MONTH: Final = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_DATE: Final = re.compile(
    r"(?<![\d/.-])(?:"
    r"(?:0?[1-9]|[12]\d|3[01])[ ]?[/.-][ ]?(?:0?[1-9]|1[0-2])[ ]?[/.-][ ]?(?P<a>(?:19|20)?\d\d)"
    r"|(?P<b>(?:19|20)\d\d)[/.-](?:0?[1-9]|1[0-2])[/.-](?:0?[1-9]|[12]\d|3[01])"
    rf"|(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?[ -](?:of[ ])?(?:{_MONTH})\.?,?[ -]"
    r"(?P<c>(?:19|20)?\d\d)"
    rf"|(?:{_MONTH})\.?[ ](?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?,?[ ](?P<d>(?:19|20)\d\d)"
    r"|(?P<e>(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d)"
    r"|(?:0?[1-9]|[12]\d|3[01])[ ](?:0?[1-9]|1[0-2])[ ](?P<f>(?:19|20)\d\d)"
    r")(?![\d/-]|\.\d)",
    re.IGNORECASE,
)
_BORN: Final = re.compile(
    r"\bborn\b|\bd\.? ?o\.? ?b\b|\bdate of birth\b|\bbirth ?da(?:y|te)\b|\bdate birth\b",
    re.IGNORECASE,
)
_BEFORE_BORN, _AFTER_BORN = 60, 30
# Who writes of a visit names a year of the last ones; an earlier full date is likely a birthday.
_LONG_AGO: Final = 2010

_UNITS: Final = (
    "minutes?|mins?|miles?|hours?|hrs?|days?|weeks?|wks?|months?|years?|yrs?|nights?|people|persons?"
    "|nurses?|doctors?|staff|times?|members?|patients?|metres?|yards?|to|of|out|in|or|and"
    "|different|separate|other|more|beds?|bedded|km|pm|am|x|stars?|visits?|way|on|at|the|a|for|in|as"
)
_STREET: Final = (
    "road|street|avenue|lane|crescent|terrace|rd|ave|cres|mews|boulevard|close|drive|way|court"
    "|place|gardens|grove|square|hill|park|rise|view|walk|row|green|st|cl|dr|ct|gdns|end|parade|yard"
)
_SURE_STREET: Final = "road|street|avenue|lane|crescent|terrace|rd|ave|mews"
_ADDRESS: Final = re.compile(
    rf"(?:\b(?i:flat|apt|apartment|unit|room) ?\d{{1,4}}[A-Za-z]?,? )?"
    r"(?<![\w.,/:-])\d{1,4}[A-Za-z]?(?:-\d{1,4})?,? "
    rf"(?!(?:{_UNITS})\b)"
    rf"(?:(?:[A-Z][A-Za-z'.-]{{1,20}} ){{1,3}}(?i:{_STREET})"
    rf"|(?:(?!(?:{_UNITS})\b)[a-z][a-z'-]{{1,20}} ){{1,2}}(?:{_SURE_STREET}))\b"
)
_LIVES: Final = re.compile(
    r"\b(?:live|lives|living|lived|address is|home is|moved) (?:at|on|in|to|is)? ?"
    rf"(?P<place>(?:[A-Z][A-Za-z'-]{{1,20}} ){{1,3}}(?:{_STREET.title()}))\b"
)


def identifiers(text: str) -> Iterator[Found]:
    """Give every identifier that has a form, in no order; they may overlap."""
    for match in _EMAIL.finditer(text):
        yield Found(*match.span(), MarkKind.EMAIL, Certainty.CERTAIN)
    for match in _POSTCODE.finditer(text):
        if not _ORDINAL.fullmatch(match["inward"]):
            yield Found(*match.span(), MarkKind.POSTCODE, Certainty.CERTAIN)
    yield from _phones(text)
    yield from _nhs_numbers(text)
    yield from _births(text)
    for match in _ADDRESS.finditer(text):
        yield Found(*match.span(), MarkKind.ADDRESS, Certainty.LIKELY)
    for match in _LIVES.finditer(text):
        yield Found(*match.span("place"), MarkKind.ADDRESS, Certainty.POSSIBLE)


def _phones(text: str) -> Iterator[Found]:
    at = judged = 0
    while match := _DIGITS.search(text, at):
        at = match.end()
        judged += 1
        judge = _phone if judged <= _MOST_JUDGED else _by_its_form
        if found := judge(match.group()):
            length, certainty = found
            near = text[max(0, match.start() - 30) : match.start()]
            at = match.start() + length
            if certainty is not Certainty.POSSIBLE or _PHONES_NEAR.search(near):
                yield Found(match.start(), at, MarkKind.PHONE, certainty)


def _phone(candidate: str) -> tuple[int, Certainty] | None:
    """Say how much of it is a telephone number, the whole if it can be, and how surely."""
    digits = [place for place, sign in enumerate(candidate) if sign.isdigit()]
    if candidate[digits[0]] != "0" and not candidate.startswith("+"):
        return None
    possible = None
    for many in dict.fromkeys((len(digits), 11, 10)):
        length = digits[many - 1] + 1 if many <= len(digits) else len(candidate) + 1
        if candidate[length : length + 1].isdigit() or length > len(candidate):
            continue
        written = candidate[:length]
        number = None if _TIMES.search(written) else _parsed(written)
        if number is not None and phonenumbers.is_valid_number(number):
            return length, Certainty.CERTAIN
        if number is not None and phonenumbers.is_possible_number(number):
            whole = written.startswith(("+44", "0044")) or many == len("01865000000")
            possible = possible or (length, Certainty.LIKELY if whole else Certainty.POSSIBLE)
    return possible


def _by_its_form(candidate: str) -> tuple[int, Certainty] | None:
    """Take for a number what begins as one does: who writes a thousand is not given more time."""
    return (len(candidate), Certainty.LIKELY) if candidate[0] in "0+(" else None


def _parsed(written: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(written, "GB")
    except phonenumbers.NumberParseException:
        return None


def _nhs_numbers(text: str) -> Iterator[Found]:
    for match in _TEN.finditer(text):
        written = match.group()
        before = text[max(0, match.start() - 30) : match.start()]
        if nhs.is_valid(re.sub(r"\D", "", written)):
            if _WHOLE.fullmatch(written) or _NHS_NEAR.search(before):
                yield Found(*match.span(), MarkKind.NHS_NUMBER, Certainty.CERTAIN)
        elif _NHS_JUST_BEFORE.search(before):
            yield Found(*match.span(), MarkKind.NHS_NUMBER, Certainty.POSSIBLE)


def _births(text: str) -> Iterator[Found]:
    for match in _DATE.finditer(text):
        start, end = match.span()
        around = text[max(0, start - _BEFORE_BORN) : start], text[end : end + _AFTER_BORN]
        if any(_BORN.search(words) for words in around):
            yield Found(start, end, MarkKind.DATE_OF_BIRTH, Certainty.LIKELY)
        elif _long_ago(match):
            yield Found(start, end, MarkKind.DATE_OF_BIRTH, Certainty.POSSIBLE)


def _long_ago(date: re.Match[str]) -> bool:
    year = next(told for told in date.group("a", "b", "c", "d", "e", "f") if told)[-4:]
    return len(year) == 4 and int(year) < _LONG_AGO  # noqa: PLR2004  a year of four digits
