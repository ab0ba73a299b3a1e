"""Which actions of the trust's strategy there are (domain reference 0.1), and what can be moved.

The strategy's plan is the measures area's to keep; until it does, these are its stable ids.
"""

from collections.abc import Mapping
from typing import Final

# Aims 1 to 5 have this many actions each; an action's id is `aim.number`.
_AIMS: Final = {1: 6, 2: 6, 3: 5, 4: 6, 5: 4}
STRATEGY_ACTIONS: Final = tuple(
    f"{aim}.{number}" for aim, count in _AIMS.items() for number in range(1, count + 1)
)

# What an action may be meant to move, by the code under which its chart is kept.
MEASURES: Final[Mapping[str, str]] = {
    "K1": "Share saying that their care overall was very good",
    "K2": "Share involved in their care as much as they wanted to be",
    "K3": "Share who know whom to contact out of hours in a crisis",
    "K4": "Share of quality improvement projects that are co-produced",
    "K5a": "Paid lived-experience roles",
    "K5b": "Peer support workers trained",
    "K6": "Complaints about waiting for treatment",
    "K7a": "Responses a year",
    "K7b": "Share of respondents from racialised communities",
    "fft_positive": "Share answering very good or good",
    "fft_negative": "Share answering poor or very poor",
    "theme_share": "Share of responses that are about the action's themes",
}
THEME_SHARE: Final = "theme_share"
