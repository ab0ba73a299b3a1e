"""Surveys, codes and answers that tests of submissions start from."""

from typing import Any

import httpx

FFT = "019b2a5e-7c00-7f10-8a51-0f6e5d2c4b02"
RECEIPT = "7K3M-Q9XV-2B4D-HTZ0"
SUBMISSIONS = "/v1/feedback/submissions"
CODES = "/v1/feedback/public-codes"


async def opened(client: httpx.AsyncClient, headers: dict[str, str], team: str, **told: Any) -> str:
    """Give a team a public code for the standard survey."""
    answer = await client.post(CODES, headers=headers, json={"team": team, **told})
    assert answer.status_code == 201, answer.text
    return answer.json()["code"]


async def token(client: httpx.AsyncClient, headers: dict[str, str], code: str) -> str:
    answer = await client.post(f"{CODES}/{code}/token", headers=headers | {"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    return answer.json()["token"]


def answered(code: str | None = None, **told: Any) -> dict[str, Any]:
    """One person's answers to the standard survey."""
    body: dict[str, Any] = {"survey_version": FFT, "answers": {"experience": "very_good"}}
    return body | ({} if code is None else {"team": code}) | told


def worded(text: str = "Text", easy_read: str | None = None, language: str = "en") -> dict:
    told = {"text": text} | ({} if easy_read is None else {"easy_read": easy_read})
    return {language: {"standard": told}}


def content(*questions: dict[str, Any], **told: Any) -> dict[str, Any]:
    """A content that may be published, with these questions after the national one and a text."""
    first = [
        {"key": "experience", "kind": "fft", "required": True},
        {"key": "why", "kind": "text", "role": "good", "wording": worded()},
    ]
    start = {"variants": [{"language": "en"}], "title": worded()}
    return start | {"questions": [*first, *questions]} | told
