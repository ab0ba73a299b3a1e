from dataclasses import dataclass, field

import pytest
from hypothesis import given as properties
from hypothesis import strategies as st
from sqlalchemy import text

from app.domain.people.needs.codes import REFERENCE_SETS, Format, is_concept
from app.domain.people.needs.formats import usable


@dataclass
class Need:
    formats: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)


needs = st.lists(
    st.builds(
        Need,
        st.lists(st.sampled_from(list(Format)), unique=True),
        st.lists(st.sampled_from(["en", "ur", "pl"]), unique=True),
    ),
    max_size=4,
)


@pytest.mark.parametrize(
    ("held", "formats", "languages"),
    [
        ([], tuple(Format), None),
        ([Need()], tuple(Format), None),
        ([Need(["audio", "easy_read"])], (Format.EASY_READ, Format.AUDIO), None),
        ([Need(["large_print", "audio"]), Need(["easy_read", "audio"])], (Format.AUDIO,), None),
        ([Need(["large_print"]), Need(["easy_read"])], (), None),
        ([Need([], ["ur", "en"])], tuple(Format), ("en", "ur")),
        ([Need([], ["ur", "en"]), Need(["braille"], ["en"])], (Format.BRAILLE,), ("en",)),
        ([Need([], ["ur"]), Need([], ["pl"])], tuple(Format), ()),
    ],
)
def test_what_is_usable_meets_every_need(held, formats, languages):
    found = usable(held)
    assert (found.formats, found.languages) == (formats, languages)


@properties(needs, st.sampled_from(list(Format)), st.sampled_from(["en", "ur", "cy"]))
def test_a_message_is_taken_where_no_need_speaks_against_it(held, format_, language):
    against = any(
        (need.formats and format_ not in need.formats)
        or (need.languages and language not in need.languages)
        for need in held
    )
    assert usable(held).takes(format_, language) is not against


@properties(needs, st.builds(Need, st.lists(st.sampled_from(list(Format)))))
def test_a_further_need_never_adds_a_format(held, further):
    assert set(usable([*held, further]).formats) <= set(usable(held).formats)


# The four reference sets, the screening procedure of domain reference 4.2, and common concepts.
KNOWN = [*REFERENCE_SETS.values(), "1053561000000108", "73211009", "22298006", "404684003"]


@pytest.mark.parametrize("code", KNOWN)
def test_a_concepts_check_digit_is_right(code):
    assert is_concept(code)


@properties(st.sampled_from(KNOWN), st.data())
def test_no_mistyped_digit_and_no_swapped_pair_passes(code, data):
    at = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != code[at]]))
    assert not is_concept(code[:at] + other + code[at + 1 :])
    first = data.draw(st.integers(0, len(code) - 2))
    swapped = code[:first] + code[first + 1] + code[first] + code[first + 2 :]
    assert is_concept(swapped) is (swapped == code)


async def test_the_database_reckons_check_digits_as_the_model_does(session):
    codes = [f"{number}{partition}{digit}" for number in (100, 7321, 99900212100000, 40468499)
             for partition in ("00", "10") for digit in range(10)]  # fmt: skip
    rows = await session.execute(
        text("SELECT code, snomed_concept(code) FROM unnest(CAST(:codes AS text[])) code"),
        {"codes": codes + KNOWN},
    )
    found = dict(tuple(row) for row in rows)
    assert found == {code: is_concept(code) for code in codes + KNOWN}
    assert sum(found.values()) == 8 + len(KNOWN)


async def test_what_is_no_concept_is_refused_by_the_database(session):
    for code in ("", "x", "100", "0100000", "731000124118", "7321100912345678901"):
        assert await session.scalar(text("SELECT snomed_concept(:code)"), {"code": code}) is False
