import asyncio

import httpx
import pytest

from app.worker import loop
from app.imports import running

HEADER = "source_review_id,submitted_at,location_code,fft_answer"


def form(text: str | bytes, layout: str = "iwgc_daily", **fields: str) -> dict:
    data = text.encode() if isinstance(text, str) else text
    return {"data": {"layout": layout} | fields, "files": {"file": ("a.csv", data, "text/csv")}}


async def test_x(client, as_, given, sessions):
    await given.team(iwgc=["X"])
    headers = await as_("feedback:import", "feedback:read")
    rows = (
        "\n".join(f"r{n},2026-03-01,{'X' if n % 2 else 'Y'},very_good" for n in range(10))
        + "\nbad,2099-01-01,X,good\n"
    )
    answer = await client.post(
        "/v1/feedback/imports", headers=headers, **form(HEADER + "\n" + rows)
    )
    print(answer.status_code, answer.headers, answer.text)

    async def pause():
        await loop.drain(sessions)

    from uuid import UUID

    await running.run(sessions, UUID(answer.json()["id"]), pause)
    answer = await client.get(answer.headers["location"], headers=headers)
    print(answer.headers, answer.json())
    for p in (
        "",
        "/" + answer.json()["id"],
        *("/" + answer.json()["id"] + x for x in ("/rejected", "/rejected.csv", "/differences")),
    ):
        a = await client.get("/v1/feedback/imports" + p, headers=headers)
        print(p, a.status_code, a.text)
    await loop.drain(sessions)
    a = await client.get("/v1/feedback/responses", headers=headers)
    print(a.text[:300])
    assert 0
