from itertools import product

from app.demo import coding, words
from app.domain.feedback.themes.framework import CURRENT


def test_every_demonstration_sentence_is_coded_by_the_framework():
    said = [
        f"{opening} {ending}"
        for openings, endings in (
            (words.GOOD_OPENINGS, words.GOOD_ENDINGS),
            (words.BETTER_OPENINGS, words.BETTER_ENDINGS),
            (words.LITTLE_GOOD, ("",)),
        )
        for opening, ending in product(openings, endings)
    ]
    for each in said:
        assert set(coding.themes(each)) <= set(CURRENT.codes)
    coded = sum(coding.themes(each) != ["labelling_not_possible"] for each in said)
    assert coded > 0.9 * len(said)


def test_what_says_nothing_is_labelled_so():
    assert coding.themes("I was seen in the end.") == ["labelling_not_possible"]
