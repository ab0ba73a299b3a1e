"""What demonstration respondents say; made up, and about nobody."""

from collections.abc import Mapping, Sequence
from typing import Final

GOOD_OPENINGS: Final = (
    "Everyone was kind.",
    "I was listened to.",
    "The team explained everything clearly.",
    "Friendly and professional from start to finish.",
    "I felt safe.",
    "They treated me as a person, not a diagnosis.",
    "Staff took their time with me.",
    "Appointments were on time.",
    "The nurse put me at ease.",
    "I was involved in every decision about my care.",
)
GOOD_ENDINGS: Final = (
    "",
    "",
    "Thank you.",
    "I could not have asked for more.",
    "My family felt included too.",
    "The care plan was written with me.",
    "It has made a real difference to my week.",
    "I knew who to call if things got worse.",
    "The information in easy read was helpful.",
    "Please pass on my thanks.",
)
BETTER_OPENINGS: Final = (
    "The wait for a first appointment was too long.",
    "I had to tell my story again to each new person.",
    "Nobody told me what would happen next.",
    "It was hard to get through on the telephone.",
    "Parking was difficult.",
    "The waiting room was noisy.",
    "My appointment was changed at short notice.",
    "More activities at the weekend would help.",
    "The food could be better.",
    "I would have liked my carer to be asked.",
)
BETTER_ENDINGS: Final = (
    "",
    "",
    "A text message would have helped.",
    "Please keep the same worker where you can.",
    "A clear letter afterwards would be good.",
    "I did not know who to call at night.",
    "Shorter waits would make the biggest difference.",
    "Otherwise the care itself was fine.",
)
# What a moderator has to look at: names, numbers, harm and complaint, of nobody that there is.
GOOD_TO_MODERATE: Final = (
    "My nurse Tegan was brilliant and always had time for me.",
    "Thanks to Oluwaseun and Priya for looking after my mum.",
    "Dr Featherstone explained everything twice without a sigh.",
    "Sister Moyo never stops smiling. You can ring me on 07700 900123 if that helps.",
)
BETTER_TO_MODERATE: Final = (
    "I was told to ring Callum in admin, who never rang back. My number is 01632 960123.",
    "I want to make a formal complaint about how I was spoken to by Mr Hargreaves.",
    "The letters still go to 14 Orchard Close, OX1 9ZZ, and we moved in spring.",
    "There were nights when I wanted to end my life and could not get through to anybody.",
    "Another patient hit me in the lounge and nobody wrote it down.",
    "They have my date of birth wrong, it is 3 April 1961.",
)
LITTLE_GOOD: Final = (
    "The receptionist was polite.",
    "One nurse was very kind.",
    "The building was clean.",
    "I was seen in the end.",
)

# Shares of respondents, by the NHS Data Dictionary's codes.
ETHNIC_CATEGORIES: Final[Mapping[str, int]] = {
    "A": 756,
    "B": 12,
    "C": 58,
    "D": 6,
    "E": 4,
    "F": 7,
    "G": 7,
    "H": 14,
    "J": 18,
    "K": 5,
    "L": 8,
    "M": 7,
    "N": 14,
    "P": 4,
    "R": 6,
    "S": 8,
    "Z": 46,
    "99": 20,
}
GENDERS: Final[Mapping[str, int]] = {"2": 58, "1": 37, "9": 1, "X": 4}
ORIENTATIONS: Final[Mapping[str, int]] = {"1": 82, "2": 3, "3": 3, "4": 1, "U": 1, "Z": 7, "9": 3}
RELIGIONS: Final[Mapping[str, int]] = {
    "L": 44,
    "C": 38,
    "G": 4,
    "D": 2,
    "B": 1,
    "F": 1,
    "I": 1,
    "H": 1,
    "M": 6,
    "N": 2,
}
DISABILITIES: Final[Mapping[str, int]] = {
    "NN": 60,
    "05": 11,
    "04": 8,
    "01": 7,
    "08": 6,
    "02": 4,
    "09": 2,
    "ZZ": 4,
}
LANGUAGES: Final[Mapping[str, int]] = {"en": 972, "pl": 8, "ur": 6, "pt": 5, "pa": 4, "ar": 5}
AGES: Final[Mapping[str, Sequence[str]]] = {
    "young": ("0-11", "12-15", "16-17", "18-24"),
    "adult": ("18-24", "25-34", "35-44", "45-54", "55-64", "65-74"),
    "older": ("65-74", "75-84", "85+"),
    "any": ("16-17", "25-34", "35-44", "45-54", "55-64", "65-74", "75-84", "85+"),
}
