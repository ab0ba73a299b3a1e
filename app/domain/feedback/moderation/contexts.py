"""What the place of a word says of it: whether a name is asked for there, or something else."""

import re
from enum import IntEnum

from app.domain.feedback.moderation import lexicon as lex
from app.domain.feedback.moderation.wording import Word


class Place(IntEnum):
    """How clearly a place is a name's."""

    NONE = 0
    WEAK = 1
    MEDIUM = 2
    STRONG = 3


def place_of(words: list[Word], at: int) -> Place:
    """Say how clearly what stands before a word asks for a name."""
    if at == 0:
        return Place.NONE
    word, before = words[at], words[at - 1]
    if before.low in lex.TITLES and word.gap in (" ", ". ", "."):
        return Place.STRONG
    if before.low in lex.SIGN_OFFS and at >= len(words) - 3 and _signs(word, before):
        return Place.MEDIUM
    if word.first and not word.gap.startswith((" (", " - ", ": ")):
        return Place.NONE
    greeted = before.low in lex.GREETINGS and word.gap.strip() in ("", ",")
    if greeted or (before.low in lex.ROLES and not before.owner):
        return Place.MEDIUM
    return max(_told(words, at), _thanked(words, at), _weak(words, at))


def _signs(word: Word, before: Word) -> bool:
    """A name after `regards`, `from` or `love` signs what was written."""
    if before.low in ("love", "from", "thanks"):
        return word.capital and (before.first or "\n" in word.gap or word.gap.strip() == ",")
    return word.gap.strip(" \n\r,.-") == ""


def _told(words: list[Word], at: int) -> Place:
    """`my name is`, `her name was`, `names are`."""
    before = [word.low for word in words[max(0, at - 2) : at]]
    if before[-1] == "names" or (before[-1] == "name" and words[at - 1].owner):
        return Place.MEDIUM
    if (
        len(before) > 1
        and before[0] in ("name", "names")
        and before[1] in ("is", "was", "are", "were")
    ):
        return Place.STRONG
    return Place.NONE


def _thanked(words: list[Word], at: int) -> Place:
    """`thanks to`, `a big thank you to`, `well done`."""
    if words[at - 1].low not in (
        "to",
        "you",
        "u",
        "for",
        "done",
        "goes",
        "thanks",
        "thankyou",
        "on",
    ):
        return Place.NONE
    for back in range(at - 1, max(-1, at - 8), -1):
        if words[back].low in lex.THANKS:
            return Place.MEDIUM
        if words[back].first:
            break
    return Place.NONE


def _weak(words: list[Word], at: int) -> Place:
    before = words[at - 1].low
    if before in lex.BEFORE_A_PERSON:
        return Place.WEAK
    if before in ("from", "of", "as", "is", "was") and words[at].capital:
        return Place.WEAK if does(words, at, surely=False) else Place.NONE
    return (
        Place.WEAK
        if does(words, at, surely=False) and before not in lex.DETERMINERS
        else Place.NONE
    )


def does(words: list[Word], at: int, *, surely: bool) -> bool:
    """Say whether somebody is said to have done something; `surely` where only people do it."""
    behind = at + 1
    if behind < len(words) and words[behind].capital and before_a_family(words, at):
        behind += 1
    if behind >= len(words) or words[behind].gap != " " or words[behind - 1].owner:
        return False
    verb = words[behind].low
    if verb in lex.ONLY_PEOPLE or (verb in lex.AFTER_A_PERSON and not surely):
        return True
    if verb == "from" and words[at].low not in lex.AMBIGUOUS:
        return True
    if verb.endswith("ed") and verb not in lex.DONE_TO_THINGS:
        return True
    if verb not in ("was", "is", "has") or behind + 1 >= len(words):
        return False
    after = words[behind + 1].low
    return after in lex.PERSONAL or after == "been" or (verb == "has" and after.endswith("ed"))


def before_a_family(words: list[Word], at: int) -> bool:
    """Say whether a family name follows, or what can be nothing else."""
    follower = words[at + 1] if at + 1 < len(words) else None
    if follower is None or follower.gap != " " or not follower.capital:
        return False
    return follower.low in lex.SURNAMES or not (
        follower.low in lex.NO_NAMES or follower.low in lex.GIVEN or follower.text.isupper()
    )


def titled(words: list[Word], at: int) -> bool:
    before = words[at - 1].low if at else ""
    return not words[at].first and (before in lex.TITLES or before in lex.SPELT_TITLES)


def of_something_else(words: list[Word], at: int, place: Place) -> bool:
    """Say whether it names a ward, a saint's church, a disease or somebody known to everybody."""
    word = words[at]
    before = words[at - 1].low if at else ""
    follower = words[at + 1] if at + 1 < len(words) else None
    if before in lex.AFTER_A_SAINT or (word.low in lex.AFTER_A_SAINT):
        return True
    if follower is not None and (word.low, follower.low) in lex.NOBODY:
        return True
    if (before, word.low) in lex.NOBODY:
        return True
    if place >= Place.MEDIUM or word.owner:
        return False
    return names_a_place(words, at)


def names_a_place(words: list[Word], at: int) -> bool:
    for ahead in (1, 2):
        if at + ahead >= len(words) or words[at + ahead].gap != " ":
            return False
        if words[at + ahead].low in lex.PLACES:
            return True
        if not words[at + ahead].capital:
            return False
    return False


def dated(words: list[Word], at: int) -> bool:
    before = words[at - 1].low if at else ""
    digits = re.search(r"\d", words[at].gap) is not None
    after = words[at + 1].gap if at + 1 < len(words) else ""
    return before in lex.BEFORE_A_MONTH or digits or re.search(r"\d", after) is not None


def chained(word: Word) -> bool:
    return word.gap.strip() in (",", "&", "+", "/", ", &") and bool(word.gap)
