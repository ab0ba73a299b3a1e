"""A list of teams as a CSV file: read strictly, applied whole or not at all."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.feedback.errors import UnusableFileError
from app.domain.organisation import structure
from app.domain.organisation.models import CODE, FftCategory, Segment, Setting
from app.domain.organisation.placing import EARLIEST
from app.domain.organisation.structure import Fault, Row
from app.imports.cells import RowError
from app.imports.layouts import Layout
from app.imports.reader import read_cells, read_header
from app.imports.splitting import Splitter

LARGEST: Final = 1024 * 1024
_LONGEST_CODE, _LONGEST_NAME, _LONGEST_PATHWAY = 50, 200, 100
_CODE: Final = re.compile(CODE)
_COLUMNS: Final = (
    "directorate_code",
    "directorate_name",
    "service_code",
    "service_name",
    "team_code",
    "team_name",
    "segment",
    "setting",
    "pathway",
    "fft_category",
    "iwgc_codes",
    "effective_from",
)
LAYOUT: Final = Layout(
    name="organisation",
    source="",
    columns=tuple((name, name) for name in _COLUMNS),
    optional=frozenset({"pathway", "fft_category", "iwgc_codes", "effective_from"}),
)


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the rows, in numbers of rows, and why some could not be taken."""

    applied: bool
    rows: int
    created: int
    changed: int
    unchanged: int
    errors: Sequence[Fault]


async def take(session: AsyncSession, raw: bytes, *, dry_run: bool) -> Report:
    """Bring the organisation to what the file says, unless a row is at fault or it is a dry run.

    Raises UnusableFileError for what is no row's fault.
    """
    if len(raw) > LARGEST:
        raise UnusableFileError.because("too-large", f"The file is larger than {LARGEST} bytes")
    read = [_row(line, cells) for line, cells in _records(raw)]
    rows = [row for row in read if isinstance(row, Row)]
    faults = [fault for row in read if not isinstance(row, Row) for fault in row]
    faults += _disagreements(rows)
    async with session.begin_nested() as savepoint:
        done = await structure.arrange(session, rows)
        faults += done.faults
        applied = not dry_run and not faults
        if not applied:
            await savepoint.rollback()
    bad = {fault.line for fault in faults}
    created, changed = done.created - bad, done.changed - done.created - bad
    return Report(
        applied=applied,
        rows=len(read),
        created=len(created),
        changed=len(changed),
        unchanged=len(read) - len(created) - len(changed) - len(bad),
        errors=sorted(faults, key=lambda fault: (fault.line, fault.column or "")),
    )


Cells = Mapping[str, str] | RowError


def _records(raw: bytes) -> list[tuple[int, Cells]]:
    """Give each row's line and its cells by column, or what is wrong with it."""
    records = [each for each in Splitter().feed(raw, last=True) if not each.raw.isspace()]
    if not records:
        raise UnusableFileError.because("empty-file", "The file is empty")
    header = [name for name, _ in read_header(records[0].raw, LAYOUT)]
    found: list[tuple[int, Cells]] = []
    for line, text in records[1:]:
        try:
            cells = zip(header, read_cells(text, len(header)), strict=True)
            found.append((line, {name: cell.strip() for name, cell in cells}))
        except RowError as error:
            found.append((line, error))
    return found


def _row(line: int, cells: Cells) -> Row | list[Fault]:
    if isinstance(cells, RowError):
        return [Fault(line, None, cells.reason)]
    told: dict[str, Any] = {}
    faults = []
    for name, read in _READ.items():
        try:
            told[name] = read(cells.get(name, ""))
        except RowError as error:
            faults.append(Fault(line, name, error.reason))
    if faults:
        return faults
    return Row(line=line, codes=told.pop("iwgc_codes"), **told)


def _disagreements(rows: Sequence[Row]) -> list[Fault]:
    """Find rows that call one thing by two names."""
    faults: list[Fault] = []
    told: dict[tuple[str, str], str] = {}
    for row in rows:
        for kind in ("directorate", "service", "team"):
            name: str = getattr(row, f"{kind}_name")
            if told.setdefault((kind, getattr(row, f"{kind}_code")), name) != name:
                faults.append(Fault(row.line, f"{kind}_name", "differs-from-earlier-row"))
    return faults


def _text(longest: int) -> Callable[[str], str]:
    def read(cell: str) -> str:
        if not cell:
            raise RowError("missing-value")
        if len(cell) > longest:
            raise RowError("too-long")
        if not cell.isprintable():
            raise RowError("bad-value")
        return cell

    return read


def _code(cell: str) -> str:
    told = _text(_LONGEST_CODE)(cell)
    if not _CODE.match(told):
        raise RowError("bad-value")
    return told


def _one_of(kind: type[Segment | Setting | FftCategory]) -> Callable[[str], Any]:
    def read(cell: str) -> Any:
        if not cell:
            raise RowError("missing-value")
        try:
            return kind(cell.lower())
        except ValueError:
            raise RowError("bad-value") from None

    return read


def _or_none(read: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda cell: read(cell) if cell else None


def _codes(cell: str) -> tuple[str, ...]:
    parts = (part.strip() for part in cell.split(";"))
    return tuple(dict.fromkeys(_text(100)(part) for part in parts if part))


def _month(cell: str) -> date:
    try:
        day = date.fromisoformat(cell)
    except ValueError:
        raise RowError("bad-date") from None
    if day.isoformat() != cell:
        raise RowError("bad-date")
    if day < EARLIEST:
        raise RowError("date-before-2000")
    if day.day != 1:
        raise RowError("not-first-of-month")
    return day


_READ: Final[Mapping[str, Callable[[str], Any]]] = {
    **dict.fromkeys(("directorate_code", "service_code", "team_code"), _code),
    **dict.fromkeys(("directorate_name", "service_name", "team_name"), _text(_LONGEST_NAME)),
    "segment": _one_of(Segment),
    "setting": _one_of(Setting),
    "pathway": _or_none(_text(_LONGEST_PATHWAY)),
    "fft_category": _or_none(_one_of(FftCategory)),
    "iwgc_codes": _codes,
    "effective_from": _or_none(_month),
}
