"""A provider's keys and tokens, made here: good ones, and every kind of bad one."""

import time
from typing import Any

import httpx
from joserfc import jws
from joserfc.jwk import RSAKey

from app.clients.oidc import ALGORITHMS
from app.settings import Issuer, Oidc


class Signer:
    """One issuer: what it signs, and the keys that it shows."""

    def __init__(self, name: str) -> None:
        self.issuer = Issuer(
            issuer=f"https://{name}.example",
            audience="every-voice",
            jwks_url=f"https://{name}.example/jwks",
        )
        self.key = RSAKey.generate_key(2048, {"kid": f"{name}-1"})

    def jwks(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False) | {"use": "sig"}]}

    def claims(self, subject: str = "s-1", **other: Any) -> dict[str, Any]:
        at = int(time.time())
        told = {
            "iss": self.issuer.issuer,
            "aud": self.issuer.audience,
            "sub": subject,
            "iat": at,
            "exp": at + 600,
        }
        return {k: v for k, v in (told | other).items() if v is not ...}

    def token(self, subject: str = "s-1", **other: Any) -> str:
        return self.sign(self.claims(subject, **other))

    def sign(self, claims: Any, header: dict[str, Any] | None = None, key: Any = None) -> str:
        told = {"alg": "RS256", "typ": "JWT", "kid": self.key.kid} | (header or {})
        told = {k: v for k, v in told.items() if v is not ...}
        body = (
            claims
            if isinstance(claims, bytes)
            else httpx.Request("POST", "http://x", json=claims).content
        )
        registry = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        return jws.serialize_compact(told, body, key or self.key, registry=registry)


STAFF, PUBLIC = Signer("staff"), Signer("public")
OIDC = Oidc(staff=STAFF.issuer, public=PUBLIC.issuer)


def answers(request: httpx.Request) -> httpx.Response:
    """Stand for both providers."""
    for each in (STAFF, PUBLIC):
        if str(request.url) == each.issuer.jwks_url:
            return httpx.Response(200, json=each.jwks())
    return httpx.Response(404)
