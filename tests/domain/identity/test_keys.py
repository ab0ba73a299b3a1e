import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.identity import keys


@pytest.mark.parametrize("env", ["dev", "test", "live"])
def test_a_key_has_its_form_and_its_checksum(env):
    key = keys.make(env)
    assert len(key) == len(f"ev_{env}_") + 36
    assert keys.well_formed(key)


@given(st.integers(0, 43), st.sampled_from(string.ascii_letters + string.digits + "_- é\n"))
def test_a_key_with_another_character_is_refused(place, character):
    key = keys.make("test")
    wrong = key[:place] + character + key[place + 1 :]
    assert keys.well_formed(wrong) == (wrong == key)


@given(st.text())
def test_no_text_is_taken_for_a_key_by_chance(text):
    assert not keys.well_formed(text)
    assert not keys.well_formed("ev_test_" + text)


def test_a_key_with_a_line_end_is_refused():
    assert not keys.well_formed(keys.make("test") + "\n")


def test_what_is_stored_hangs_on_the_pepper():
    key = keys.make("test")
    assert keys.digest(key, "a") == keys.digest(key, "a") != keys.digest(key, "b")


def test_a_secret_shows_nothing_of_itself_when_it_is_printed():
    secret = keys.make_secret("test", "pepper")
    assert keys.well_formed(secret.key)
    assert secret.digest == keys.digest(secret.key, "pepper")
    assert secret.hint == f"{secret.key[:11]}...{secret.key[-4:]}"
    assert secret.key[11:-4] not in repr(secret)
