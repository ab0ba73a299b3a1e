"""Our decision on a signature is the library's, but for what we refuse beyond it."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from app.api.problems import UnauthenticatedError
from app.api.v1.webhooks.signature import verified
from tests.conftest import SECRET
from tests.factories import signed

OTHER = "whsec_" + "b3RoZXItb3RoZXItb3RoZXItb3RoZXItb3Ro"
BODY = b'{"type": "ping"}'
NAMES = ("webhook-id", "webhook-timestamp", "webhook-signature")


def ours(headers: dict[str, str], body: bytes = BODY, secrets: tuple[str, ...] = (SECRET,)) -> bool:
    try:
        return verified(headers, body, [Webhook(s) for s in secrets]) == headers["webhook-id"]
    except UnauthenticatedError:
        return False


def library(headers: dict[str, str], body: bytes = BODY) -> bool:
    try:
        Webhook(SECRET).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def stricter(headers: dict[str, str]) -> bool:
    """What only we refuse: a dot or odd characters in the id, a timestamp that is no integer."""
    event_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    plain = event_id.isascii() and event_id.isprintable() and "." not in event_id
    whole = timestamp.isascii() and timestamp.isdigit()
    return not (plain and len(event_id) <= 255 and whole)


@st.composite
def mutated(draw) -> dict[str, str]:
    shift = draw(st.sampled_from([0, -290, 290, -400, 400]))
    headers = signed(BODY, SECRET, at=int(time.time()) + shift)
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=2)):
        value = headers.get(name, "")
        change = draw(st.sampled_from(["drop", "cut", "insert", "replace", "double", "none"]))
        place = draw(st.integers(0, max(0, len(value))))
        noise = draw(
            st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=4)
        )
        if change == "drop":
            headers.pop(name, None)
        elif change != "none":
            headers[name] = {
                "cut": value[:place],
                "insert": value[:place] + noise + value[place:],
                "replace": noise,
                "double": f"{value} {value}",
            }[change]
    return headers


@given(mutated())
@settings(max_examples=2_000, deadline=None)
def test_every_decision_agrees_with_the_library(headers):
    assert ours(headers) == (library(headers) and not stricter(headers))


@pytest.mark.parametrize(
    ("shift", "taken"), [(-299, True), (299, True), (-302, False), (302, False)]
)
def test_a_timestamp_is_taken_within_five_minutes_either_way(shift, taken):
    assert ours(signed(BODY, SECRET, at=int(time.time()) + shift)) is taken


def test_either_secret_is_taken_while_one_is_rotated_out():
    for secret in (SECRET, OTHER):
        assert ours(signed(BODY, secret), secrets=(SECRET, OTHER))
    assert not ours(signed(BODY, OTHER))


def test_other_bytes_are_refused():
    assert not ours(signed(BODY, SECRET), BODY + b" ")
    assert not ours(signed(BODY, SECRET), b"\xff")


async def test_a_refusal_tells_nothing(client):
    for headers in ({}, signed(BODY, OTHER), {"webhook-signature": "garbage"}):
        answer = await client.post("/v1/webhooks/iwgc", content=BODY, headers=headers)
        assert answer.status_code == 401
        assert "detail" not in answer.json()
