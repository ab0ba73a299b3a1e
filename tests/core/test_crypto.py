import base64
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.core.crypto import Place, SealBrokenError, blind_index, decrypt, encrypt, rotate
from app.core.keyring import Keys, KeysMissingError
from app.settings import Crypto
from tests.conftest import CRYPTO

KEYS = CRYPTO.ring()
HERE = Place("bank_account", "account_number", uuid4())
OLD = Keys("k1", KEYS.by_id, KEYS.index)


def key(letter: str) -> str:
    return base64.b64encode(letter.encode() * 32).decode()


@given(st.text())
def test_what_is_sealed_opens_where_it_stands_and_says_nothing_of_itself(plain):
    stored = encrypt(KEYS, HERE, plain)
    assert decrypt(KEYS, HERE, stored) == plain
    assert stored.startswith("v1.k2.")
    assert stored.count(".") == 3
    assert stored != encrypt(KEYS, HERE, plain)
    assert not plain.isdigit() or len(plain) < 5 or plain not in stored


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place("charity", HERE.column, HERE.row),
        Place(HERE.table, "sort_code", HERE.row),
        Place(HERE.table, HERE.column, uuid4()),
    ],
)
def test_what_is_moved_to_another_table_column_or_row_does_not_open(elsewhere):
    with pytest.raises(SealBrokenError) as broken:
        decrypt(KEYS, elsewhere, encrypt(KEYS, HERE, "12345678"))
    assert str(broken.value) == ""
    assert broken.value.__cause__ is None


def changed(stored: str):
    version, key_id, nonce, sealed = stored.split(".")
    yield f"v2.{key_id}.{nonce}.{sealed}"
    yield f"{version}.k1.{nonce}.{sealed}"
    yield f"{version}.k3.{nonce}.{sealed}"
    yield f"{version}.{key_id}.{nonce[:-2]}AA.{sealed}"
    yield f"{version}.{key_id}.{nonce}.{sealed[:-3]}{'A' if sealed[-3] != 'A' else 'B'}AA"
    yield f"{version}.{key_id}.{nonce}.{sealed}="
    yield f"{version}.{key_id}.{nonce}.é"
    yield f"{version}.{key_id}.AAAA.{sealed}"
    yield f"{version}.{key_id}.{nonce}"
    yield f"{version}.{key_id}.{nonce}.A"
    yield "12345678"


def test_what_was_changed_does_not_open():
    for each in changed(encrypt(KEYS, HERE, "12345678")):
        with pytest.raises(SealBrokenError):
            decrypt(KEYS, HERE, each)


def test_another_key_takes_over_what_an_older_one_sealed():
    stored = encrypt(OLD, HERE, "12345678")
    assert decrypt(KEYS, HERE, stored) == "12345678"
    turned = rotate(KEYS, HERE, stored)
    assert turned.startswith("v1.k2.")
    assert decrypt(KEYS, HERE, turned) == "12345678"
    assert rotate(KEYS, HERE, turned) == turned
    alone = Keys("k2", {"k2": KEYS.by_id["k2"]}, KEYS.index)
    assert decrypt(alone, HERE, turned) == "12345678"
    with pytest.raises(SealBrokenError):
        decrypt(alone, HERE, stored)


@given(st.text(), st.text())
def test_equal_values_have_one_index_and_others_another(one, other):
    made = blind_index(KEYS, "account", one)
    assert len(made) == 32
    assert (made == blind_index(KEYS, "account", other)) is (one == other)
    assert made != blind_index(KEYS, "elsewhere", one)
    assert made != blind_index(Keys("k2", KEYS.by_id, b"x" * 32), "account", one)


def test_without_keys_nothing_is_sealed_opened_or_indexed():
    none = Crypto().ring()
    assert not none.ready
    for act in (
        lambda: encrypt(none, HERE, "x"),
        lambda: decrypt(none, HERE, encrypt(KEYS, HERE, "x")),
        lambda: blind_index(none, "account", "x"),
    ):
        with pytest.raises(KeysMissingError):
            act()


def test_a_ring_shows_no_key():
    assert repr(KEYS) == "Keys(active='k2')"


@pytest.mark.parametrize(
    ("keys", "index"),
    [
        ("a", key("i")),
        (f"A:{key('a')}", key("i")),
        ("a:secretsecret", key("i")),
        ("a:***", key("i")),
        (f"a:{key('a')},a:{key('b')}", key("i")),
        (f"a:{key('a')},b:{key('a')}", key("i")),
        (f"a:{key('a')}", key("a")),
        (f"a:{key('a')}", ""),
        ("", key("i")),
    ],
)
def test_a_ring_that_is_no_ring_is_refused_and_not_quoted(monkeypatch, keys, index):
    with pytest.raises(ValueError, match="key") as refused:
        Crypto(keys=keys, index_key=index)
    assert isinstance(refused.value, ValidationError)
    with pytest.raises(ValueError, match="key") as told:
        Keys.of(tuple(filter(None, keys.split(","))), index)
    assert "secretsecret" not in str(told.value)
    assert key("a") not in str(told.value)
