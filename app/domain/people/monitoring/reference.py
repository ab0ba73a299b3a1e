"""Labels of equality monitoring, in easy read too."""

from typing import Final

from app.core.reference import CodeList
from app.domain.people.monitoring import codes

ETHNIC_CATEGORY: Final = CodeList.of(
    "ethnic_category",
    "Ethnic category (NHS Data Dictionary)",
    codes.ETHNIC_CATEGORY,
    {
        "A": "White British",
        "B": "White Irish",
        "C": "White, from somewhere else",
        "D": "Mixed: white and black Caribbean",
        "E": "Mixed: white and black African",
        "F": "Mixed: white and Asian",
        "G": "Mixed: another mix",
        "H": "Indian",
        "J": "Pakistani",
        "K": "Bangladeshi",
        "L": "Asian, from somewhere else",
        "M": "Black Caribbean",
        "N": "Black African",
        "P": "Black, from somewhere else",
        "R": "Chinese",
        "S": "Another group",
        "Z": "I do not want to say",
        "99": "We do not know",
    },
)
GENDER: Final = CodeList.of(
    "gender",
    "Stated gender (NHS Data Dictionary)",
    codes.GENDER,
    {"1": "Man or boy", "2": "Woman or girl", "9": "Not one or the other", "X": "We do not know"},
)
SEXUAL_ORIENTATION: Final = CodeList.of(
    "sexual_orientation",
    "Stated sexual orientation (NHS Data Dictionary)",
    codes.SEXUAL_ORIENTATION,
    {
        "1": "Straight",
        "2": "Gay or lesbian",
        "3": "Bisexual",
        "4": "Something else",
        "U": "I am not sure",
        "Z": "I do not want to say",
        "9": "We do not know",
    },
)
DISABILITY: Final = CodeList.of(
    "disability",
    "Disability (NHS Data Dictionary)",
    codes.DISABILITY,
    {
        "01": "Feelings and how you act",
        "02": "Hearing",
        "03": "Using your hands",
        "04": "Remembering, thinking or learning",
        "05": "Moving around",
        "06": "Knowing when something is not safe",
        "07": "Washing, dressing and using the toilet",
        "08": "A long illness",
        "09": "Seeing",
        "10": "Speaking",
        "XX": "Something else",
        "NN": "No disability",
        "ZZ": "I do not want to say",
    },
)
RELIGION: Final = CodeList.of(
    "religion",
    "Religion (NHS Data Dictionary)",
    codes.RELIGION,
    {
        "A": "Baha'i",
        "B": "Buddhist",
        "C": "Christian",
        "D": "Hindu",
        "E": "Jain",
        "F": "Jewish",
        "G": "Muslim",
        "H": "Pagan",
        "I": "Sikh",
        "J": "Zoroastrian",
        "K": "Another religion",
        "L": "No religion",
        "M": "I do not want to say",
        "N": "We do not know",
    },
)
GENDER_SAME_AT_BIRTH: Final = CodeList.of(
    "gender_same_at_birth",
    "Is your gender the same as at birth? (NHS Data Dictionary)",
    codes.GENDER_SAME_AT_BIRTH,
    {"Y": "Yes", "N": "No", "Z": "I do not want to say", "X": "We did not ask"},
)
CARER_SUPPORT: Final = CodeList.of(
    "carer_support",
    "Support from a carer (NHS Data Dictionary)",
    codes.CARER_SUPPORT,
    {"01": "Someone looks after me", "02": "Nobody looks after me"},
)

LISTS: Final = (
    ETHNIC_CATEGORY,
    GENDER,
    SEXUAL_ORIENTATION,
    DISABILITY,
    RELIGION,
    GENDER_SAME_AT_BIRTH,
    CARER_SUPPORT,
)
