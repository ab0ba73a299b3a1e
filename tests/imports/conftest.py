from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core.actor import Actor
from app.core.ids import uuid7
from app.core.jobs import Job
from app.imports import running
from app.imports.taking import Taking
from app.worker import loop


class Files:
    """Takes files in as the service does, in the sessions of the test."""

    def __init__(self, sessions: async_sessionmaker) -> None:
        self.sessions = sessions
        self.actor = Actor(id=uuid7(), name="Jo Bloggs", key_id=uuid7(), scopes=frozenset())

    async def take(self, content: str | bytes, layout: str, *, dry_run: bool = False) -> UUID:
        data = content.encode() if isinstance(content, str) else content
        async with self.sessions.begin() as session:
            taking = Taking(session, by=self.actor)
            taking.expect(layout)
            await taking.add(data)
            return (await taking.finish(dry_run=dry_run)).id

    async def run(self, job_id: UUID) -> Job:
        await running.run(self.sessions, job_id, self.drain)
        while await self.drain():
            pass
        async with self.sessions() as session:
            return await session.get_one(Job, job_id)

    async def drain(self) -> int:
        return await loop.drain(self.sessions)

    async def result(self, content: str | bytes, layout: str, **how: bool) -> dict[str, Any]:
        """Import a file to its end and give its figures."""
        job = await self.run(await self.take(content, layout, **how))
        assert job.status == "done"
        found = job.result
        assert found["rows"] == sum(
            found[name] for name in ("stored", "unchanged", "different", "rejected")
        )
        return found

    async def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        async with self.sessions() as session:
            return [tuple(row) for row in await session.execute(text(statement), values)]

    async def rejected(self) -> list[tuple[Any, ...]]:
        return await self.rows("SELECT line, reason FROM feedback_rejected_row ORDER BY 1")


@pytest.fixture
def files(sessions: async_sessionmaker) -> Files:
    return Files(sessions)
