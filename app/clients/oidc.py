"""Tokens of pinned OpenID providers (RFC 7519, 8725, 9068), and the keys they are signed by.

What a token says of its own checking is never followed: the issuer, its keys' address and the
algorithms are ours. Keys are fetched by one task at a time and apart from requests, which wait
for it only where a token names a key that is not known.
"""

import asyncio
import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import structlog
from joserfc import jwk, jws
from joserfc.errors import JoseError
from joserfc.jwt import JWTClaimsRegistry

from app.core.clock import now
from app.settings import Issuer, Oidc

log = structlog.get_logger("oidc")

# Asymmetric alone: what checks a token must not be able to make one.
ALGORITHMS: Final = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
)  # fmt: skip
TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})
# A header that brings a key along or asks for more than a signature is no plain token of ours.
REFUSED: Final = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64", "enc", "zip", "cty"})
LONGEST: Final = 8_192  # characters of a token
LONGEST_NAME: Final = 255  # of a subject (OpenID Connect Core 2) and a key's id
WAIT: Final = 5.0  # seconds a fetch may take in all
PAUSE: Final = 60.0  # seconds between two tries
FRESH: Final = 3_600.0  # seconds before keys that are there are fetched anew
KEPT: Final = 48 * 3_600.0  # seconds that the last good keys are good for
_LARGEST: Final = 256 * 1024
_MOST_KEYS: Final = 100
_SMALLEST_RSA: Final = 256  # bytes
_KINDS: Final[Mapping[str, tuple[str, ...]]] = {"RSA": ("n", "e"), "EC": ("crv", "x", "y")}


class KeysUnreadableError(Exception):
    """What the provider answers is no set of keys; the text never quotes it."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a good token says; `expires_at` is in seconds since 1970."""

    issuer: str
    subject: str = field(repr=False)
    expires_at: float


class Keys:
    """The public keys of one issuer, by their ids."""

    def __init__(
        self,
        issuer: Issuer,
        clock: Callable[[], float] = time.monotonic,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._issuer, self._clock, self._transport = issuer, clock, transport
        self._keys: Mapping[str, jwk.Key] = {}
        self._good_at = self._tried_at = -KEPT
        self._task: asyncio.Task[None] | None = None

    async def get(self, kid: str | None) -> jwk.Key | None:
        """Find a key; without an id it is the only one there is."""
        key = self._find(kid)
        if key is None:
            task = self._fetch()
            if task is not None:
                await asyncio.shield(task)  # who goes away does not stop it for the others
            return self._find(kid)
        if self._clock() - self._good_at > FRESH:
            self._fetch()
        return key

    def _find(self, kid: str | None) -> jwk.Key | None:
        if self._clock() - self._good_at > KEPT:
            return None
        if kid is not None:
            return self._keys.get(kid)
        return next(iter(self._keys.values())) if len(self._keys) == 1 else None

    def _fetch(self) -> asyncio.Task[None] | None:
        """Begin to fetch, join who does, or do without where the last try was just now."""
        if self._task is not None and not self._task.done():
            return self._task
        if self._clock() - self._tried_at < PAUSE:
            return None
        self._tried_at = self._clock()
        self._task = asyncio.create_task(self._renew())
        return self._task

    async def _renew(self) -> None:
        try:
            async with asyncio.timeout(WAIT):
                self._keys = _read(await self._document())
        except (httpx.HTTPError, httpx.InvalidURL, KeysUnreadableError, OSError) as error:
            log.warning(
                "keys not fetched", issuer=self._issuer.issuer, problem=type(error).__name__
            )
        else:
            self._good_at = self._clock()

    async def _document(self) -> Any:
        async with httpx.AsyncClient(timeout=WAIT, transport=self._transport) as http:
            url = self._issuer.jwks_url or await self._discover(http)
            return await _json(http, url)

    async def _discover(self, http: httpx.AsyncClient) -> str:
        issuer = self._issuer.issuer
        told = await _json(http, issuer.rstrip("/") + "/.well-known/openid-configuration")
        url = told.get("jwks_uri") if isinstance(told, dict) else None
        safe = isinstance(url, str) and url.startswith(f"{issuer.partition('://')[0]}://")
        if not safe or told.get("issuer") != issuer:
            raise KeysUnreadableError
        return str(url)


async def _json(http: httpx.AsyncClient, url: str) -> Any:
    """Read a small document; a redirect is none."""
    async with http.stream("GET", url, headers={"Accept": "application/json"}) as answer:
        if answer.status_code != httpx.codes.OK:
            raise KeysUnreadableError
        body = b""
        async for part in answer.aiter_bytes():
            body += part
            if len(body) > _LARGEST:
                raise KeysUnreadableError
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise KeysUnreadableError from None


def _read(document: Any) -> Mapping[str, jwk.Key]:
    """Take the keys that can check a signature; what else there is does no harm."""
    told = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(told, list):
        raise KeysUnreadableError
    found = {}
    for each in told[:_MOST_KEYS]:
        key = _key(each) if isinstance(each, dict) else None
        if key is not None:
            found[str(each.get("kid", ""))] = key
    if not found:
        raise KeysUnreadableError
    return found


def _key(told: dict[str, Any]) -> jwk.Key | None:
    """Import the public parts of one key, and nothing it says beside them but its algorithm."""
    kind = str(told.get("kty"))
    if kind not in _KINDS or told.get("use", "sig") != "sig":
        return None
    wanted = ("kty", "alg", *_KINDS[kind])
    parts = {name: told[name] for name in wanted if name in told}
    try:
        if kind == "RSA" and len(_bytes(told["n"])) < _SMALLEST_RSA:
            return None
        return jwk.import_key(parts)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None


@dataclass(frozen=True, slots=True)
class Verifier:
    """Checks tokens of one issuer."""

    issuer: Issuer
    oidc: Oidc
    keys: Keys

    async def verify(self, token: str) -> Claims | None:
        """Give what a token says; None, without a word, where anything about it is wrong."""
        header = read_part(token, 0)
        if header is None or not _plain(header):
            return None
        key = await self.keys.get(header.get("kid"))
        if key is None or key.as_dict().get("alg", header["alg"]) != header["alg"]:
            return None
        try:
            signed = jws.deserialize_compact(token, key, ALGORITHMS, registry=_REGISTRY)
        except (JoseError, ValueError, TypeError):
            return None
        claims = _object(signed.payload)
        return None if claims is None else self._said(claims)

    def _said(self, claims: dict[str, Any]) -> Claims | None:
        at = now().timestamp()
        registry = JWTClaimsRegistry(
            now=int(at),
            leeway=self.oidc.leeway_seconds,
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            iss={"essential": True, "value": self.issuer.issuer},
            aud={"essential": True, "value": self.issuer.audience},
        )
        try:
            registry.validate(claims)
            life = float(claims["exp"]) - float(claims["iat"])
        except (JoseError, OverflowError):
            return None
        if not 0 < life <= self.oidc.longest_seconds or len(claims["sub"]) > LONGEST_NAME:
            return None
        return Claims(self.issuer.issuer, claims["sub"], float(claims["exp"]))


_REGISTRY: Final = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
_REGISTRY.max_header_length = LONGEST


def issuer_of(token: str) -> str | None:
    """Read who a token says it is from, to choose by whose keys it is checked; nothing more."""
    told = (read_part(token, 1) or {}).get("iss")
    return told if isinstance(told, str) else None


def read_part(token: str, place: int) -> dict[str, Any] | None:
    """Read the header (0) or the claims (1) of what looks like a signed token."""
    parts = token.split(".")
    if len(token) > LONGEST or len(parts) != 3:  # noqa: PLR2004  header, claims, signature
        return None
    try:
        return _object(_bytes(parts[place]))
    except ValueError:
        return None


def _plain(header: dict[str, Any]) -> bool:
    """Tell whether a header says no more than how it is signed, by an algorithm of ours."""
    kid, kind = header.get("kid", ""), header.get("typ", "JWT")
    return (
        header.get("alg") in ALGORITHMS
        and not REFUSED & header.keys()
        and isinstance(kid, str)
        and len(kid) <= LONGEST_NAME
        and isinstance(kind, str)
        and kind.lower() in TYPES
    )


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _object(body: bytes | None) -> dict[str, Any] | None:
    """Read a JSON object that tells each name once, and no number that is none."""
    try:
        found = json.loads(body or b"", object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _no_number(_: str) -> float:
    raise ValueError
