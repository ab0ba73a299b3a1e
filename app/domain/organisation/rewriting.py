"""Rows of a history brought to what they are to say, in an order in which no two ever overlap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import flush
from app.domain.organisation.coding import Held
from app.domain.organisation.errors import REFUSALS
from app.domain.organisation.models import Placement, TeamLocation
from app.domain.organisation.placing import Stand, Stay, values

Row = Placement | TeamLocation


@dataclass(slots=True)
class Rewrite:
    """What is to go, to change and to come; several teams' at once, so that codes can move."""

    gone: list[Row] = field(default_factory=list)
    altered: list[tuple[Row, Mapping[str, Any]]] = field(default_factory=list)
    new: list[Row] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.gone or self.altered or self.new)

    def place(self, team_id: UUID, rows: Sequence[Placement], stays: Sequence[Stay]) -> None:
        """Let the team's placements say these stays."""
        before = {row.valid_from: row for row in rows}
        for stay in stays:
            row = before.pop(stay.valid_from, None)
            told = values(stay)
            if row is None:
                self.new.append(Placement(team_id=team_id, **told))
            elif any(getattr(row, name) != value for name, value in told.items()):
                self.altered.append((row, told))
        self.gone += before.values()

    def locate(self, team_id: UUID, rows: Sequence[TeamLocation], held: Sequence[Held]) -> None:
        """Let the team's location codes be these."""
        before = {(row.source, row.code, row.valid_from): row for row in rows}
        for each in held:
            row = before.pop((each.source, each.code, each.valid_from), None)
            if row is None:
                new = TeamLocation(team_id=team_id, source=each.source, code=each.code)
                new.valid_from, new.valid_to = each.valid_from, each.valid_to
                self.new.append(new)
            elif row.valid_to != each.valid_to:
                self.altered.append((row, {"valid_to": each.valid_to}))
        self.gone += before.values()

    async def write(self, session: AsyncSession) -> None:
        """Delete, then change, then add; raises what REFUSALS makes of a refusing constraint."""
        for row in self.gone:
            await session.delete(row)
        await flush(session, REFUSALS)
        for row, told in self.altered:
            for name, value in told.items():
                setattr(row, name, value)
        await flush(session, REFUSALS)
        session.add_all(self.new)
        await flush(session, REFUSALS)

    def begun(self) -> list[tuple[str, str]]:
        """Name the source and code of every location that now holds where it did not."""
        told = [row for row in self.new if isinstance(row, TeamLocation)]
        reopened = [row for row, _ in self.altered if isinstance(row, TeamLocation)]
        return sorted({(row.source, row.code) for row in (*told, *reopened)})


def stays(rows: Sequence[Placement]) -> list[Stay]:
    """Read placements, oldest first, as the periods that they say."""
    return [
        Stay(
            Stand(
                directorate_id=row.directorate_id,
                service_id=row.service_id,
                segment=row.segment,
                setting=row.setting,
                pathway=row.pathway,
                fft_category=row.fft_category,
            ),
            row.valid_from,
            row.valid_to,
        )
        for row in rows
    ]


def held(rows: Sequence[TeamLocation]) -> list[Held]:
    """Read location codes as the periods that they say."""
    return [Held(row.source, row.code, row.valid_from, row.valid_to) for row in rows]
