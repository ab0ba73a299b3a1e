import pytest

from app.domain.identity import keys
from tests.api.conftest import Api
from tests.api.registers.test_people import AMARA, PEOPLE
from tests.conftest import PEPPER


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
