"""All that is held of a person, as one file a machine reads and one that people do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.domain.rights.access.queries import Held
from app.domain.rights.registry import Entry

SAID_ELSEWHERE: Final = "Found because your name, e-mail address or telephone number stands in it"
_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=select_autoescape(("html",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    title: str
    review: bool


@dataclass(frozen=True, slots=True)
class Section:
    """One table's rows of a person: what they are for, how long kept, what erasure does."""

    source: str
    title: str
    purpose: str
    retention: str
    erasure: str
    fields: Sequence[Field]
    rows: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class SubjectFile:
    made_at: datetime
    sections: Sequence[Section]


def file_of(parts: Sequence[Held], kept: Mapping[str, str], made_at: datetime) -> SubjectFile:
    """Arrange what is held; `kept` says of each category how long it is kept."""
    sections = [_section(each, kept) for each in parts if each.rows]
    return SubjectFile(made_at, sections)


def html_of(file: SubjectFile) -> str:
    """Write the file as one page that needs no script and nothing from elsewhere."""
    return _TEMPLATES.get_template("subject_file.html").render(file=file, words=words)


def words(value: Any) -> str:
    """Write a value as somebody reads it."""
    if value is None or value in ("", []):
        return "not recorded"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(words(each) for each in value)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {words(each)}" for name, each in value.items())
    return str(value)


def _section(part: Held, kept: Mapping[str, str]) -> Section:
    entry = part.entry
    if isinstance(entry, Entry):
        told = (entry.table, entry.title, entry.purpose, kept.get(entry.retention, "not decided"))
        erasure = entry.because or "Deleted when you are erased"
        titles, review = entry.columns, entry.review
    else:
        told = (entry.table, entry.title, SAID_ELSEWHERE, "As long as the record they stand in")
        erasure = "Your name, e-mail address and telephone number are taken out, or it is deleted"
        titles = entry.columns
        review = frozenset(titles)
    fields = [Field(name, title, name in review) for name, title in titles.items()]
    rows = [{each.name: row.get(each.name) for each in fields} for row in part.rows]
    return Section(*told, erasure, fields, rows)
