import httpx
import pytest

from app.main import create_app
from app.settings import Settings

OURS, FOREIGN = "https://front.example.org", "https://elsewhere.example.org"


def client_of(settings: Settings) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(create_app(settings))
    return httpx.AsyncClient(transport=transport, base_url="http://test")


@pytest.fixture
async def client(monkeypatch):
    monkeypatch.setenv("EVERYVOICE_CORS__ORIGINS", f"{OURS}, https://other.example.org")
    async with client_of(Settings()) as client:
        yield client


def preflight(origin: str, method: str, header: str) -> dict[str, str]:
    return {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": header,
    }


async def test_our_front_end_reads_answers_and_their_headers(client):
    answer = await client.get("/livez", headers={"Origin": OURS})
    assert answer.headers["access-control-allow-origin"] == OURS
    exposed = set(answer.headers["access-control-expose-headers"].split(", "))
    assert exposed == {"ETag", "Location", "Retry-After", "RateLimit", "X-Request-ID"}
    assert "Origin" in answer.headers["vary"]


async def test_refusals_can_be_read_too(client):
    answer = await client.get("/v1/feedback/responses", headers={"Origin": OURS})
    assert answer.status_code == 401
    assert answer.headers["access-control-allow-origin"] == OURS


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "header", ["authorization", "content-type", "if-match", "if-none-match", "idempotency-key"]
)
async def test_a_preflight_allows_what_the_api_takes(client, method, header):
    answer = await client.options("/v1/feedback/responses", headers=preflight(OURS, method, header))
    assert answer.status_code == 200
    assert method in answer.headers["access-control-allow-methods"]
    assert header in answer.headers["access-control-allow-headers"].lower()


async def test_a_foreign_page_may_read_nothing(client):
    answer = await client.get("/livez", headers={"Origin": FOREIGN})
    assert "access-control-allow-origin" not in answer.headers
    asked = preflight(FOREIGN, "GET", "authorization")
    answer = await client.options("/v1/feedback/responses", headers=asked)
    assert answer.status_code == 400
    assert "access-control-allow-origin" not in answer.headers


async def test_without_the_setting_no_page_may_read_anything(monkeypatch):
    monkeypatch.delenv("EVERYVOICE_CORS__ORIGINS", raising=False)
    async with client_of(Settings()) as client:
        answer = await client.get("/livez", headers={"Origin": OURS})
    assert "access-control-allow-origin" not in answer.headers
