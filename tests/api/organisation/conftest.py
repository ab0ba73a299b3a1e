import pytest


class Organisation:
    """A manager's way to the organisation: creates, reads and changes it over HTTP."""

    def __init__(self, client, headers: dict[str, str]) -> None:
        self.client, self.headers = client, headers

    async def post(self, noun: str, **body: object):
        return await self.client.post(f"/v1/organisation/{noun}", json=body, headers=self.headers)

    async def get(self, place: str, **params: object):
        return await self.client.get(
            f"/v1/organisation/{place}", params=params, headers=self.headers
        )

    async def patch(self, place: str, *, match: str = "*", **body: object):
        return await self.client.patch(
            f"/v1/organisation/{place}", json=body, headers=self.headers | {"If-Match": match}
        )

    async def delete(self, place: str, *, match: str = "*"):
        return await self.client.delete(
            f"/v1/organisation/{place}", headers=self.headers | {"If-Match": match}
        )

    async def made(self, noun: str, **body: object) -> dict:
        answer = await self.post(noun, **body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def service(self, code: str, directorate: str) -> dict:
        """A service in a directorate of that code, which is made where it is missing."""
        found = (await self.get("directorates")).json()["items"]
        stood = next((item for item in found if item["code"] == directorate), None)
        stood = stood or await self.made("directorates", code=directorate, name=directorate)
        return await self.made("services", code=code, name=code, directorate_id=stood["id"])

    async def team(self, code: str, service: dict, **values: object) -> dict:
        start = {"code": code, "name": f"Team {code}", "service_id": service["id"]}
        start |= {"segment": "physical_health", "setting": "community"}
        return await self.made("teams", **start | values)


@pytest.fixture
async def organisation(client, as_, given) -> Organisation:
    await given.trust()
    return Organisation(client, await as_("organisation:read", "organisation:manage"))
