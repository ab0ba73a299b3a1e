"""The whole organisation brought to what a list of teams says, set by set."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now, today
from app.core.db import flush
from app.core.ids import uuid7
from app.domain.organisation import coding, placing, queries, service, teams
from app.domain.organisation.coding import Held
from app.domain.organisation.errors import (
    REFUSALS,
    LocationCodeTakenError,
    PlacementContradictedError,
)
from app.domain.organisation.models import (
    Directorate,
    FftCategory,
    Placement,
    Segment,
    Service,
    Setting,
    Team,
    TeamLocation,
)
from app.domain.organisation.placing import EARLIEST, Stand, Stay
from app.domain.organisation.rewriting import Rewrite, held, stays

SOURCE: Final = "iwgc"  # whose codes a list of teams tells
T = TypeVar("T", Directorate, Service, Team)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A team as one line tells it; several lines of one team tell its history.

    Without `effective_from` a new team has always stood so, and a known one does from this month
    on. Where no codes are told they stay as they are.
    """

    line: int
    directorate_code: str
    directorate_name: str
    service_code: str
    service_name: str
    team_code: str
    team_name: str
    segment: Segment
    setting: Setting
    pathway: str | None = None
    fft_category: FftCategory | None = None
    codes: tuple[str, ...] = ()
    effective_from: date | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a line cannot be taken; names columns and rules, never what they hold."""

    line: int
    column: str | None
    reason: str


@dataclass(slots=True)
class Arranged:
    """The lines whose team is new, the lines that changed something, and what went wrong."""

    created: set[int] = field(default_factory=set)
    changed: set[int] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)


async def arrange(session: AsyncSession, rows: Iterable[Row]) -> Arranged:
    """Bring the organisation to what the rows say; what they do not name stays as it is.

    Where there are faults, the caller rolls back: the good rows among them are written.
    """
    await service.alone(session)
    arrangement = _Arrangement(
        session,
        await service.trust_code(session),
        await _by_code(session, Directorate),
        await _by_code(session, Service),
        await _by_code(session, Team),
    )
    await arrangement.run(rows)
    return arrangement.done


async def _by_code(session: AsyncSession, kind: type[T]) -> dict[str, T]:
    return {record.code: record for record in await session.scalars(select(kind))}


@dataclass
class _Arrangement:
    session: AsyncSession
    trust: str
    directorates: dict[str, Directorate]
    services: dict[str, Service]
    teams: dict[str, Team]
    done: Arranged = field(default_factory=Arranged)

    async def run(self, rows: Iterable[Row]) -> None:
        ordered = sorted(rows, key=lambda row: (self._since(row), row.line))
        placements = await queries.histories(self.session, Placement)
        located = await queries.histories(self.session, TeamLocation)
        self._name_directorates(ordered)
        await flush(self.session, REFUSALS)
        self._name_services(ordered)
        await flush(self.session, REFUSALS)
        groups = self._name_teams(ordered)
        await flush(self.session, REFUSALS)
        rewrite = Rewrite()
        first = {}
        for team, group in groups:
            known = placements.get(team.id, [])
            history = self._history(group, stays(known))
            first[team.id] = history[0].valid_from
            rewrite.place(team.id, known, history)
        codes = self._codes(groups, first, {id_: held(each) for id_, each in located.items()})
        for id_, wanted in codes.items():
            rewrite.locate(id_, located.get(id_, []), wanted)
        for team, group in groups:
            if {row.line for row in group} & (self.done.changed - self.done.created):
                team.updated_at = now()
        await teams.write(self.session, rewrite)

    def _since(self, row: Row) -> date:
        unknown = EARLIEST if row.team_code not in self.teams else placing.this_month()
        return row.effective_from or unknown

    def _set(self, record: Directorate | Service | Team, told: Mapping[str, Any], row: Row) -> None:
        for name, value in told.items():
            if getattr(record, name) != value:
                setattr(record, name, value)
                self.done.changed.add(row.line)

    def _name_directorates(self, rows: Sequence[Row]) -> None:
        for row in rows:
            known = self.directorates.get(row.directorate_code)
            if known is not None:
                self._set(known, {"name": row.directorate_name}, row)
                continue
            made = Directorate(id=uuid7(), code=row.directorate_code, name=row.directorate_name)
            made.trust_code = self.trust
            self.directorates[made.code] = made
            self.session.add(made)
            self.done.changed.add(row.line)

    def _name_services(self, rows: Sequence[Row]) -> None:
        """Let each service stand where the newest row that is in force puts it."""
        newest = {
            row.service_code: row
            for row in rows
            if self._since(row) <= placing.this_month() or row.service_code not in self.services
        }
        for row in newest.values():
            told = {
                "name": row.service_name,
                "directorate_id": self.directorates[row.directorate_code].id,
            }
            known = self.services.get(row.service_code)
            if known is not None:
                self._set(known, told, row)
                continue
            made = Service(id=uuid7(), code=row.service_code, **told)
            self.services[made.code] = made
            self.session.add(made)
            self.done.changed.add(row.line)

    def _name_teams(self, rows: Sequence[Row]) -> list[tuple[Team, list[Row]]]:
        groups: dict[str, list[Row]] = {}
        for row in rows:
            groups.setdefault(row.team_code, []).append(row)
        found = []
        for code, group in groups.items():
            team = self.teams.get(code)
            if team is None:
                team = Team(id=uuid7(), code=code, name=group[-1].team_name, trust_code=self.trust)
                self.session.add(team)
                self.done.created |= {row.line for row in group}
            else:
                self._set(team, {"name": group[-1].team_name}, group[-1])
            found.append((team, group))
        return found

    def _history(self, group: Sequence[Row], history: list[Stay]) -> list[Stay]:
        """Give where the team's rows say it stood, each until the next one's month."""
        begins = [row.effective_from or EARLIEST for row in group]
        if history:
            begins = [self._since(row) for row in group]
        for row, since, until in zip(group, begins, [*begins[1:], None], strict=True):
            stand = self._stand(row)
            if since == until:
                self.done.faults.append(Fault(row.line, "effective_from", "repeated-team"))
                continue
            if not history:
                history = [Stay(stand, since)]
                continue
            told = {name: getattr(stand, name) for name in Stand.__slots__}
            try:
                now_told = placing.changed(history, told, since, until)
            except PlacementContradictedError as error:
                self.done.faults.append(Fault(row.line, "effective_from", error.slug))
                continue
            if now_told != history:
                history = now_told
                self.done.changed.add(row.line)
        return history

    def _stand(self, row: Row) -> Stand:
        return Stand(
            directorate_id=self.directorates[row.directorate_code].id,
            service_id=self.services[row.service_code].id,
            segment=row.segment,
            setting=row.setting,
            pathway=row.pathway,
            fft_category=row.fft_category,
        )

    def _codes(
        self,
        groups: Sequence[tuple[Team, Sequence[Row]]],
        first: Mapping[UUID, date],
        before: Mapping[UUID, list[Held]],
    ) -> dict[UUID, list[Held]]:
        """Give the codes of each team whose newest row tells some: all end before any begins."""
        told = {team.id: group[-1] for team, group in groups if group[-1].codes}
        found = dict(before)
        for id_, row in told.items():
            found[id_] = coding.ended(found.get(id_, []), {SOURCE: row.codes}, today())
        owners: dict[str, list[tuple[UUID, Held]]] = {}
        for id_, each in found.items():
            for one in each:
                owners.setdefault(one.code, []).append((id_, one))
        for id_, row in told.items():
            others = [
                one for code in row.codes for owner, one in owners.get(code, ()) if owner != id_
            ]
            try:
                wanted = coding.added(found[id_], {SOURCE: row.codes}, others, first[id_], None)
            except LocationCodeTakenError as error:
                self.done.faults.append(Fault(row.line, "iwgc_codes", error.slug))
                continue
            if set(wanted) != set(before.get(id_, ())):
                self.done.changed.add(row.line)
            for one in wanted:
                owners.setdefault(one.code, []).append((id_, one))
            found[id_] = wanted
        return {id_: found[id_] for id_ in told}
