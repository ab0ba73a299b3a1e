from itertools import product

import pytest
from hypothesis import given as properties
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.domain.people.messages.models import ByHand
from app.domain.people.messages.templates.codes import COMMON, KINDS, Notice, places
from app.domain.people.messages.templates.errors import TemplatePlaceUnknownError
from app.domain.people.messages.templates.filling import filled, unknown
from app.domain.people.messages.templates.models import check
from app.domain.people.messages.templates.service import preview
from app.domain.people.needs.codes import Format
from app.domain.people.needs.formats import Usable
from app.domain.people.notices import choosing, notify
from app.domain.people.notices.choosing import Reach
from app.domain.people.register.models import ContactChannel

ALL = tuple(Format)
EMAIL, SMS, PHONE, LETTER = (
    ContactChannel.EMAIL,
    ContactChannel.SMS,
    ContactChannel.PHONE,
    ContactChannel.LETTER,
)
PLAIN, EASY = Format.PLAIN_TEXT, Format.EASY_READ


@pytest.mark.parametrize(
    ("preferred", "known", "texts", "channel"),
    [
        (EMAIL, {EMAIL, SMS, PHONE}, True, EMAIL),
        (SMS, {SMS, PHONE, EMAIL}, True, SMS),
        (SMS, {SMS, PHONE, EMAIL}, False, EMAIL),
        (SMS, {SMS, PHONE, LETTER}, False, LETTER),
        (SMS, {SMS, PHONE}, False, PHONE),
        (PHONE, {SMS, PHONE}, True, PHONE),
        (LETTER, {LETTER, EMAIL}, True, LETTER),
        (None, {SMS, PHONE, LETTER}, True, SMS),
        (None, {SMS, PHONE}, False, PHONE),
        (None, set(), True, None),
        (EMAIL, set(), True, None),
    ],
)
def test_somebody_is_reached_as_they_prefer_where_that_may_be(preferred, known, texts, channel):
    assert Reach(preferred, frozenset(known), texts).channel() == channel


@pytest.mark.parametrize(
    ("own", "can", "order"),
    [
        ("en", Usable(ALL, None), [("en", PLAIN), ("en", EASY)]),
        ("ur", Usable(ALL, None), [("ur", PLAIN), ("ur", EASY), ("en", PLAIN), ("en", EASY)]),
        ("ur", Usable((EASY, Format.AUDIO), None), [("ur", EASY), ("en", EASY)]),
        ("pl", Usable((PLAIN,), ("cy", "pl")), [("pl", PLAIN), ("cy", PLAIN)]),
        ("en", Usable((PLAIN,), ("ur",)), [("ur", PLAIN)]),
        ("en", Usable((Format.BRAILLE,), None), []),
        ("en", Usable(ALL, ()), []),
    ],
)
def test_the_trusts_language_stands_in_where_no_need_speaks_against_it(own, can, order):
    assert list(choosing.wanted(own, can)) == order


@properties(
    st.sampled_from(["en", "ur", "pl"]),
    st.builds(
        Usable,
        st.lists(st.sampled_from(ALL), unique=True).map(tuple),
        st.none() | st.lists(st.sampled_from(["en", "ur", "cy"]), unique=True).map(tuple),
    ),
)
def test_nothing_is_wanted_that_cannot_be_used(own, can):
    assert all(can.takes(format_, language) for language, format_ in choosing.wanted(own, can))


@pytest.mark.parametrize(
    ("can", "why"),
    [
        (Usable((Format.BRAILLE,), None), ByHand.FORMAT),
        (Usable((), None), ByHand.FORMAT),
        (Usable((EASY,), ("ur",)), ByHand.LANGUAGE),
        (Usable(ALL, ("ur",)), ByHand.LANGUAGE),
    ],
)
def test_it_is_told_what_is_lacking(can, why):
    assert choosing.lacking(can) is why


@pytest.mark.parametrize(
    ("channel", "words", "why"),
    [
        (None, "Hello", ByHand.CONTACT),
        (PHONE, "Hello", ByHand.CHANNEL),
        (SMS, "x" * 918, None),
        (SMS, "x" * 919, ByHand.LENGTH),
        (EMAIL, "x" * 919, None),
        (LETTER, "Hello", None),
    ],
)
def test_what_no_machine_carries_is_handed_over(channel, words, why):
    assert choosing.by_hand(channel, words) is why


VALUES = st.dictionaries(st.sampled_from(["name", "code"]), st.text(), min_size=2)


@properties(VALUES)
def test_what_a_value_says_is_never_read_as_a_place(values):
    assert filled("((name)): ((code)).", values) == f"{values['name']}: {values['code']}."


@pytest.mark.parametrize(
    ("words", "strangers"),
    [
        ("Hello ((name))", []),
        ("((name)) ((nme)) ((nme))", ["nme"]),
        ("(( name ))", [" name "]),
        ("(())", [""]),
        ("{{name}} {name} $name (name) ((", []),
        ("((name.__class__))", ["name.__class__"]),
    ],
)
def test_a_place_that_a_notice_has_no_value_for_is_found(words, strangers):
    assert unknown(words, {"name"}) == strangers


def test_a_place_that_is_not_known_is_refused_and_not_quoted():
    for subject, body in (("((secret))", "x"), ("x", "((secret))")):
        with pytest.raises(TemplatePlaceUnknownError) as refused:
            check(Notice.WELCOME, subject, body)
        assert "secret" not in str(refused.value.extra)
    assert preview(Notice.WELCOME, "((lead))", "((name))") == ("Lee Lead", "Amara")


async def test_every_notice_is_shipped_plain_and_in_easy_read(session):
    found = await session.execute(
        text("SELECT notice, format, subject, body FROM message_template WHERE language = 'en'")
    )
    told = {(row.notice, row.format): (row.subject, row.body) for row in found}
    assert told.keys() == set(product(Notice, ("plain_text", "easy_read")))
    for (notice, format_), (subject, body) in told.items():
        said = preview(Notice(notice), subject, body)
        assert "((" not in said[0] + said[1]
        assert KINDS[Notice(notice)].purpose is None or "((title))" in body
        if format_ == "easy_read":
            sentences = [each for each in body.replace("\n", ". ").split(". ") if each.strip()]
            assert max(len(each.split()) for each in sentences) <= 15
        assert len(said[1]) <= choosing.LONGEST_SMS


@pytest.mark.parametrize("notice", Notice)
async def test_the_database_knows_the_same_places(session, notice):
    held = await session.scalar(text("SELECT notice_places(:notice)"), {"notice": notice})
    assert set(held) == places(notice)
    assert set(COMMON) <= set(held)


INSERT = text(
    "INSERT INTO message_template (id, notice, language, format, number, subject, body, shipped,"
    " created_at, updated_at, version) VALUES (gen_random_uuid(), 'welcome', :language,"
    " 'plain_text', :number, :subject, :body, false, now(), now(), 1)"
)
GOOD = {"language": "ur", "number": 1, "subject": "((trust))", "body": "((name)) ((lead))"}


@pytest.mark.parametrize(
    ("told", "constraint"),
    [
        ({"subject": "((code))"}, "ck_message_template_places_known"),
        ({"body": "((name)) ((code))"}, "ck_message_template_places_known"),
        ({"number": 0}, "ck_message_template_number"),
        ({"language": "urdu"}, "ck_message_template_language"),
        ({"language": "en"}, "uq_message_template_notice_language_format_number"),
    ],
)
async def test_the_database_refuses_a_template_too(session, told, constraint):
    async with session.begin_nested():
        await session.execute(INSERT, GOOD)
    with pytest.raises(IntegrityError, match=constraint):
        await session.execute(INSERT, GOOD | {"language": "pl"} | told)


async def test_a_notice_takes_just_its_values(session):
    with pytest.raises(ValueError, match="welcome takes"):
        await notify(session, person_id=None, notice=Notice.WELCOME, values={"code": "1"}, once="1")
