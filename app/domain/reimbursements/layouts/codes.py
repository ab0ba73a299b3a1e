"""The words that a payment layout is told in."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class FileFormat(StrEnum):
    """How the file is written: cells with a delimiter, fixed columns, or Bacs Standard 18."""

    CSV = "csv"
    FIXED = "fixed"
    BACS18 = "bacs18"


class LayoutStatus(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class Per(StrEnum):
    """What one row of the file is for: each kind of line and cost centre, or a whole payment."""

    LINE = "line"
    PAYMENT = "payment"


class Delimiter(StrEnum):
    COMMA = "comma"
    SEMICOLON = "semicolon"
    TAB = "tab"
    PIPE = "pipe"


class Quoting(StrEnum):
    NEEDED = "needed"
    ALL = "all"


class LineEnding(StrEnum):
    CRLF = "crlf"
    LF = "lf"


class Encoding(StrEnum):
    UTF_8 = "utf_8"
    UTF_8_BOM = "utf_8_bom"
    WINDOWS_1252 = "windows_1252"
    ASCII = "ascii"


class DateFormat(StrEnum):
    ISO = "yyyy-mm-dd"
    BRITISH = "dd/mm/yyyy"
    DIGITS = "yyyymmdd"
    BRITISH_DIGITS = "ddmmyyyy"
    BRITISH_SHORT = "ddmmyy"


class AmountFormat(StrEnum):
    POUNDS = "pounds"
    PENCE = "pence"


class Align(StrEnum):
    LEFT = "left"
    RIGHT = "right"


DELIMITERS: Final[Mapping[Delimiter, str]] = {
    Delimiter.COMMA: ",",
    Delimiter.SEMICOLON: ";",
    Delimiter.TAB: "\t",
    Delimiter.PIPE: "|",
}
ENDINGS: Final[Mapping[LineEnding, str]] = {LineEnding.CRLF: "\r\n", LineEnding.LF: "\n"}
CODECS: Final[Mapping[Encoding, str]] = {
    Encoding.UTF_8: "utf-8",
    Encoding.UTF_8_BOM: "utf-8-sig",
    Encoding.WINDOWS_1252: "cp1252",
    Encoding.ASCII: "ascii",
}
DATES: Final[Mapping[DateFormat, str]] = {
    DateFormat.ISO: "%Y-%m-%d",
    DateFormat.BRITISH: "%d/%m/%Y",
    DateFormat.DIGITS: "%Y%m%d",
    DateFormat.BRITISH_DIGITS: "%d%m%Y",
    DateFormat.BRITISH_SHORT: "%d%m%y",
}
