"""What makes a token good, everything that makes one bad, and how keys are fetched."""

import asyncio
import base64
import hashlib
import hmac
import json
import time

import httpx
import pytest
from joserfc import jwe, jws
from joserfc.jwk import ECKey, RSAKey

from app.clients.oidc import FRESH, KEPT, LONGEST, PAUSE, Keys, Verifier, issuer_of
from app.settings import Issuer
from tests.signing import OIDC, PUBLIC, STAFF, answers

AT = int(time.time())
OTHER = RSAKey.generate_key(2048, {"kid": PUBLIC.key.kid})
DAY = 86_400
TWICE = b'{"alg": "RS256", "alg": "none"}'


def part(value) -> str:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()


def unsigned(header, claims, signature: str = "") -> str:
    return f"{part(header)}.{part(claims)}.{signature}"


def hmac_by_public_key() -> str:
    """A token signed by HMAC under the text of the public key that everybody can read."""
    header = {"alg": "HS256", "typ": "JWT", "kid": PUBLIC.key.kid}
    told = f"{part(header)}.{part(PUBLIC.claims())}"
    secret = PUBLIC.key.as_pem(private=False)
    return f"{told}.{part(hmac.digest(secret, told.encode(), hashlib.sha256))}"


def encrypted() -> str:
    header = {"alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": PUBLIC.key.kid}
    return jwe.encrypt_compact(
        header, json.dumps(PUBLIC.claims()), PUBLIC.key, ["RSA-OAEP-256", "A256GCM"]
    )


def changed(token: str) -> str:
    header, _, signature = token.split(".")
    return f"{header}.{part(PUBLIC.claims('somebody-else'))}.{signature}"


def detached() -> str:
    header, _, signature = PUBLIC.token().split(".")
    return f"{header}..{signature}"


def headed(**header: object) -> str:
    return PUBLIC.sign(PUBLIC.claims(), header)


GOOD = {
    "as it comes": PUBLIC.token(),
    "an access token": headed(typ="at+jwt"),
    "an access token, in full": headed(typ="application/at+jwt"),
    "without a type": headed(typ=...),
    "RS512": headed(alg="RS512"),
    "PS256": headed(alg="PS256"),
    "for us and for others": PUBLIC.token(aud=["another", "every-voice"]),
    "good since a moment ago": PUBLIC.token(nbf=AT - 5),
    "made by a clock that is a little ahead": PUBLIC.token(iat=AT + 20, nbf=AT + 20),
    "of the only key": headed(kid=...),
    "with what we do not know": headed(x="y"),
}
HOSTILE = {
    "nothing": "",
    "no token": "..",
    "one dot": "a.b",
    "three dots": PUBLIC.token() + ".x",
    "alg none": unsigned({"alg": "none"}, PUBLIC.claims()),
    "alg None, with the key's id": unsigned({"alg": "None", "kid": "public-1"}, PUBLIC.claims()),
    "alg none, with a signature": unsigned({"alg": "none"}, PUBLIC.claims(), "c2ln"),
    "no alg": unsigned({"typ": "JWT"}, PUBLIC.claims(), "c2ln"),
    "alg a list": unsigned({"alg": ["RS256"]}, PUBLIC.claims(), "c2ln"),
    "HMAC by the public key": hmac_by_public_key(),
    "an algorithm that is not the key's": unsigned(
        {"alg": "ES256", "kid": "public-1"}, PUBLIC.claims(), "c2ln" * 22
    ),
    "no signature": unsigned({"alg": "RS256", "kid": "public-1"}, PUBLIC.claims()),
    "a signature cut short": PUBLIC.token()[:-8],
    "other claims than were signed": changed(PUBLIC.token()),
    "the claims left out": detached(),
    "another issuer": PUBLIC.token(iss="https://evil.example"),
    "the issuer with a slash more": PUBLIC.token(iss=PUBLIC.issuer.issuer + "/"),
    "the issuer in a list": PUBLIC.token(iss=[PUBLIC.issuer.issuer]),
    "no issuer": PUBLIC.token(iss=...),
    "the other issuer's name": PUBLIC.token(iss=STAFF.issuer.issuer),
    "the other issuer's key": PUBLIC.sign(PUBLIC.claims(), {"kid": "staff-1"}, STAFF.key),
    "the other issuer's key by our key's id": PUBLIC.sign(PUBLIC.claims(), None, STAFF.key),
    "another key by our key's id": PUBLIC.sign(PUBLIC.claims(), None, OTHER),
    "another audience": PUBLIC.token(aud="another"),
    "audiences without us": PUBLIC.token(aud=["another", "every-voice-2"]),
    "no audience": PUBLIC.token(aud=...),
    "an empty audience": PUBLIC.token(aud=[]),
    "an audience that is no text": PUBLIC.token(aud=[["every-voice"]]),
    "expired": PUBLIC.token(iat=AT - 900, exp=AT - 120),
    "no expiry": PUBLIC.token(exp=...),
    "an expiry in words": PUBLIC.token(exp="never"),
    "an expiry that is true": PUBLIC.token(exp=True),
    "an expiry beyond all numbers": PUBLIC.token(exp=10**400, iat=0.5),
    "an expiry that is NaN": PUBLIC.sign(
        json.dumps(PUBLIC.claims() | {"exp": float("nan")}).encode()
    ),
    "a life of a day": PUBLIC.token(exp=AT + DAY),
    "a life that began long ago": PUBLIC.token(iat=AT - DAY),
    "ended before it began": PUBLIC.token(iat=AT + 20, exp=AT + 10),
    "made in the future": PUBLIC.token(iat=AT + DAY, exp=AT + DAY + 300),
    "no time of making": PUBLIC.token(iat=...),
    "not good yet": PUBLIC.token(nbf=AT + DAY),
    "no subject": PUBLIC.token(sub=...),
    "an empty subject": PUBLIC.token(""),
    "a subject that is a number": PUBLIC.token(sub=1),
    "a subject that is a list": PUBLIC.token(sub=["s-1"]),
    "a subject that is long": PUBLIC.token("s" * 256),
    "jku": headed(jku="https://evil.example/jwks"),
    "x5u": headed(x5u="https://evil.example/cert"),
    "x5c": headed(x5c=["MIIB"]),
    "a key of its own": PUBLIC.sign(
        PUBLIC.claims(), {"jwk": OTHER.as_dict(private=False), "kid": ...}, OTHER
    ),
    "crit": unsigned({"alg": "RS256", "crit": ["exp"], "exp": 1}, PUBLIC.claims(), "c2ln"),
    "b64 false": unsigned(
        {"alg": "RS256", "b64": False, "crit": ["b64"], "kid": "public-1"}, PUBLIC.claims(), "c2ln"
    ),
    "encrypted": encrypted(),
    "enc beside a signature": headed(enc="A256GCM"),
    "a token within a token": PUBLIC.sign(PUBLIC.token().encode(), {"cty": "JWT"}),
    "a token within a token, unsaid": PUBLIC.sign(PUBLIC.token().encode()),
    "a logout token": headed(typ="logout+jwt"),
    "a DPoP proof": headed(typ="dpop+jwt"),
    "a type that is a number": unsigned({"alg": "RS256", "typ": 1}, PUBLIC.claims(), "c2ln"),
    "an unknown key": headed(kid="public-2"),
    "a path as a key's id": headed(kid="../../../../etc/passwd"),
    "SQL as a key's id": headed(kid="x' UNION SELECT 'k"),
    "a key's id that is a number": unsigned({"alg": "RS256", "kid": 1}, PUBLIC.claims(), "c2ln"),
    "a key's id that is long": headed(kid="k" * 256),
    "claims that are a list": PUBLIC.sign([PUBLIC.claims()]),
    "claims that are no JSON": PUBLIC.sign(b"{"),
    "a claim told twice": PUBLIC.sign(
        json.dumps(PUBLIC.claims()).encode()[:-1] + b', "sub": "somebody-else"}'
    ),
    "a header told twice": ".".join((part(TWICE), part({}), "c2ln")),
    "a header that is a list": f"{part([])}.{part(PUBLIC.claims())}.c2ln",
    "no base64": "£.£.£",
    "huge": PUBLIC.token(x="x" * LONGEST),
    "deep": f"{part(b'[' * 5_000)}.{part(PUBLIC.claims())}.c2ln",
}


def verifier(signer=PUBLIC, answer=answers, **other) -> Verifier:
    keys = Keys(signer.issuer, transport=httpx.MockTransport(answer), **other)
    return Verifier(signer.issuer, OIDC, keys)


@pytest.fixture(scope="module")
def known() -> Verifier:
    return verifier()


@pytest.mark.parametrize("name", GOOD)
async def test_a_good_token_tells_who_it_is(known, name):
    said = await known.verify(GOOD[name])
    assert said is not None
    assert (said.issuer, said.subject) == (PUBLIC.issuer.issuer, "s-1")
    assert issuer_of(GOOD[name]) == PUBLIC.issuer.issuer


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_token_says_nothing(known, name):
    assert len(HOSTILE) >= 25
    assert await known.verify(PUBLIC.token()) is not None
    assert await known.verify(HOSTILE[name]) is None


async def test_a_subject_stands_in_no_text(known):
    assert "s-1" not in repr(await known.verify(PUBLIC.token()))


async def test_an_elliptic_key_checks_its_own_algorithm():
    key = ECKey.generate_key("P-256", {"kid": "e", "alg": "ES256"})
    told = {"keys": [key.as_dict(private=False)]}
    known = verifier(answer=lambda _: httpx.Response(200, json=told))
    assert await known.verify(PUBLIC.sign(PUBLIC.claims(), {"alg": "ES256", "kid": "e"}, key))


async def test_a_key_checks_no_algorithm_but_its_own():
    told = {"keys": [PUBLIC.key.as_dict(private=False) | {"alg": "RS512"}]}
    known = verifier(answer=lambda _: httpx.Response(200, json=told))
    assert await known.verify(headed(alg="RS512")) is not None
    assert await known.verify(headed(alg="RS256")) is None


class Provider:
    """Answers as it is told, and counts."""

    def __init__(self, *answers) -> None:
        self.answers, self.asked = list(answers), []
        self.time = 0.0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        await asyncio.sleep(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    def keys(self, issuer: Issuer = PUBLIC.issuer) -> Keys:
        return Keys(issuer, lambda: self.time, httpx.MockTransport(self))


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_keys_are_fetched_once_however_many_ask():
    provider = Provider(PUBLIC.jwks())
    keys = provider.keys()
    found = await asyncio.gather(*(keys.get("public-1") for _ in range(50)))
    assert all(found)
    assert len(provider.asked) == 1


async def test_an_unknown_key_is_asked_for_once_a_minute():
    provider = Provider(PUBLIC.jwks())
    keys = provider.keys()
    for _ in range(50):
        assert await keys.get("no-such-key") is None
    assert len(provider.asked) == 1
    provider.time = PAUSE
    assert await keys.get("no-such-key") is None
    assert len(provider.asked) == 2


async def test_a_new_key_is_found_when_it_is_first_used():
    new = {"keys": [{**OTHER.as_dict(private=False), "kid": "new"}]}
    provider = Provider(PUBLIC.jwks(), new)
    keys = provider.keys()
    assert await keys.get("public-1")
    provider.time = PAUSE
    assert await keys.get("new")
    assert await keys.get("public-1") is None


async def test_who_waits_no_longer_does_not_stop_it_for_others():
    provider = Provider(PUBLIC.jwks())
    keys = provider.keys()
    gone = asyncio.create_task(keys.get("public-1"))
    await asyncio.sleep(0)
    gone.cancel()
    assert await keys.get("public-1")
    assert len(provider.asked) == 1


async def test_known_keys_are_renewed_aside():
    provider = Provider(PUBLIC.jwks())
    keys = provider.keys()
    await keys.get("public-1")
    provider.time = FRESH + 1
    assert await keys.get("public-1")
    assert len(provider.asked) == 1, "the request did not wait"
    await settled()
    assert len(provider.asked) == 2
    assert await keys.get("public-1")
    await settled()
    assert len(provider.asked) == 2


DOWN = (
    httpx.ConnectError("down"),
    TimeoutError(),
    httpx.Response(500),
    httpx.Response(302, headers={"Location": "https://evil.example/jwks"}),
    httpx.Response(200, content=b"x"),
    httpx.Response(200, content=b"[" * 100_000),
    httpx.Response(200, content=b" " * 300_000),
    [],
    {"keys": 1},
    {"keys": []},
    {"keys": [1, {}, {"kty": "oct", "k": "c2VjcmV0"}]},
    {"keys": [{"kty": "RSA", "n": "!", "e": "AQAB"}, {"kty": "RSA", "n": 5, "e": "AQAB"}]},
    {"keys": [{"kty": "RSA", "n": part(b"\xff" * 128), "e": "AQAB", "kid": "public-1"}]},
    {"keys": [{**PUBLIC.key.as_dict(private=False), "use": "enc"}]},
    {"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]},
)


@pytest.mark.parametrize("answer", DOWN, ids=[f"answer {n}" for n in range(len(DOWN))])
async def test_the_last_good_keys_are_kept_for_a_day_and_more(answer):
    assert KEPT >= DAY
    provider = Provider(PUBLIC.jwks(), answer)
    keys = provider.keys()
    await keys.get("public-1")
    provider.time = KEPT - 1
    assert await keys.get("public-1")
    await settled()
    assert await keys.get("public-1")
    provider.time = KEPT + 1
    assert await keys.get("public-1") is None


async def test_the_address_of_the_keys_is_found_by_discovery():
    issuer = Issuer(issuer="https://public.example/realm/", audience="x")
    told = {"issuer": issuer.issuer, "jwks_uri": "https://public.example/keys"}
    provider = Provider(told, PUBLIC.jwks())
    assert await provider.keys(issuer).get("public-1")
    assert provider.asked == [
        "https://public.example/realm/.well-known/openid-configuration",
        "https://public.example/keys",
    ]


@pytest.mark.parametrize(
    "told",
    [
        [],
        {},
        {"issuer": "https://public.example", "jwks_uri": 1},
        {"issuer": "https://public.example", "jwks_uri": "http://public.example/keys"},
        {"issuer": "https://public.example", "jwks_uri": "file:///etc/passwd"},
        {"issuer": "https://evil.example", "jwks_uri": "https://evil.example/keys"},
    ],
)
async def test_a_discovery_that_is_not_the_issuers_is_not_followed(told):
    provider = Provider(told, PUBLIC.jwks())
    keys = provider.keys(Issuer(issuer="https://public.example", audience="x"))
    assert await keys.get("public-1") is None
    assert len(provider.asked) == 1


def test_a_signature_alone_makes_no_token():
    """What the table's tokens are signed by is what the service checks by."""
    registry = jws.JWSRegistry(algorithms=["RS256"])
    assert jws.deserialize_compact(PUBLIC.token(), PUBLIC.key, registry=registry)


async def test_a_clock_may_be_a_little_ahead(known):
    at = int(time.time())
    assert await known.verify(PUBLIC.token(iat=at - 100, exp=at - 5)) is not None
