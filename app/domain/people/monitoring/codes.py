"""The NHS Data Dictionary's codes of equality monitoring (domain reference 4.1)."""

from collections.abc import Mapping
from typing import Final

ETHNIC_CATEGORY: Final[Mapping[str, str]] = {
    "A": "White: British",
    "B": "White: Irish",
    "C": "White: any other background",
    "D": "Mixed: White and Black Caribbean",
    "E": "Mixed: White and Black African",
    "F": "Mixed: White and Asian",
    "G": "Mixed: any other background",
    "H": "Asian or Asian British: Indian",
    "J": "Asian or Asian British: Pakistani",
    "K": "Asian or Asian British: Bangladeshi",
    "L": "Asian or Asian British: any other background",
    "M": "Black or Black British: Caribbean",
    "N": "Black or Black British: African",
    "P": "Black or Black British: any other background",
    "R": "Other: Chinese",
    "S": "Other: any other ethnic group",
    "Z": "Not stated",
    "99": "Not known",
}
GENDER: Final[Mapping[str, str]] = {
    "1": "Male",
    "2": "Female",
    "9": "Indeterminate",
    "X": "Not known",
}
SEXUAL_ORIENTATION: Final[Mapping[str, str]] = {
    "1": "Heterosexual or straight",
    "2": "Gay or lesbian",
    "3": "Bisexual",
    "4": "Other, not listed",
    "U": "Asked, does not know or is not sure",
    "Z": "Declined to say",
    "9": "Not known",
}
DISABILITY: Final[Mapping[str, str]] = {
    "01": "Behaviour and emotional",
    "02": "Hearing",
    "03": "Manual dexterity",
    "04": "Memory, concentration or learning",
    "05": "Mobility and gross motor",
    "06": "Perception of physical danger",
    "07": "Personal, self care and continence",
    "08": "Progressive conditions and physical health",
    "09": "Sight",
    "10": "Speech",
    "XX": "Other",
    "NN": "No disability",
    "ZZ": "Not stated",
}
RELIGION: Final[Mapping[str, str]] = {
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
    "K": "Other",
    "L": "None",
    "M": "Declines to say",
    "N": "Unknown",
}
GENDER_SAME_AT_BIRTH: Final[Mapping[str, str]] = {
    "Y": "Yes",
    "N": "No",
    "Z": "Declined to say",
    "X": "Not asked",
}
CARER_SUPPORT: Final[Mapping[str, str]] = {
    "01": "Gets support from a carer",
    "02": "Gets no support from a carer",
}
# Each says all there is to say, so that none stands beside another.
DISABILITY_ALONE: Final = frozenset({"NN", "ZZ"})
