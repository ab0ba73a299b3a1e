import itertools
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.feedback.codes import FftAnswer
from app.domain.feedback.digests.digest import Comment, Comments, Named, Standing
from app.domain.feedback.summary import ANSWERS
from app.reports import digest as report
from tests.digesting import digest, group

SCRIPT = "City <script>alert('1')</script> & team"
CELLS = (*ANSWERS, "unanswered")


class Outline(HTMLParser):
    """What a page is made of, and the words that it shows."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data):
        self.words += data
        if self.rows and data.strip() and self.tags[-1][0] in ("td", "th"):
            self.rows[-1][-1] += data

    def named(self, *names: str) -> list[str]:
        return [tag for tag, _ in self.tags if tag in names]

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag == name]


def comment(**values: object) -> Comment:
    start = {
        "response_id": UUID(int=2),
        "day": date(2026, 3, 4),
        "fft_answer": FftAnswer.POOR,
        "comment_good": None,
        "comment_better": "<b>Nobody</b> answers.",
        "language": None,
    }
    return Comment(**start | values)


def page(**values: object) -> Outline:
    return Outline(report.page(digest(**values)))


def row(outline: Outline, label: str) -> list[str]:
    return next(cells[1:] for cells in outline.rows if cells[:1] == [label])


def test_a_page_tells_all_figures():
    shown = page()
    assert row(shown, "Responses") == ["42", "30", "+12"]
    assert row(shown, "Poor") == ["3", "0", ""]
    assert row(shown, "Question not answered") == ["2", "0", ""]
    assert row(shown, "Positive") == ["75.0 %", "100.0 %", "-25.0 points"]
    assert row(shown, "Feeling safe") == ["3"]
    assert row(shown, "Of these, past the day they were due") == ["6"]
    assert row(shown, "Replies published") == ["2"]
    assert row(shown, "1 March 2026 to 31 March 2026") == ["met", "still open", "24"]


def test_a_page_says_where_there_is_nothing():
    shown = page(
        figures=group(), before=group(), themes=[], cadence=[], comments=Comments([], more=False)
    )
    assert row(shown, "Responses") == ["0", "0", "0"]
    assert row(shown, "Positive") == ["none", "none", ""]
    for words in (
        "No response of the week has been coded by themes.",
        "The team has no period to hear somebody in.",
        "There are no comments to show.",
    ):
        assert words in shown.words


def test_an_unchanged_share_says_so():
    assert row(page(before=group((21, 9, 6, 3, 0, 1))), "Positive")[-1] == "0.0 points"


def test_a_week_that_runs_says_so_and_is_not_compared():
    running = page(over=False)
    assert "This week is not over" in running.words
    assert row(running, "Responses") == ["42", "30", ""]
    assert "This week is not over" not in page().words


def test_comments_are_told_word_for_word():
    words = [
        comment(comment_good="Kind.\n\nAnd quick. 😀", language="en"),
        comment(
            fft_answer=None, comment_good="كان الجميع لطفاء", comment_better=None, language="ar"
        ),
    ]
    shown = page(comments=Comments(words, more=True))
    quotes = shown.all("blockquote")
    assert [(each["dir"], each.get("lang")) for each in quotes] == [
        ("auto", "en"),
        ("auto", "en"),
        ("auto", "ar"),
    ]
    for text in ("Kind.\n\nAnd quick. 😀", "<b>Nobody</b> answers.", "كان الجميع لطفاء"):
        assert text in shown.words
    assert "4 March 2026, poor" in shown.words
    assert "4 March 2026, no rating" in shown.words
    assert "there are more" in shown.words


def test_comments_without_a_language_claim_none():
    (quote,) = page(comments=Comments([comment()], more=False)).all("blockquote")
    assert "lang" not in quote


def test_who_may_not_read_comments_has_no_place_for_them():
    assert "Comments" not in page().words


def test_what_people_wrote_is_text_and_never_markup():
    made = digest(
        team=Named(UUID(int=1), "CITY", SCRIPT),
        comments=Comments([comment(language='"><script>')], more=False),
    )
    mail = report.mail(made)
    for written in (report.page(made), mail.html):
        outline = Outline(written)
        assert "script" not in outline.named("script", "b")
        assert "<script" not in written
        assert outline.words.count(SCRIPT) == 2  # title and heading
    assert "b" not in page(comments=Comments([comment()], more=False)).named("b")
    assert mail.text.startswith(SCRIPT + "\n")  # plain text has nothing to escape
    assert mail.subject == f"{SCRIPT}: feedback of 2 March 2026 to 8 March 2026"


@pytest.mark.parametrize("mail", [False, True])
def test_a_page_can_be_read_by_ear_and_on_paper(mail):
    made = digest(comments=Comments([comment()], more=False))
    written = report.mail(made).html if mail else report.page(made)
    shown = Outline(written)
    assert shown.all("html") == [{"lang": "en-GB"}]
    assert len(shown.named("main")) == len(shown.named("h1")) == len(shown.named("title")) == 1
    levels = [int(tag[1]) for tag in shown.named("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert all(then - now <= 1 for now, then in itertools.pairwise(levels))
    assert len(shown.named("caption")) == len(shown.named("table")) == 5
    assert {each["scope"] for each in shown.all("th")} == {"col", "row"}
    assert shown.named("script", "img", "link", "iframe", "form") == []
    assert "@media print" in written


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_text_stands_out_from_white():
    style = Path(report.__file__).with_suffix(".html").read_text()
    colours = re.findall(r"(?<![-\w])color: (#[0-9a-f]{6})", style)
    assert len(colours) >= 3
    assert re.findall(r"background: (\S+);", style) == ["#fff"]
    for colour in colours:
        assert 1.05 / (luminance(colour) + 0.05) >= 4.5, colour


def test_a_message_tells_no_figure_of_few():
    mail = report.mail(digest())
    shown = Outline(mail.html)
    assert row(shown, "Responses") == ["42", "30"]
    assert row(shown, "Poor") == ["fewer than 5", "0"]
    assert row(shown, "Positive") == ["not shown", "100.0 %"]
    assert row(shown, "Feeling safe") == ["fewer than 5"]
    assert row(shown, "1 March 2026 to 31 March 2026") == ["met", "still open"]
    for line in (
        "Responses: this week 42, week before 30",
        "Poor: this week fewer than 5, week before 0",
        "Gratitude: 18",
        "Replies to approve: fewer than 5",
        "Texts that wait for moderation: 0",
        "Actions still to be done: 3",
        "1 March 2026 to 31 March 2026: hearing people met, telling them back still open",
    ):
        assert line in mail.text.splitlines()


def test_a_message_says_where_there_is_nothing():
    text = report.mail(digest(themes=[], cadence=[])).text
    assert "No response of the week has been coded by themes." in text
    assert "The team has no period to hear somebody in." in text


def test_a_message_holds_no_words_of_patients():
    mail = report.mail(digest(comments=Comments([comment()], more=True)))
    assert "Nobody" not in mail.html + mail.text
    assert "Comments" not in mail.html + mail.text


@pytest.mark.parametrize(
    ("waiting", "overdue", "told"),
    [
        (0, 0, ["0", "0"]),
        (3, 0, ["fewer than 5", "0"]),
        (3, 3, ["fewer than 5", "fewer than 5"]),
        (7, 6, ["7", "not shown"]),
        (7, 2, ["7", "fewer than 5"]),
        (7, 0, ["7", "0"]),
        (7, 7, ["7", "7"]),
        (12, 6, ["12", "6"]),
    ],
)
def test_a_message_tells_no_rest_of_few(waiting, overdue, told):
    shown = Outline(report.mail(digest(standing=Standing(waiting, overdue))).html)
    rows = ("Responses that ask for a reply or an action", "Of these, past the day they were due")
    assert [row(shown, each)[0] for each in rows] == told


@given(st.lists(st.integers(0, 9), min_size=7, max_size=7))
def test_no_figure_of_few_can_be_worked_out_of_a_message(numbers):
    counts = dict(zip(CELLS, numbers, strict=True))
    figures = group(numbers[:6], numbers[6])
    shown = Outline(report.mail(digest(figures=figures, before=figures)).html)
    told = {key: row(shown, label)[0] for key, label in report.LABELS.items()}
    for key, number in counts.items():
        assert told[key] in ({"fewer than 5"} if 0 < number < 5 else {str(number), "not shown"})
    total = sum(numbers)
    closed = [key for key in CELLS if not told[key].isdigit()]
    if total >= 5:
        assert row(shown, "Responses")[0] == str(total)
        assert len(closed) != 1  # it would be the rest
    else:
        assert row(shown, "Responses")[0] == ("fewer than 5" if total else "0")
    good, poor = numbers[0] + numbers[1], numbers[3] + numbers[4]
    few = any(0 < part < 5 for part in (good, poor, numbers[2] + numbers[5], numbers[6]))
    assert (row(shown, "Positive")[0] == "not shown") == few
    assert (row(shown, "Negative")[0] == "not shown") == few
    if not few:  # the shares tell these sums, so that no figure of few may be the only one hidden
        for keys in (CELLS[:2], CELLS[3:5], (CELLS[2], CELLS[5])):
            small = [key for key in keys if 0 < counts[key] < 5]
            assert not small or len([key for key in keys if key in closed]) > 1
