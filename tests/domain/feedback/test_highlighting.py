import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.feedback.highlighting import Term, pieces, terms, words
from app.domain.feedback.queries import tsquery

# As the database reduces them; `the` and `of` come to nothing.
STEMS = {
    word: frozenset({stem})
    for word, stem in {
        "waiting": "wait", "waited": "wait", "wait": "wait", "room": "room", "waste": "wast",
        "time": "time", "times": "time", "kind": "kind", "שלום": "שלום", "x": "x", "ray": "ray",
        "waiter": "waiter", "waite": "wait",
    }.items()
}  # fmt: skip


def marked(text: str, search: str) -> str | None:
    found = pieces(text, terms(tsquery(search) or ""), STEMS)
    if found is None:
        return None
    return "".join(f"[{each['text']}]" if each["hit"] else each["text"] for each in found)


@pytest.mark.parametrize(
    ("text", "search", "expected"),
    [
        ("I waited, waiting", "wait", "I [waited], [waiting]"),
        ("the waiting room, no room", '"waiting room"', "the [waiting room], no room"),
        ("room waiting", '"waiting room"', None),
        ("a waste of time", '"waste of time"', "a [waste of time]"),
        ("Kind staff", "kind", "[Kind] staff"),
        ("waiter waits", "waite*", "[waiter] waits"),
        ("waiting room times", '"waiting room" "room times"', "[waiting room times]"),
        ("kind kind", 'kind "kind kind"', "[kind kind]"),
        ("\U0001f600 שלום!", "שלום", "\U0001f600 [שלום]!"),
        ("<b>kind</b>", "kind", "<b>[kind]</b>"),
        ("an x-ray", "ray", "an x-[ray]"),
        ("nothing here", "the", None),
    ],
)
def test_words_are_found_where_they_stand(text, search, expected):
    assert marked(text, search) == expected


@given(st.text(), st.lists(st.sampled_from(["kind", "wait", "room"]), min_size=1, max_size=3))
def test_pieces_together_are_the_text(text, chosen):
    text = f"{text} kind {text} waiting room"
    found = pieces(text, [Term(chosen)], STEMS) or [{"text": text}]
    assert "".join(each["text"] for each in found) == text


def test_a_prefix_is_read_back():
    assert terms(tsquery('Kind wait* "so late"') or "") == [
        Term(["kind"]),
        Term(["wait"], prefix=True),
        Term(["so", "late"]),
    ]


def test_words_have_their_marks():
    assert list(words("Cafe\u0301_bar शान्ति")) == ["cafe\u0301", "bar", "शान्ति"]
