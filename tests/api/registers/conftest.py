"""People as the registers' tests need them: put on the register, welcomed, active."""

import pytest

PEOPLE = "registers/people"


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
