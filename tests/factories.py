"""Makes what a test starts from, with plausible values for what the test does not care about."""

import base64
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import Base
from app.core.ids import uuid7
from app.core.inbox import InboxEvent
from app.domain.feedback import intake
from app.domain.identity.models import ApiKey, Role, User, UserRole
from app.domain.organisation.models import (
    Directorate,
    FftCategory,
    Placement,
    Segment,
    Service,
    Setting,
    Team,
    TeamLocation,
    Trust,
)

T = TypeVar("T", bound=Base)
_NUMBERS = itertools.count(1)


class Given:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(self, entity: T) -> T:
        self.session.add(entity)
        await self.session.commit()
        return entity

    async def trust(self, code: str = "RNU") -> Trust:
        found = await self.session.get(Trust, code)
        return found or await self.add(Trust(code=code, name="Demonstration Trust"))

    async def directorate(self, code: str | None = None, **values: Any) -> Directorate:
        number = next(_NUMBERS)
        trust = await self.trust(values.pop("trust", "RNU"))
        code = code or f"D{number}"
        return await self.add(
            Directorate(
                **{"code": code, "name": f"Directorate {code}", "trust_code": trust.code} | values
            )
        )

    async def service(self, directorate: Directorate | None = None, **values: Any) -> Service:
        number = next(_NUMBERS)
        directorate = directorate or await self.directorate()
        start = {"code": f"S{number}", "name": f"Service {number}"}
        return await self.add(Service(**start | {"directorate_id": directorate.id} | values))

    async def team(
        self, service: Service | None = None, *, iwgc: Sequence[str] = (), **values: Any
    ) -> Team:
        """A team that has stood in its service since 2019, with these IWGC location codes."""
        number = next(_NUMBERS)
        service = service or await self.service()
        placed = {
            k: values.pop(k)
            for k in ("segment", "setting", "fft_category", "pathway")
            if k in values
        }
        start = {"code": f"T{number}", "name": f"Team {number}", "trust_code": "RNU"}
        team = await self.add(Team(id=uuid7(), **start | values))
        await self.placement(team, service, **placed)
        for code in iwgc:
            await self.location(team, code)
        return team

    async def placement(self, team: Team, service: Service, **values: Any) -> Placement:
        start = {
            "team_id": team.id,
            "service_id": service.id,
            "directorate_id": service.directorate_id,
            "segment": Segment.MENTAL_HEALTH_LEARNING_DISABILITY,
            "setting": Setting.COMMUNITY,
            "fft_category": FftCategory.MH_OTHER,
            "valid_from": date(2019, 1, 1),
        }
        return await self.add(Placement(**start | values))

    async def location(self, team: Team, code: str, **values: Any) -> TeamLocation:
        start = {"source": "iwgc", "valid_from": date(2000, 1, 1)}
        return await self.add(TeamLocation(**start | {"team_id": team.id, "code": code} | values))

    async def user(self, *scopes: str, name: str = "Jo Bloggs") -> User:
        user = await self.add(User(id=uuid7(), name=name))
        role = await self.add(
            Role(id=uuid7(), code=f"role-{uuid4()}", name="Made for a test", scopes=list(scopes))
        )
        await self.add(UserRole(user_id=user.id, role_id=role.id))
        return user

    async def key(self, digest: bytes, *, scopes: Sequence[str] = (), **values: Any) -> ApiKey:
        user = values.pop("user", None) or await self.user(*scopes)
        start = {"name": "main", "hint": "ev_test_...", "hash": digest, "user_id": user.id}
        return await self.add(ApiKey(**start | values))


def review(**values: Any) -> dict[str, Any]:
    """The data of a review that needs nothing more."""
    start = {
        "source_review_id": f"iwgc-{next(_NUMBERS)}",
        "version": 1,
        "submitted_at": "2026-03-01T18:02:11Z",
        "location_code": "OXH-CMHT-CITY",
        "fft_answer": "very_good",
    }
    return start | values


def event(kind: str = "review.created", **data: Any) -> bytes:
    body = {"type": kind, "timestamp": "2026-03-02T09:14:00Z", "data": data or review()}
    return json.dumps(body).encode()


def signed(
    body: bytes, secret: str, event_id: str | None = None, at: int | None = None
) -> dict[str, str]:
    """The headers of Standard Webhooks 1.0.0, made from the specification."""
    event_id, at = event_id or f"msg_{uuid4().hex}", at or int(time.time())
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.digest(key, f"{event_id}.{at}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(at),
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
        "content-type": "application/json",
    }


async def drained(session: AsyncSession, *bodies: bytes, source: str = "iwgc") -> None:
    """Put events into the inbox and settle them, as the feed and the worker would."""
    for body in bodies:
        digest = hashlib.sha256(body).digest()
        session.add(
            InboxEvent(id=uuid7(), source=source, event_id=uuid4().hex, body=body, body_hash=digest)
        )
    await session.flush()
    while await intake.drain(session):
        pass
    await session.commit()
