"""Monthly counts of earlier years: into the roll-up as source `history`, without responses.

The question's wording changed in April 2020: counts of the earlier scale stand by themselves under
the dimension `recommend`, those of today's scale are part of the month's `all` too.
"""

from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.feedback.codes import FftAnswer
from app.imports.judging import Batch, Entered
from app.imports.staging import Plan

_ANSWERS: Final = tuple(answer.value for answer in FftAnswer)
_NAMES: Final = ", ".join(_ANSWERS)
_TOLD: Final = ", ".join(f"(data ->> '{name}')::bigint AS {name}" for name in _ANSWERS)
_STOOD: Final = ", ".join(f"coalesce(m.{name}, 0) AS old_{name}" for name in _ANSWERS)
_OLD: Final = ", ".join(f"old_{name}" for name in _ANSWERS)
_TAKEN: Final = ", ".join(f"{name} = excluded.{name}" for name in _ANSWERS)
_MORE: Final = ", ".join(f"{name} - old_{name} AS {name}" for name in _ANSWERS)
_ADDED: Final = ", ".join(
    f"{name} = feedback_monthly.{name} + excluded.{name}" for name in _ANSWERS
)

_COMPARED: Final = f"""
WITH told AS (
    SELECT s.rows, t.id AS team_id, t.trust_code AS trust, s.day AS month,
           (s.head || '}}')::jsonb AS data,
           CASE s.question WHEN 'experience' THEN 'source' ELSE 'recommend' END AS dimension,
           CASE s.question WHEN 'experience' THEN 'history' ELSE 'all' END AS value
      FROM feedback_import_row s JOIN team t ON t.code = s.review_id
     WHERE s.import_id = :import AND s.line > :after AND s.line <= :upto),
counted AS (SELECT rows, team_id, trust, month, dimension, value, {_TOLD} FROM told),
compared AS (
    SELECT c.*, {_STOOD}
      FROM counted c
      LEFT JOIN feedback_monthly m ON m.team_id = c.team_id AND m.dimension = c.dimension
           AND m.month = c.month AND m.value = c.value),
changed AS MATERIALIZED (
    SELECT * FROM compared WHERE ({_NAMES}) IS DISTINCT FROM ({_OLD}))"""
_WRITTEN: Final = f""",
replaced AS (
    INSERT INTO feedback_monthly
           (team_id, dimension, month, value, trust, {_NAMES}, unanswered)
    SELECT team_id, dimension, month, value, trust, {_NAMES}, 0 FROM changed ORDER BY 1, 2, 3, 4
    ON CONFLICT (team_id, dimension, month, value) DO UPDATE SET {_TAKEN}),
added AS (
    INSERT INTO feedback_monthly
           (team_id, dimension, month, value, trust, {_NAMES}, unanswered)
    SELECT team_id, 'all', month, 'all', trust, {_MORE}, 0
      FROM changed WHERE dimension = 'source' ORDER BY 1, 2, 3, 4
    ON CONFLICT (team_id, dimension, month, value) DO UPDATE SET {_ADDED})"""
_FIGURES: Final = """
SELECT (SELECT coalesce(sum(rows), 0) FROM counted) AS rows,
       (SELECT coalesce(sum(rows), 0) FROM changed) AS stored"""

_WRITE: Final = text(_COMPARED + _WRITTEN + _FIGURES)
_TRY: Final = text(_COMPARED + _FIGURES)


async def write(session: AsyncSession, plan: Plan, batch: Batch) -> Entered:
    """Replace the months that a batch tells otherwise; a dry run only counts them."""
    await session.execute(text("SELECT feedback_pen()"))
    values: dict[str, Any] = {"import": plan.id, "after": batch.after, "upto": batch.upto}
    row = (await session.execute(_TRY if plan.dry_run else _WRITE, values)).one()
    return Entered(int(row.rows), int(row.stored))
