"""Which formats and languages somebody can use, by what they need."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.domain.people.needs.codes import Format


class Need(Protocol):
    """What a need says of formats and languages; none is no restriction."""

    @property
    def formats(self) -> Sequence[str]: ...

    @property
    def languages(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Usable:
    """The formats that somebody can use, in their order, and the languages; None for any."""

    formats: tuple[Format, ...]
    languages: tuple[str, ...] | None

    def takes(self, format_: Format, language: str) -> bool:
        """Tell whether something in a format and a language can be used."""
        return format_ in self.formats and (self.languages is None or language in self.languages)


def usable(needs: Iterable[Need]) -> Usable:
    """Tell what meets every one of a person's needs.

    A need names all formats that meet it, and all languages; one that names none restricts
    nothing. Where two needs have nothing in common, nothing is usable, and a person must ask.
    """
    formats, languages = set(Format), None
    for need in needs:
        if need.formats:
            formats &= {Format(each) for each in need.formats}
        if need.languages:
            named = set(need.languages)
            languages = named if languages is None else languages & named
    told = None if languages is None else tuple(sorted(languages))
    return Usable(tuple(each for each in Format if each in formats), told)
