"""A Care Opinion of the shape that its clients document: pages, links, a limit, and its quirks."""

import time
from collections import deque
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

KEY = "subscription-key"
APOLOGY = "Sorry! Something went wrong."


def opinion(id_: int, day: str = "2026-03-01", **values: Any) -> dict[str, Any]:
    start = {
        "id": id_,
        "title": "Kept waiting",
        "body": "The nurse was kind. I waited six weeks.",
        "dateOfSubmission": f"{day}T10:11:12",
        "dateOfPublication": f"{day}T15:00:00",
        "criticality": "mildly critical",
        "progress": "response",
        "authorRole": "a service user",
        "authorAgeGroup": "35-44",
        "links": [
            {"relation": part, "link": f"/api/v2/opinions/{id_}/{part}", "id": str(id_)}
            for part in ("tags", "healthservices", "ratings")
        ],
    }
    return start | values


class CareOpinionServer:
    """Serves what `opinions` holds; `left_out` and `apologies` are what a page gets wrong."""

    def __init__(self, *opinions: dict[str, Any], per_second: int = 1_000) -> None:
        self.opinions = {each["id"]: each for each in opinions}
        self.nacs = "RNU-CITY"
        self.left_out: set[int] = set()
        self.apologies: set[int] = set()
        self.answers: deque[Response | None] = deque()  # given first; None answers as usual
        self.asked: list[str] = []
        self.per_second, self._recent = per_second, deque[float]()
        self.app = Starlette(
            routes=[
                Route("/api/v2/opinions", self.page),
                Route("/api/v2/opinions/{id:int}", self.one),
                Route("/api/v2/opinions/{id:int}/{part}", self.part),
            ]
        )

    @property
    def transport(self) -> httpx.ASGITransport:
        return httpx.ASGITransport(self.app)

    def refused(self, request: Request) -> Response | None:
        self.asked.append(request.url.path.removeprefix("/api/v2/"))
        if self.answers and (told := self.answers.popleft()):
            return told
        if request.headers.get("authorization") != f"SUBSCRIPTION_KEY {KEY}":
            return PlainTextResponse("no subscription", 401)
        at = time.monotonic()
        self._recent.append(at)
        while self._recent[0] < at - 1:
            self._recent.popleft()
        if len(self._recent) > self.per_second:
            return PlainTextResponse("too fast", 429, {"retry-after": "1"})
        return None

    async def page(self, request: Request) -> Response:
        if refusal := self.refused(request):
            return refusal
        since, take, skip = (
            request.query_params[name] for name in ("submittedonafter", "take", "skip")
        )
        found = [
            APOLOGY if id_ in self.apologies else each
            for id_, each in sorted(self.opinions.items())
            if str(each["dateOfSubmission"]) >= since and id_ not in self.left_out
        ]
        return JSONResponse(found[int(skip) :][: min(int(take), 100)])

    async def one(self, request: Request) -> Response:
        if refusal := self.refused(request):
            return refusal
        found = self.opinions.get(request.path_params["id"])
        return JSONResponse(found) if found else PlainTextResponse("no such opinion", 404)

    async def part(self, request: Request) -> Response:
        if refusal := self.refused(request):
            return refusal
        id_ = request.path_params["id"]
        parts: dict[str, Any] = {
            "tags": [{"name": "kind", "group": "what was good", "polarity": 1}],
            "healthservices": [{"nacs": self.nacs, "name": "City", "type": "team"}],
            "ratings": [
                {
                    "opinionId": id_,
                    "healthserviceNacs": self.nacs,
                    "ratings": [{"questionText": "Involved", "score": 4, "scoreText": "good"}],
                }
            ],
        }
        return JSONResponse(parts[request.path_params["part"]])
