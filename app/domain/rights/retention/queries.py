from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, Text, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.clock import months_after, today
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.rights.retention.categories import RECORDS, Records
from app.domain.rights.retention.errors import RetentionRuleNotFoundError
from app.domain.rights.retention.models import Category, RetentionRule, RetentionRun, RunState

SAMPLE = 5
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    column.key: column for column in RetentionRun.__table__.columns
}
_FILTERS: Final = {
    "category": RetentionRun.category == bindparam("category", type_=Text()),
    "state": RetentionRun.state == bindparam("state", type_=Text()),
}


def _runs(using: frozenset[str]) -> Select[Any]:
    return select(RetentionRun).where(*(_FILTERS[name] for name in sorted(using & _FILTERS.keys())))


RUNS: Final = JsonRows(_COLUMNS, _runs)


@dataclass(frozen=True, slots=True)
class Due:
    """What a rule would delete today: nothing is, unless it is confirmed and active."""

    category: Category
    title: str
    active: bool
    before: date
    records: int
    held: int
    oldest: date | None
    sample: Sequence[UUID]


def cutoff(rule: RetentionRule, day: date) -> date:
    """Give the day before which records of a rule are past their time."""
    return months_after(day, -rule.keeps_months)


def _held(records: Records) -> str:
    return f"held(ARRAY[t.{records.person}])" if records.person else "false"


def _past(records: Records) -> str:
    return f"FROM {records.table} t WHERE {records.where} AND {records.since} < :before"


async def rules(session: AsyncSession) -> Sequence[RetentionRule]:
    """Give the rules by their category."""
    return (await session.scalars(select(RetentionRule).order_by(RetentionRule.category))).all()


async def get(session: AsyncSession, category: Category) -> RetentionRule:
    """Load the rule of a category; raises RetentionRuleNotFoundError."""
    found = await session.scalar(select(RetentionRule).where(RetentionRule.category == category))
    if found is None:
        raise RetentionRuleNotFoundError
    return found


async def kept(session: AsyncSession) -> dict[str, str]:
    """Say of each category how long it is kept, as the person it is about reads it."""
    told = {}
    for rule in await rules(session):
        draft = "" if rule.active else " (a draft, not yet confirmed)"
        event = RECORDS[rule.category].event
        told[rule.category.value] = f"{rule.keeps_months} months from {event}{draft}"
    return told


async def dry_run(session: AsyncSession) -> list[Due]:
    """Tell what every rule would delete today, whether or not it is confirmed."""
    return [await _due(session, rule) for rule in await rules(session)]


async def _due(session: AsyncSession, rule: RetentionRule) -> Due:
    records, before = RECORDS[rule.category], cutoff(rule, today())
    row = (
        await session.execute(
            text(
                f"SELECT count(*), count(*) FILTER (WHERE {_held(records)}),"
                f" min({records.since}), coalesce((array_agg(t.id ORDER BY {records.since}, t.id))"
                f"[1:{SAMPLE}], '{{}}') {_past(records)}"
            ),
            {"before": before},
        )
    ).one()
    return Due(rule.category, records.title, rule.active, before, *row)


async def runs(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any]
) -> bytes:
    """Give a page of runs as JSON, newest first."""
    return await RUNS.page(door, fields, page, filters)


async def unended(session: AsyncSession, category: Category) -> RetentionRun | None:
    """Load the run of a category that was cut off, of whatever day, and nobody else has."""
    found = select(RetentionRun).where(
        RetentionRun.category == category, RetentionRun.state == RunState.RUNNING
    )
    return await session.scalar(found.order_by(RetentionRun.day).limit(1).with_for_update())


async def ran(session: AsyncSession, category: Category, day: date) -> bool:
    """Tell whether a category's run of a day has been begun."""
    found = select(RetentionRun.id).where(
        RetentionRun.category == category, RetentionRun.day == day
    )
    return await session.scalar(found) is not None


async def batch(session: AsyncSession, run: RetentionRun, size: int) -> list[tuple[UUID, bool]]:
    """Give the next ids of a run, and of each whether a hold keeps it."""
    records = RECORDS[run.category]
    after = "" if run.last_id is None else " AND t.id > :after"
    values: dict[str, Any] = {"before": run.before, "size": size}
    if run.last_id is not None:
        values["after"] = run.last_id
    rows = await session.execute(
        text(f"SELECT t.id, {_held(records)} {_past(records)}{after} ORDER BY t.id LIMIT :size"),
        values,
    )
    return [(row[0], row[1]) for row in rows]
