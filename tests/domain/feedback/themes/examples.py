"""Coded comments of our own making, plain enough to be learnt from few."""

import csv
import io
from functools import cache

from app.domain.feedback.themes import classifier
from app.domain.feedback.themes.classifier import Trained
from app.domain.feedback.themes.examples import Asked, Comment, Example

_SAID = {
    "parking": ("The car park was full", "Parking costs too much", "No parking space anywhere"),
    "food_drink": ("The food was cold", "Lunch came late", "The meals had little choice"),
    "timeliness_of_care": ("I waited hours", "The wait was too long", "Months on a waiting list"),
    "staff_manner_attributes": ("Staff were kind", "The nurse was gentle", "Everyone was polite"),
}
_ENDINGS = ("", " today.", " again!", " at the clinic.", " on the ward.", " I am sorry to say.")
_BETTER = {"parking": 4, "food_drink": 4, "timeliness_of_care": 5}


def examples() -> list[Example]:
    found = []
    for theme, sayings in _SAID.items():
        for saying in sayings:
            for at, ending in enumerate(_ENDINGS):
                asked = Asked.BETTER if theme in _BETTER else Asked.GOOD
                found.append(
                    Example(
                        Comment(saying + ending, asked),
                        frozenset({theme}),
                        _BETTER.get(theme, 1),
                        f"{theme} {at}",
                    )
                )
    both = Comment("The food was cold and the car park was full", Asked.BETTER)
    found += [Example(both, frozenset({"food_drink", "parking"}), 4, f"both {n}") for n in range(6)]
    return found


@cache
def trained() -> Trained:
    return classifier.train(examples())


def as_csv() -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("comment", "question", "themes", "sentiment", "respondent"))
    for each in examples():
        themes = ";".join(sorted(each.themes))
        comment = each.comment
        writer.writerow((comment.text, comment.asked, themes, each.sentiment, each.respondent))
    return out.getvalue().encode()
