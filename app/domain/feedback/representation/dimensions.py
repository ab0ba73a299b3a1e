"""The characteristics that responses and populations are told by, and their codes.

What nobody stated stands apart and is never merged: asked and declined (Z of the ethnic
categories) is not the same as not known (99), nor as not recorded.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.people.monitoring import codes

NOT_RECORDED: Final = "not_recorded"


class Dimension(StrEnum):
    ETHNIC_CATEGORY = "ethnic_category"
    ETHNIC_GROUP = "ethnic_group"
    AGE_BAND = "age_band"
    GENDER = "gender"
    DISABILITY = "disability"
    SEXUAL_ORIENTATION = "sexual_orientation"
    RELIGION = "religion"
    CARER = "carer"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class Characteristic:
    """`counted_by` is the roll-up's dimension; `labels` is empty where the codes are open."""

    counted_by: str
    labels: Mapping[str, str]
    unstated: frozenset[str]
    open_codes: re.Pattern[str] | None = None
    many_valued: bool = False

    def knows(self, code: str) -> bool:
        """Tell whether a population may be told by this code."""
        if self.open_codes is not None:
            return bool(self.open_codes.fullmatch(code)) or code == NOT_RECORDED
        return code in self.labels

    def label(self, code: str) -> str:
        return "Not recorded" if code == NOT_RECORDED else self.labels.get(code, code)


# The Data Dictionary's sixteen categories in its five high-level groups.
ETHNIC_GROUPS: Final[Mapping[str, tuple[str, str]]] = {
    "white": ("White", "ABC"),
    "mixed": ("Mixed", "DEFG"),
    "asian": ("Asian or Asian British", "HJKL"),
    "black": ("Black or Black British", "MNP"),
    "other": ("Other ethnic groups", "RS"),
}
ETHNIC_UNSTATED: Final = frozenset({"Z", "99"})
STATED_CATEGORIES: Final = codes.ETHNIC_CATEGORY.keys() - ETHNIC_UNSTATED
GROUP_OF: Final[Mapping[str, str]] = {
    **{code: group for group, (_, listed) in ETHNIC_GROUPS.items() for code in listed},
    **{code: code for code in ETHNIC_UNSTATED},
}
_GROUP_LABELS: Final = {group: label for group, (label, _) in ETHNIC_GROUPS.items()}
_UNSTATED_LABELS: Final = {"Z": "Not stated", "99": "Not known"}


def _closed(
    counted_by: str, labels: Mapping[str, str], *unstated: str, many: bool = False
) -> Characteristic:
    told = {**labels, NOT_RECORDED: "Not recorded"}
    return Characteristic(counted_by, told, frozenset({*unstated, NOT_RECORDED}), many_valued=many)


CHARACTERISTICS: Final[Mapping[Dimension, Characteristic]] = {
    Dimension.ETHNIC_CATEGORY: Characteristic(
        "ethnic_category", codes.ETHNIC_CATEGORY, ETHNIC_UNSTATED
    ),
    Dimension.ETHNIC_GROUP: Characteristic(
        "ethnic_category", _GROUP_LABELS | _UNSTATED_LABELS, ETHNIC_UNSTATED
    ),
    Dimension.AGE_BAND: Characteristic(
        "age_band", {}, frozenset({NOT_RECORDED}), re.compile(r"\d{1,3}-\d{1,3}|\d{1,3}\+")
    ),
    Dimension.GENDER: _closed("gender", codes.GENDER, "X"),
    Dimension.DISABILITY: _closed("disability", codes.DISABILITY, "ZZ", many=True),
    Dimension.SEXUAL_ORIENTATION: _closed("sexual_orientation", codes.SEXUAL_ORIENTATION, "Z", "9"),
    Dimension.RELIGION: _closed("religion", codes.RELIGION, "M", "N"),
    Dimension.CARER: _closed("carer", {"true": "Carer", "false": "Not a carer"}),
    Dimension.LANGUAGE: Characteristic(
        "language",
        {},
        frozenset({NOT_RECORDED}),
        re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8}){0,3}"),
    ),
}
