"""Signing in at a real OpenID provider: two of them run beside the service, one an issuer.

The provider gives opaque access tokens and ID tokens signed RS256, so that ID tokens are sent. It
takes the parts of PKCE (RFC 7636) and checks none of them.
"""

import asyncio
import base64
import hashlib
import secrets
import sys
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import select

from app.domain.identity.identities.models import UserIdentity
from app.domain.people.messages.models import Message
from app.main import create_app
from app.settings import Oidc
from tests.api.registers.test_bindings import CODE
from tests.e2e.serving import free_port

CLIENT, BACK = "front-end", "http://127.0.0.1/signed-in"
ME = "/v1/registers/people/me"


@asynccontextmanager
async def provider(module: str = "oidc_provider_mock"):
    """Run one in a process of its own, since its import warns of what it is built on."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, "--port", str(port)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    told = asyncio.create_task(process.stderr.read())
    issuer = f"http://127.0.0.1:{port}"
    try:
        if not await answering(issuer, process):
            with suppress(ProcessLookupError):
                process.kill()
            pytest.skip(f"no OpenID provider starts here: {(await told).decode()[-500:]}")
        yield issuer
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        await told


async def answering(issuer: str, process) -> bool:
    async with httpx.AsyncClient() as http:
        for _ in range(200):
            if process.returncode is not None:
                return False
            try:
                await http.get(f"{issuer}/.well-known/openid-configuration")
            except httpx.TransportError:
                await asyncio.sleep(0.1)
            else:
                return True
    return False


async def signed_in(issuer: str, subject: str, client_id: str = CLIENT) -> str:
    """Go through the authorization code flow as a front end does, and give the ID token."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    wanted = {
        "client_id": client_id,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "openid",
        "state": secrets.token_urlsafe(8),
        "nonce": secrets.token_urlsafe(8),
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    async with httpx.AsyncClient() as http:
        told = (await http.get(f"{issuer}/.well-known/openid-configuration")).json()
        assert told["issuer"] == issuer
        at = told["authorization_endpoint"]
        shown = await http.get(at, params=wanted)
        assert shown.status_code == 200, shown.text
        agreed = await http.post(at, params=wanted, data={"sub": subject})
        assert agreed.status_code == 302, agreed.text
        back = parse_qs(urlsplit(agreed.headers["location"]).query)
        assert back["state"] == [wanted["state"]]
        answer = await http.post(
            told["token_endpoint"],
            data={
                "grant_type": "authorization_code",
                "code": back["code"][0],
                "redirect_uri": BACK,
                "client_id": client_id,
                "client_secret": "any",
                "code_verifier": verifier,
            },
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["id_token"]


def served(settings, app, oidc: Oidc):
    made = create_app(settings.model_copy(update={"oidc": oidc}))
    made.state.sessionmaker, made.state.door = app.state.sessionmaker, app.state.door
    made.state.write_door = app.state.write_door
    return made


async def test_staff_and_public_sign_in_and_a_code_opens_a_record(
    settings, app, sessions, session, given
):
    async with AsyncExitStack() as stack:
        staff, public = [await stack.enter_async_context(provider()) for _ in range(2)]
        # One by discovery, the other by the pinned address of its keys.
        oidc = Oidc(
            staff={"issuer": staff, "audience": CLIENT},
            public={"issuer": public, "audience": CLIENT, "jwks_url": f"{public}/jwks"},
        )
        transport = httpx.ASGITransport(served(settings, app, oidc))
        http = await stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url="http://test")
        )
        user = await given.user("registers:read", "registers:manage")
        await given.add(UserIdentity(user_id=user.id, issuer=staff, subject="lee"))
        lead = {"Authorization": f"Bearer {await signed_in(staff, 'lee')}"}
        assert (await http.get("/v1/me", headers=lead)).json()["user"]["id"] == str(user.id)

        body = {"name": "Amara Okafor", "email": "amara@example.org", "preferred_channel": "email"}
        made = await http.post("/v1/registers/people", json=body, headers=lead)
        assert made.status_code == 201, made.text
        place = f"/v1/registers/people/{made.json()['id']}"

        me = {"Authorization": f"Bearer {await signed_in(public, 'amara')}"}
        assert (await http.get(ME, headers=me)).json()["type"] == "/problems/not-bound"
        sent = await http.post(f"{place}/sign-in-codes", headers=lead)
        assert sent.status_code == 202, sent.text
        message = (await session.scalars(select(Message))).one()
        (code,) = CODE.findall(message.text)
        bound = await http.put(f"{ME}/binding", json={"code": code}, headers=me)
        assert bound.status_code == 200, bound.text
        shown = await http.get(ME, headers=me)
        assert shown.json()["id"] == made.json()["id"]
        strangers = {
            "the same subject of the other issuer": (await signed_in(staff, "amara"), 403),
            "for another client": (await signed_in(public, "amara", "another-front-end"), 401),
            "another signature": (me["Authorization"][7:-40] + "A" * 40, 401),
        }
        for name, (token, status) in strangers.items():
            answer = await http.get(ME, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == status, name
        assert (await http.get(place, headers=me)).status_code == 403
        assert (await http.delete(f"{place}/binding", headers=lead)).status_code == 204
        assert (await http.get(ME, headers=me)).status_code == 403


async def test_where_no_provider_starts_the_reason_is_told():
    with pytest.raises(pytest.skip.Exception, match="No module named no_such_provider"):
        async with provider("no_such_provider"):
            pass
