"""People as the registers' tests need them: put on the register, welcomed, active."""

import pytest

from app.domain.identity import keys
from tests.api.conftest import Api
from tests.conftest import PEPPER

PEOPLE = "registers/people"
AMARA = {"name": "Amara Okafor", "email": "amara@example.org", "preferred_channel": "email"}


def refused(answer, code: int, slug: str, **extra: object) -> None:
    assert (answer.status_code, answer.json()["type"]) == (code, f"/problems/{slug}"), answer.text
    assert answer.json() | extra == answer.json()


@pytest.fixture
async def keeper(api_of):
    return await api_of("registers:read", "registers:manage")


@pytest.fixture
def active(keeper, given):
    """Make somebody who takes part: `await active(skills=[...])`."""

    async def made(**told: object) -> dict:
        start = {"name": "Amara Okafor", "email": "amara@example.org", "preferred_channel": "email"}
        found = await keeper.made(PEOPLE, **start | told)
        lead = await given.user(name="Lee Lead")
        place = f"{PEOPLE}/{found['id']}"
        await keeper.send("POST", f"{place}/welcome", {"lead_id": str(lead.id)})
        answer = await keeper.send("PUT", f"{place}/status", {"status": "active"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return made


@pytest.fixture
async def api(api_of):
    return await api_of(
        "registers:read", "registers:manage", "registers:checks", "registers:opportunities"
    )


@pytest.fixture
def drafted(api, given):
    """Make an opportunity that nobody is told of yet: `await drafted(places=1)`."""

    async def made(**told: object) -> dict:
        start = {
            "kind": "qi_project",
            "title": "A kinder front door",
            "summary": "Redesign how people are met at the crisis hub.",
            "easy_read": "Help us make the first visit better.",
            "experience_relevant": True,
            "places": 2,
            "level": 3,
        }
        if "coordinator_id" not in told:
            told["coordinator_id"] = str((await given.user(name="Cora")).id)
        return await api.made("registers/opportunities", **start | told)

    return made


@pytest.fixture
def published(api, drafted):
    async def made(**told: object) -> dict:
        found = await drafted(**told)
        place = f"registers/opportunities/{found['id']}/publication"
        answer = await api.send("POST", place, None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return made


@pytest.fixture
def taking_part(api):
    """Let somebody apply or be invited, and go on from there."""

    async def made(opportunity: dict, person: dict, *statuses: str, how="applications") -> dict:
        place = f"registers/opportunities/{opportunity['id']}/{how}"
        found = await api.made(place, person_id=person["id"])
        for status in statuses:
            place = f"registers/participations/{found['id']}/status"
            answer = await api.send("PUT", place, {"status": status})
            assert answer.status_code == 200, answer.text
            found = answer.json()
        return found

    return made


@pytest.fixture
def caller(client, given):
    """Somebody whose user has the scope by a role, with their id."""

    async def made(*scopes: str, **limits: object) -> Api:
        user = await given.user(*(scopes or ("pastoral:keep",)))
        key = keys.make("test")
        await given.key(keys.digest(key, PEPPER), user=user, **limits)
        found = Api(client, {"Authorization": f"Bearer {key}"})
        found.id = str(user.id)
        return found

    return made


@pytest.fixture
async def lead(caller) -> Api:
    return await caller()


@pytest.fixture
async def place(api_of, lead) -> str:
    """Where the pastoral care of somebody stands whose lead is named."""
    api = await api_of("registers:manage")
    person = await api.made(PEOPLE, **AMARA)
    place = f"{PEOPLE}/{person['id']}/pastoral"
    answer = await lead.send("PUT", f"{place}/lead", {"lead_id": lead.id})
    assert answer.status_code == 200, answer.text
    return place
