"""The word lists that tell names from words; each is a file beside this one, made for it."""

from importlib.resources import files
from typing import Final


def lines(name: str) -> list[str]:
    """Give the lines of a list but its heading."""
    text = files(__package__).joinpath("data", f"{name}.txt").read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _words(name: str) -> frozenset[str]:
    return frozenset(word for line in lines(name) for word in line.split())


GIVEN: Final = _words("given_names")
AMBIGUOUS: Final = _words("ambiguous_names")
SURNAMES: Final = _words("surnames")
CAPITALS: Final = _words("capitals") - AMBIGUOUS - GIVEN
WORDS: Final = _words("words") - AMBIGUOUS - GIVEN
LOWER_CASE_WORDS: Final = _words("lower_case_words")

TITLES: Final = _words("titles")
SPELT_TITLES: Final = _words("spelt_titles")
ROLES: Final = SPELT_TITLES | _words("roles")
GREETINGS: Final = _words("greetings")
THANKS: Final = _words("thanks")
SIGN_OFFS: Final = _words("sign_offs")
# What stands before a person rather than a thing; a place may follow some of them too.
BEFORE_A_PERSON: Final = _words("before_a_person")
BEFORE_A_PLACE: Final = _words("before_a_place")
AFTER_A_PERSON: Final = _words("after_a_person")
# Verbs and what follows them that only people have: enough for a word at the head of a sentence.
ONLY_PEOPLE: Final = _words("only_people")
DONE_TO_THINGS: Final = _words("done_to_things")
# Ambiguous names that are words far more often, also where they have a capital.
RARELY_NAMES: Final = _words("rarely_names")
# Family names that are words: names only after a title.
WORD_SURNAMES: Final = _words("word_surnames")
PERSONAL: Final = _words("personal")
PLACES: Final = _words("places")
NO_NAMES: Final = WORDS | CAPITALS | PLACES
MONTHS: Final = _words("months")
BEFORE_A_MONTH: Final = _words("before_a_month")
DETERMINERS: Final = _words("determiners")
PARTICLES: Final = _words("particles")
# Who and what is named after people, as the words that stand before or after the name.
AFTER_A_SAINT: Final = _words("after_a_saint")
NOBODY: Final = frozenset(
    {
        ("john", "radcliffe"), ("marie", "curie"), ("sue", "ryder"), ("florence", "nightingale"),
        ("vaughan", "thomas"), ("john", "lewis"), ("michael", "sobell"), ("katharine", "house"),
        ("katherine", "house"), ("helen", "and"), ("harry", "potter"), ("jesus", "christ"),
        ("milton", "keynes"), ("king", "edward"), ("queen", "elizabeth"), ("duke", "of"),
        ("guy", "fawkes"), ("jamie", "oliver"), ("boris", "johnson"), ("mary", "seacole"),
        ("princess", "royal"), ("prince", "of"), ("rose", "hill"), ("roald", "dahl"),
    }
)  # fmt: skip
