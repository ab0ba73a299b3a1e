"""What the tests of returns ask over HTTP."""

from tests.factories import event, review

URL = "/v1/feedback/returns"
RETURNS, SIGN = "feedback:returns", "feedback:returns:sign_off"
MARCH = {"month": "2026-03", "service": "mental_health"}


def told(location: str, day: str = "2026-03-05", count: int = 1, **values) -> list[bytes]:
    start = {"location_code": location, "submitted_at": f"{day}T12:00:00Z", "channel": "sms"}
    return [event(**review(**start | values)) for _ in range(count)]


async def figures(client, headers, **params) -> dict:
    answer = await client.get(f"{URL}/fft", params=MARCH | params, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def draft(client, headers, **body):
    return await client.post(URL, json=MARCH | body, headers=headers)


async def drafted(client, headers, **body) -> dict:
    answer = await draft(client, headers, **body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def sign(client, headers, made: dict, match: str | None = None):
    tag = match or f'"{made["version"]}"'
    return await client.post(f"{URL}/{made['id']}/sign-off", headers=headers | {"If-Match": tag})


async def checks(client, headers, made: dict) -> dict[str, list[str]]:
    answer = await client.get(f"{URL}/{made['id']}/checks", headers=headers)
    return {each["code"]: each["items"] for each in answer.json()["items"] if not each["passed"]}
