"""Lists of codes as front ends show them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """A value on the wire, its label, and the label in easy read: short and plain words."""

    code: str
    label: str
    easy_read_label: str
    retired: bool = False


@dataclass(frozen=True, slots=True)
class CodeList:
    """A closed list; its codes stand in the order in which they are shown."""

    name: str
    title: str
    codes: tuple[Code, ...]

    @classmethod
    def of(
        cls, name: str, title: str, labels: Mapping[str, str], easy_read: Mapping[str, str]
    ) -> "CodeList":
        """Join labels and their easy-read forms; both name the same codes."""
        return cls(
            name, title, tuple(Code(str(c), label, easy_read[c]) for c, label in labels.items())
        )


def by_name(lists: Iterable[CodeList]) -> Mapping[str, CodeList]:
    return {found.name: found for found in lists}
