"""What screening marks and what it leaves alone, each rule by an example."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.feedback.moderation.marks import IDENTIFIERS, MASKS, MarkKind
from app.domain.feedback.moderation.screening import screen, standing


def found(text: str) -> list[tuple[str, str]]:
    return [(text[m.start : m.end], m.kind.value) for m in screen(text).marks]


def names(text: str) -> list[str]:
    return [words for words, kind in found(text) if kind == "name"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # by title
        ("Dr Patel was late", ["Patel"]),
        ("Dr. S. Okonjo listened", ["S. Okonjo"]),
        ("saw mr featherstone today", ["featherstone"]),
        ("Nurse White took my blood", ["White"]),
        ("Mr and Mrs Smith", ["Smith"]),
        ("Miss May did my hip", ["May"]),
        ("Dr A. Khan was kind", ["A. Khan"]),
        ("The Dr I saw was kind", []),
        ("Dr and nurses were kind", []),
        ("The Nurse was kind", []),
        # by role, greeting, thanks and signature
        ("my nurse Sarah explained it", ["Sarah"]),
        ("The physio, Ebubechukwu, helped", ["Ebubechukwu"]),
        ("the nurse nigora was lovely", ["nigora"]),
        ("the nurse hope was lovely", ["hope"]),
        ("a lady called Blessing helped", ["Blessing"]),
        ("Hi Xiaoling, it was good", ["Xiaoling"]),
        ("thanks to Priya and Tavleen for all", ["Priya", "Tavleen"]),
        ("Special thanks: Ana, Besnik, Huiling.", ["Ana", "Besnik", "Huiling"]),
        ("Well done Bukunmi", ["Bukunmi"]),
        ("Thank you for Nigel", ["Nigel"]),
        ("It was good. Kind regards, Maureen Quartey", ["Maureen Quartey"]),
        ("It was good.\nLove Elowen", ["Elowen"]),
        ("With love from all of us", []),
        ("Regards to all", []),
        ("My name is Gift Moyo", ["Gift Moyo"]),
        ("Her name's Eluned", ["Eluned"]),
        # by what the lists know
        ("Sarah Jones was good", ["Sarah Jones"]),
        ("sarah jones was good", ["sarah jones"]),
        ("Sarah van der Berg was good", ["Sarah van der Berg"]),
        ("Sarah J was good", ["Sarah J"]),
        ("Sarah and I talked", ["Sarah"]),
        ("Sarah de was good", ["Sarah"]),
        ("Sarah van de was good", ["Sarah"]),
        ("I went there and it was very good for Jago", ["Jago"]),
        ("Grace Okafor, born in spring", ["Grace Okafor"]),
        ("J Smith was good", ["J Smith"]),
        ("asked for J by the desk", []),
        ("sue was very kind", []),
        ("saw sue was there", ["sue"]),
        ("I met O'Brien there", ["O'Brien"]),
        # by what somebody did
        ("Dilovan has helped me", ["Dilovan"]),
        ("Jago has been brilliant", ["Jago"]),
        ("Solveig Grzelak is the best", ["Solveig Grzelak"]),
        ("Zixuan from the team", ["Zixuan"]),
        ("I felt that Selamawit believed me", ["Selamawit"]),
        ("as Torquil said", ["Torquil"]),
        ("of Mungo was said", ["Mungo"]),
        ("with Taqwa. Taqwa sat there", ["Taqwa", "Taqwa"]),
        ("with Grace on shift. Grace", ["Grace"]),
        # words that are names
        ("Will was kind", ["Will"]),
        ("Will the staff be there?", []),
        ("I hope so, may I add", []),
        ("I trust Faith completely", ["Faith"]),
        ("Grace Okafor listened", ["Grace Okafor"]),
        ("It was in May and on 3 June", []),
        ("From April to August 2026", []),
        ("Happy with it all", []),
        ("the Rose garden", []),
        ("with Star quality", ["Star"]),
        ("a Christian chaplain", []),
        # places, bodies, diseases, people everybody knows
        ("on Vaughan Thomas ward", []),
        ("at St Mary's Church", []),
        ("the St Helena unit", []),
        ("Parkinson's and Alzheimer's", []),
        ("the John Radcliffe", []),
        ("Kathy's clinic", ["Kathy"]),
        ("in Ruddlewick they said", []),
        ("on Amber Ward", []),
        ("Amber and Jade Ward", ["Amber"]),
        # a capital says nothing where every word has one
        ("The Staff Were Very Kind And Helpful", []),
        ("STAFF WERE KIND, ESPECIALLY SARAH AND DR KHAN", ["SARAH", "KHAN"]),
        ("I-I want well-being", []),
        ("No-one listens. A-okay", []),
    ],
)
def test_names(text, expected):
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ring 07700 900123", [("07700 900123", "phone")]),
        ("ring +44 1865 741000 now", [("+44 1865 741000", "phone")]),
        ("(01865) 741000/01865741001", [("(01865) 741000", "phone"), ("01865741001", "phone")]),
        ("01865 741000 01865 741001", [("01865 741000", "phone"), ("01865 741001", "phone")]),
        ("phone +99 123 456 7890", []),
        ("ring 01632 96012", [("01632 96012", "phone")]),
        ("code 01632 96012", []),
        ("phone +1 202 555 0100", [("+1 202 555 0100", "phone")]),
        ("open 07.30 - 19.30 07.30", []),
        ("in 2024 2025 2026", []),
        ("call 0123456789012345", []),
        ("dial 111 or 116 123", []),
        ("j.smith+x@example.org.uk!", [("j.smith+x@example.org.uk", "email")]),
        ("jo (at) example (dot) com", [("jo (at) example (dot) com", "email")]),
        ("jo at gmail.com", [("jo at gmail.com", "email")]),
        ("OX1 2AB", [("OX1 2AB", "postcode")]),
        ("in sw1a1aa.", [("sw1a1aa", "postcode")]),
        ("QQ1 2AB and OX1", []),
        ("on b12 3rd floor", []),
        ("nhs 943 476 5919", [("943 476 5919", "nhs_number")]),
        ("9434765919", [("9434765919", "nhs_number")]),
        ("ref 94 3476 5919", []),
        ("NHS number 94 3476 5919", [("94 3476 5919", "nhs_number")]),
        ("9434765918", []),
        ("NHS number 943 476 5918", [("943 476 5918", "nhs_number")]),
        ("94347659190", []),
        ("DOB 3/4/85", [("3/4/85", "date_of_birth")]),
        ("born on the 3rd of April 1985", [("3rd of April 1985", "date_of_birth")]),
        ("April 3, 1985 is my birthday", [("April 3, 1985", "date_of_birth")]),
        ("my d.o.b. is 1985-04-03", [("1985-04-03", "date_of_birth")]),
        ("dob 03041985", [("03041985", "date_of_birth")]),
        ("dob 03 04 1985", [("03 04 1985", "date_of_birth")]),
        ("since 03/04/1985", [("03/04/1985", "date_of_birth")]),
        ("since 03/04/2026", []),
        ("since 03/04/85", []),
        ("at 12 Mill Lane", [("12 Mill Lane", "address")]),
        ("Flat 3, 28a St Peter's Road", [("Flat 3, 28a St Peter's Road", "address")]),
        ("at 12 high street", [("12 high street", "address")]),
        ("a 20 minute drive", []),
        ("I live in Mill Lane", [("Mill Lane", "address")]),
    ],
)
def test_identifiers_with_a_form(text, expected):
    assert [each for each in found(text) if each[1] != "name"] == expected


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("I wanted to kill myself", {"safeguarding"}),
        ("he hit me", {"safeguarding"}),
        ("my mother was neglected", {"safeguarding"}),
        ("she was restrained", {"safeguarding"}),
        ("the children are at risk", {"safeguarding"}),
        ("I took an overdose", {"safeguarding"}),
        ("I felt unsafe", {"safeguarding"}),
        ("a formal complaint", {"complaint"}),
        ("my solicitor will write", {"complaint"}),
        ("I told PALS and the ombudsman", {"complaint"}),
        ("no complaints at all", set()),
        ("my only complaint was the tea", set()),
        ("it was a little odd", set()),
        ("he hits the nail on the head", set()),
    ],
)
def test_what_somebody_must_look_at(text, kinds):
    assert {kind for _, kind in found(text)} == kinds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "\U0001f44d\U0001f3fd Sarah \U0001f469\u200d\U0001f469\u200d\U0001f467 was kind",
            ["Sarah"],
        ),
        ("my nurse Jos\u00e9 helped", ["Jos\u00e9"]),
        ("my nurse Jose\u0301 helped", ["Jose\u0301"]),
        ("with O\u2019Connor\u2019s help", ["O\u2019Connor"]),
        ("with Bj\u00f8rn\u2026", ["Bj\u00f8rn"]),
        ("\u202eSa\u200brah\u202c was kind", ["Sa\u200brah"]),
        ("\u00adDr\u00a0Patel", ["Patel"]),
        ("saw \uff33arah here", ["\uff33arah"]),
        ("an o\ufb03ce", []),
        ("\u0301\u2122 \ufdfa\u0301", []),
    ],
)
def test_marks_stand_where_the_name_stands(text, expected):
    assert names(text) == expected


@pytest.mark.parametrize(
    "text", ["ring \u0660\u0661\u0668\u0666\u0665 \u0667\u0664\u0661\u0660\u0660\u0660",
             "ring 01865\u2013741\u2011000", "ring 0\u200b1865 741000"]
)  # fmt: skip
def test_a_number_is_found_however_it_is_written(text):
    assert screen(text).proposed == "ring [phone]"


def test_what_is_written_in_another_script_is_told():
    text = "Good: \u0637\u0627\u0642\u0645 \u0631\u0627\u0626\u0639 ok"
    assert found(text) == [("\u0637\u0627\u0642\u0645 \u0631\u0627\u0626\u0639", "other_script")]
    assert screen(text).proposed == text


def test_every_identifier_is_replaced_by_its_word():
    text = "Dr Khan, 12 Mill Lane, OX1 2AB: jo@example.org, 01865 741000, dob 3/4/1985, 9434765919"
    assert screen(text).proposed == (
        "Dr [name], [address], [postcode]: [email], [phone], dob [date of birth], [NHS number]"
    )


def test_identifiers_that_overlap_are_one():
    text = "write to sarah.jones@example.org"
    assert found(text) == [("sarah.jones@example.org", "email")]
    assert found("at 12 Sarah Street") == [("12 Sarah Street", "address")]


def test_what_still_stands_is_named_by_kind():
    text = "Sarah rang 01865 741000"
    marks = screen(text).marks
    assert standing(text, marks, "sarah rang") == ["name"]
    assert standing(text, marks, "Sarahs rang 01865 741000!") == ["phone"]
    assert standing(text, marks, screen(text).proposed) == []
    assert standing("he hit me", screen("he hit me").marks, "he hit me") == []


TEXTS = st.text(max_size=400) | st.lists(
    st.sampled_from(
        ["Sarah", "Dr", "Khan", "will", "May", "01865", "741000", "OX1", "2AB", "@", "a.b", "jo",
         "12", "Mill", "Lane", "943", "476", "5919", "\u0301", "\u200d",
         "\U0001f44d", "\u0627\u0644",
         " ", " ", ". ", ", ", "-", "'s", "kill myself", "\n"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_marks_are_in_order_within_the_text_and_replaced(text):
    result = screen(text)
    places = [(mark.start, mark.end) for mark in result.marks]
    assert places == sorted(places)
    assert all(0 <= start < end <= len(text) for start, end in places)
    identifiers = [mark for mark in result.marks if mark.kind in IDENTIFIERS]
    ends = [mark.end for mark in identifiers]
    assert all(mark.start >= end for mark, end in zip(identifiers[1:], ends, strict=False))
    kept = [len(MASKS[mark.kind]) - (mark.end - mark.start) for mark in identifiers]
    assert len(result.proposed) == len(text) + sum(kept)


@given(
    st.lists(
        st.sampled_from(["my nurse Jos\u00e9", "ring 01865 741000", "Zo\u00eb Br\u00fcne was kind"])
    )
)
@settings(deadline=None)
def test_composed_and_decomposed_texts_are_marked_alike(parts):
    text = ". ".join(parts)
    apart = unicodedata.normalize("NFD", text)
    assert unicodedata.normalize("NFC", screen(apart).proposed) == screen(text).proposed


HOSTILE = [
    "a", "1", "A ", "a.", "0 ", "Sarah ", "@", "a@", "12 Mill ", "Dr ", "x and ", "'s", "-", " ",
    "\u0301", "\u200d", "\u0627", "1.", "07700 900123 ", "jo at ", "OX1", "left in ", "the child ",
    "A.", "and Sarah, ", "lives at Mill ", "my complaint ", "\n", "\ufdfa",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_text_of_any_length_costs_work_in_proportion(piece):
    """No time is asserted: what is not linear does not end within anybody's patience."""
    text = piece * (100_000 // len(piece))
    assert len(screen(text).proposed) > 0


def test_of_very_many_numbers_the_last_are_judged_by_their_form():
    text = "01865 741000, 4321 741000; " * 60
    assert screen(text).proposed == "[phone], 4321 741000; " * 60


def test_every_kind_of_identifier_has_a_word():
    assert MASKS.keys() == set(MarkKind) - {
        MarkKind.SAFEGUARDING,
        MarkKind.COMPLAINT,
        MarkKind.OTHER_SCRIPT,
    }
