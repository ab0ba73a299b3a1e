"""GOV.UK Notify as far as we use it: takes messages, tells of them, and fails when told to."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
from joserfc import jwt
from joserfc.jwk import OctKey

SERVICE = "26785a09-ab16-4eb0-8407-a37497a57506"
SECRET = "3d844edf-8d35-48ac-975b-e847b4f122b0"
KEY = f"our-key-{SERVICE}-{SECRET}"
SMS, LETTER = str(uuid4()), str(uuid4())


@dataclass
class NotifyServer:
    """What it took, newest last, each with its status; `answers` go before its own, in order."""

    taken: list[dict[str, Any]] = field(default_factory=list)
    answers: list[httpx.Response | Exception] = field(default_factory=list)
    lost: int = 0  # so many messages are taken and the answer never comes
    asked: list[str] = field(default_factory=list)

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._serve)

    def _serve(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        scheme, _, token = request.headers["authorization"].partition(" ")
        told = jwt.decode(token, OctKey.import_key(SECRET), algorithms=["HS256"])
        if scheme != "Bearer" or told.claims["iss"] != SERVICE or told.header["typ"] != "JWT":
            return httpx.Response(403, json={"status_code": 403, "errors": []})
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        return self._take(request) if request.method == "POST" else self._tell(request)

    def _take(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        kind = request.url.path.rpartition("/")[2]
        made = {"id": str(uuid4()), "status": "created", "type": kind, **body}
        self.taken.append(made)
        if self.lost:
            self.lost -= 1
            raise httpx.ReadTimeout("no answer")
        return httpx.Response(201, json={"id": made["id"], "reference": made["reference"]})

    def _tell(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v2/notifications":
            wanted = request.url.params["reference"]
            found = [each for each in reversed(self.taken) if each["reference"] == wanted]
            return httpx.Response(200, json={"notifications": found, "links": {}})
        id_ = request.url.path.rpartition("/")[2]
        for each in self.taken:
            if each["id"] == id_:
                return httpx.Response(200, json=each)
        return httpx.Response(404, json={"status_code": 404, "errors": []})

    def ends(self, status: str, at: int = -1) -> UUID:
        """Let a message come to an end; gives its id."""
        self.taken[at]["status"] = status
        return UUID(self.taken[at]["id"])
