"""How somebody is told something: which channel, which languages and formats; all pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.domain.people.messages.models import ByHand
from app.domain.people.needs.codes import Format
from app.domain.people.needs.formats import Usable
from app.domain.people.register.models import ContactChannel

# The trust's language, which all notices are shipped in.
TRUST_LANGUAGE: Final = "en"
# What a machine can send; anything else is made by hand.
BY_MACHINE: Final = (Format.PLAIN_TEXT, Format.EASY_READ)
# Where nothing is preferred, or it cannot be used.
_ORDER: Final = (
    ContactChannel.EMAIL,
    ContactChannel.SMS,
    ContactChannel.LETTER,
    ContactChannel.PHONE,
)
LONGEST_SMS: Final = 918
"""Characters of the longest text message that GOV.UK Notify takes."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What somebody can be reached by and prefers; `texts` says that text messages are agreed."""

    preferred: ContactChannel | None
    known: frozenset[ContactChannel]
    texts: bool

    def channel(self) -> ContactChannel | None:
        """Give the preferred channel, or the first other that can be used; None where none can."""
        order = _ORDER if self.preferred is None else (self.preferred, *_ORDER)
        return next((each for each in order if self._usable(each)), None)

    def _usable(self, channel: ContactChannel) -> bool:
        return channel in self.known and (self.texts or channel is not ContactChannel.SMS)


def languages(own: str, can: Usable) -> list[str]:
    """Give the languages to look for, best first.

    The trust's own stands in for a missing one only where no need speaks against it.
    """
    if can.languages is None:
        return list(dict.fromkeys((own, TRUST_LANGUAGE)))
    return sorted(can.languages, key=lambda each: (each != own, each))


def wanted(own: str, can: Usable) -> Iterator[tuple[str, Format]]:
    """Give the languages and formats that a machine can send and the person use, best first."""
    for language in languages(own, can):
        for format_ in BY_MACHINE:
            if can.takes(format_, language):
                yield language, format_


def lacking(can: Usable) -> ByHand:
    """Tell why no text will do: none is of a format that can be used, or of a language."""
    if any(each in can.formats for each in BY_MACHINE):
        return ByHand.LANGUAGE
    return ByHand.FORMAT


def by_hand(channel: ContactChannel | None, text: str) -> ByHand | None:
    """Tell why no machine can carry a text that way, if so."""
    if channel is None:
        return ByHand.CONTACT
    if channel is ContactChannel.PHONE:
        return ByHand.CHANNEL
    if channel is ContactChannel.SMS and len(text) > LONGEST_SMS:
        return ByHand.LENGTH
    return None
