"""Staff who sign in by a token of their provider."""

import asyncio
from types import SimpleNamespace
from uuid import uuid4

import pytest
from pydantic import ValidationError
from sqlalchemy import text
from structlog.testing import capture_logs

from app.api.authentication import CHANNEL
from app.api.tokens import Tokens
from app.clients.oidc import Claims
from app.core.actor import Actor
from app.core.clock import now
from app.core.notices import listening
from app.domain.identity.identities import queries
from app.settings import Issuer, Oidc, Settings
from tests import signing
from tests.api.identity.test_authentication import committed  # noqa: F401  a fixture
from tests.api.registers.conftest import refused
from tests.clients.test_oidc import HOSTILE
from tests.conftest import CRYPTO, PEPPER

ISSUER = signing.STAFF.issuer.issuer


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
async def admin(as_):
    return await as_("keys:read", "keys:manage", "organisation:read", "feedback:read")


@pytest.fixture
def identified(signed, admin, given):
    """Bind a subject to a user with these scopes, by the API."""

    async def made(*scopes: str, subject: str = "s-1", **limits: object) -> SimpleNamespace:
        user = await given.user(*scopes)
        body = {"issuer": ISSUER, "subject": subject} | limits
        place = f"/v1/admin/users/{user.id}/identities"
        answer = await signed.post(place, json=body, headers=admin)
        return SimpleNamespace(user=user, place=place, answer=answer)

    return made


async def test_a_bound_subject_is_the_user_with_the_scopes_of_their_roles(signed, identified):
    made = await identified("organisation:read")
    assert made.answer.status_code == 201, made.answer.text
    assert made.answer.headers["location"] == f"{made.place}/{made.answer.json()['id']}"
    me = await signed.get("/v1/me", headers=bearer(signing.STAFF.token()))
    assert me.json()["user"]["id"] == str(made.user.id)
    assert (me.json()["key"], me.json()["scopes"]) == (None, ["organisation:read"])
    assert (me.json()["directorates"], me.json()["teams"]) == (None, None)
    may = await signed.get("/v1/organisation/teams", headers=bearer(signing.STAFF.token()))
    assert may.status_code == 200
    other = await signed.get("/v1/feedback/responses", headers=bearer(signing.STAFF.token()))
    assert other.status_code == 403


async def test_an_identity_reaches_no_further_than_its_limits(signed, identified, given):
    directorate = await given.directorate()
    team = await given.team(await given.service(directorate))
    single = await given.team()
    limits = {"directorates": [str(directorate.id)] * 2, "teams": [str(single.id)]}
    made = await identified("organisation:read", **limits)
    assert made.answer.json()["directorates"] == [str(directorate.id)]
    me = (await signed.get("/v1/me", headers=bearer(signing.STAFF.token()))).json()
    assert [each["id"] for each in me["directorates"]] == [str(directorate.id)]
    assert {each["id"] for each in me["teams"]} == {str(team.id), str(single.id)}


async def test_an_unknown_subject_is_told_so_and_logged_without_it(signed):
    token = signing.STAFF.token("nobody-yet")
    with capture_logs() as logs:
        answer = await signed.get("/v1/me", headers=bearer(token))
    refused(answer, 403, "forbidden", detail="No active user of this service has this login")
    assert any(line["event"] == "subject unknown" for line in logs)
    assert "nobody-yet" not in str(logs)


async def test_a_subject_is_one_user(identified):
    assert (await identified()).answer.status_code == 201
    refused((await identified()).answer, 409, "identity-taken")


async def test_nobody_binds_more_than_they_hold(signed, identified, given, as_):
    much = await identified("audit:read")
    refused(much.answer, 403, "grant-exceeds-own", missing=["audit:read"])
    directorate = await given.directorate()
    limited = await as_("keys:manage", directorates=[directorate.id])
    body = {"issuer": ISSUER, "subject": "s-5"}
    place = f"/v1/admin/users/{(await given.user()).id}/identities"
    refused(await signed.post(place, json=body, headers=limited), 403, "grant-exceeds-own")
    within = body | {"directorates": [str(directorate.id)]}
    assert (await signed.post(place, json=within, headers=limited)).status_code == 201


async def test_an_identity_is_of_places_and_users_that_there_are(identified, given, signed, admin):
    for limits, slug in (
        ({"directorates": [str(uuid4())]}, "directorate-not-found"),
        ({"teams": [str(uuid4())]}, "team-not-found"),
    ):
        refused((await identified(**limits)).answer, 404, slug)
    body = {"issuer": ISSUER, "subject": "s-5"}
    place = f"/v1/admin/users/{uuid4()}/identities"
    refused(await signed.post(place, json=body, headers=admin), 404, "user-not-found")
    gone = await given.user()
    gone.active = False
    await given.add(gone)
    place = f"/v1/admin/users/{gone.id}/identities"
    refused(await signed.post(place, json=body, headers=admin), 409, "user-inactive")


async def test_a_released_subject_is_nobody_at_once(signed, identified, admin, given):
    made = await identified()
    identity = made.answer.json()
    listed = await signed.get(made.place, headers=admin)
    assert listed.json()["items"] == [identity]
    elsewhere = f"/v1/admin/users/{(await given.user()).id}/identities/{identity['id']}"
    refused(await signed.delete(elsewhere, headers=admin), 404, "identity-not-found")
    gone = await signed.delete(f"{made.place}/{identity['id']}", headers=admin)
    assert gone.status_code == 204
    answer = await signed.get("/v1/me", headers=bearer(signing.STAFF.token()))
    refused(answer, 403, "forbidden")


async def test_a_user_who_is_not_active_signs_in_no_more(signed, identified, given):
    made = await identified()
    made.user.active = False
    await given.add(made.user)
    answer = await signed.get("/v1/me", headers=bearer(signing.STAFF.token()))
    refused(answer, 403, "forbidden")


@pytest.mark.parametrize("name", HOSTILE)
async def test_every_hostile_token_gets_the_same_answer(signed, name):
    answer = await signed.get(
        "/v1/registers/people/me", headers={"Authorization": b"Bearer " + HOSTILE[name].encode()}
    )
    assert (answer.status_code, answer.json()) == (
        401,
        {
            "type": "/problems/unauthenticated",
            "title": "A valid credential is required",
            "status": 401,
        },
    )
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_without_issuers_no_token_is_taken(client):
    answer = await client.get("/v1/me", headers=bearer(signing.STAFF.token()))
    refused(answer, 401, "unauthenticated")


class Verifying:
    """A verifier that counts, and says what it is told."""

    def __init__(self, claims: Claims | None) -> None:
        self.claims, self.asked = claims, 0

    async def verify(self, _token: str) -> Claims | None:
        self.asked += 1
        return self.claims


ACTOR = Actor(id=uuid4(), name="", scopes=frozenset())
LATE = 4_102_444_800.0  # 2100


def remembering(verifying: Verifying, find, clock=lambda: 0.0) -> Tokens:
    return Tokens(lambda: None, {ISSUER: (verifying, find)}, 5.0, clock)


async def test_what_a_good_token_says_is_remembered_until_it_expires():
    asked, time = [], 0.0

    async def find(_door, claims):
        asked.append(claims)
        return ACTOR

    verifying = Verifying(Claims(ISSUER, "s-1", LATE))
    found = remembering(verifying, find, lambda: time)
    token = signing.STAFF.token()
    for _ in range(3):
        assert await found.find(token) is ACTOR
    assert (verifying.asked, len(asked)) == (1, 1)
    time = 5.1
    await found.find(token)
    assert (verifying.asked, len(asked)) == (1, 2), "who it is, is asked again"
    found.forget()
    await found.find(token)
    assert (verifying.asked, len(asked)) == (1, 3)
    found._said[token] = Claims(ISSUER, "s-1", 1.0)
    verifying.claims = None
    assert await found.find(token) is None
    assert token not in found._said


async def test_an_answer_that_a_release_overtook_is_not_remembered():
    async def find(_door, _claims):
        found.forget()
        return ACTOR

    found = remembering(Verifying(Claims(ISSUER, "s-1", LATE)), find)
    assert await found.find(signing.STAFF.token()) is ACTOR
    assert found._found == {}


async def test_no_more_tokens_are_remembered_than_memory_allows(monkeypatch):
    monkeypatch.setattr("app.api.tokens._MOST", 2)

    async def find(_door, _claims):
        return ACTOR

    found = remembering(Verifying(Claims(ISSUER, "s-1", LATE)), find)
    for subject in "abc":
        await found.find(signing.STAFF.token(subject))
    assert (len(found._said), len(found._found)) == (1, 1)


CHANGES = {
    "an identity's end": "DELETE FROM user_identity",
    "other limits": "UPDATE user_identity SET directorates = '{}'",
    "a binding's end": "DELETE FROM person_binding",
    "another person": "UPDATE person_binding SET version = version + 1",
}


@pytest.mark.parametrize("change", CHANGES)
async def test_each_change_that_matters_to_a_login_is_told(
    scratch_url,
    committed,  # noqa: F811
    change,
):
    heard = asyncio.Event()
    async with listening(scratch_url, CHANNEL, heard.set):
        await asyncio.wait_for(heard.wait(), 10)
        heard.clear()
        async with committed() as session:
            await session.execute(text(CHANGES[change]))
            await session.commit()
        await asyncio.wait_for(heard.wait(), 10)


async def test_an_actor_by_identity_has_no_key(given, door, session):
    user = await given.user("feedback:read")
    await session.execute(
        text(
            "INSERT INTO user_identity (id, user_id, issuer, subject, created_at, updated_at,"
            " version) VALUES (gen_random_uuid(), :user, 'i', 's', now(), now(), 1)"
        ),
        {"user": user.id},
    )
    await session.commit()
    actor = await queries.actor_of(door, "i", "s", now())
    assert actor is not None
    assert (actor.id, actor.key_id, actor.login) == (user.id, None, None)
    assert actor.scopes == {"feedback:read"}


GOOD = {"issuer": "https://a.example", "audience": "us"}


@pytest.mark.parametrize(
    ("env", "oidc"),
    [
        ("test", {"staff": {"issuer": "https://a.example"}}),
        ("test", {"staff": GOOD, "public": GOOD}),
        ("test", {"staff": GOOD | {"issuer": "a.example"}}),
        ("test", {"staff": GOOD | {"jwks_url": "file:///etc/passwd"}}),
        ("test", {"leeway_seconds": 61}),
        ("live", {"staff": GOOD | {"issuer": "http://a.example"}}),
        ("live", {"public": GOOD | {"jwks_url": "http://a.example/keys"}}),
    ],
)
def test_settings_that_would_trust_too_much_are_refused(env, oidc):
    with pytest.raises(ValidationError):
        Settings(env=env, identity={"pepper": PEPPER}, crypto=CRYPTO, oidc=oidc)


def test_settings_of_two_issuers_are_taken():
    told = {"staff": GOOD, "public": GOOD | {"issuer": "https://b.example"}}
    settings = Settings(env="live", identity={"pepper": PEPPER}, crypto=CRYPTO, oidc=told)
    assert settings.oidc.staff == Issuer(**GOOD)
    assert Settings(env="test").oidc == Oidc()
