"""Responses are counted by triggers: new minus old, in key order."""

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None


ANSWERS = ("very_good", "good", "neither_good_nor_poor", "poor", "very_poor", "dont_know")
COUNTS = (*ANSWERS, "unanswered")
NAMES = ", ".join(COUNTS)
SUMS = ", ".join(
    [f"coalesce(sum(sign) FILTER (WHERE fft_answer = '{a}'), 0) AS {a}" for a in ANSWERS]
    + ["coalesce(sum(sign) FILTER (WHERE fft_answer IS NULL), 0) AS unanswered"]
)
CHANGED = " OR ".join(f"{name} <> 0" for name in COUNTS)


def added(table: str) -> str:
    """Add what is excluded to what stands."""
    return ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in COUNTS)


# Every dimension a month is told by. Theirs is the margin: one row per value, never a product.
DIMENSIONS = """
    (VALUES ('all', 'all'),
            ('source', c.source),
            ('channel', coalesce(c.channel, 'not_recorded')),
            ('ethnic_category', coalesce(c.ethnic_category, '99')),
            ('age_band', coalesce(c.age_band, 'not_recorded')),
            ('gender', coalesce(c.gender, 'not_recorded')),
            ('sexual_orientation', coalesce(c.sexual_orientation, 'not_recorded')),
            ('religion', coalesce(c.religion, 'not_recorded')),
            ('carer', coalesce(c.carer::text, 'not_recorded'))
     UNION ALL
     SELECT 'disability', unnest(coalesce(nullif(c.disability, ARRAY[]::text[]), ARRAY['not_recorded'])))"""

DAILY = f"""
INSERT INTO feedback_daily (team_id, day, source, channel, trust, {NAMES})
SELECT * FROM (
    SELECT c.team_id, c.day, c.source, coalesce(c.channel, 'not_recorded') AS channel,
           t.trust_code, {SUMS}
      FROM ({{rows}}) c JOIN team t ON t.id = c.team_id
     GROUP BY 1, 2, 3, 4, 5) counted
 WHERE {CHANGED}
 ORDER BY 1, 2, 3, 4
ON CONFLICT (team_id, day, source, channel) DO UPDATE SET {added("feedback_daily")}"""

MONTHLY = f"""
INSERT INTO feedback_monthly (team_id, dimension, month, value, trust, {NAMES})
SELECT * FROM (
    SELECT c.team_id, d.dimension, date_trunc('month', c.day)::date AS month, d.value,
           t.trust_code, {SUMS}
      FROM ({{rows}}) c JOIN team t ON t.id = c.team_id
           CROSS JOIN LATERAL {DIMENSIONS} AS d (dimension, value)
     GROUP BY 1, 2, 3, 4, 5) counted
 WHERE {CHANGED}
 ORDER BY 1, 2, 3, 4
ON CONFLICT (team_id, dimension, month, value) DO UPDATE SET {added("feedback_monthly")}"""

ROWS = {
    "insert": "SELECT 1 AS sign, * FROM new_rows",
    "delete": "SELECT -1 AS sign, * FROM old_rows",
    "update": "SELECT 1 AS sign, * FROM new_rows UNION ALL SELECT -1, * FROM old_rows",
}
TABLES = {
    "insert": "NEW TABLE AS new_rows",
    "update": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "OLD TABLE AS old_rows",
}

# The same rule over a whole range, for proof, bulk load and repair. `history` has no responses,
# so its rows stay, and a month's `all` is its responses plus its history.
RECOUNT = f"""
CREATE FUNCTION feedback_recount(first date, last date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    since date := date_trunc('month', first);
    until date := date_trunc('month', last) + interval '1 month';
BEGIN
    PERFORM feedback_pen();
    DELETE FROM feedback_daily WHERE day >= since AND day < until AND source <> 'history';
    DELETE FROM feedback_monthly WHERE month >= since AND month < until
       AND dimension <> 'recommend' AND NOT (dimension = 'source' AND value = 'history');
    {DAILY.format(rows="SELECT 1 AS sign, r.* FROM feedback_response r WHERE day >= since AND day < until")};
    {MONTHLY.format(rows="SELECT 1 AS sign, r.* FROM feedback_response r WHERE day >= since AND day < until")};
    INSERT INTO feedback_monthly (team_id, dimension, month, value, trust, {NAMES})
    SELECT team_id, 'all', month, 'all', trust, {NAMES}
      FROM feedback_monthly
     WHERE dimension = 'source' AND value = 'history' AND month >= since AND month < until
     ORDER BY 1, 2, 3, 4
    ON CONFLICT (team_id, dimension, month, value) DO UPDATE SET {added("feedback_monthly")};
END $$"""

# One pen: whoever changes counted responses holds it first, so that two batches never wait for
# each other's roll-up rows in crossed order.
PEN = """
CREATE FUNCTION feedback_pen() RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(7220115)
$$"""


def upgrade() -> None:
    op.execute(PEN)
    for event, rows in ROWS.items():
        op.execute(
            f"""
CREATE FUNCTION feedback_count_{event}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    {DAILY.format(rows=rows)};
    {MONTHLY.format(rows=rows)};
    RETURN NULL;
END $$"""
        )
        op.execute(
            f"CREATE TRIGGER count_{event} AFTER {event.upper()} ON feedback_response"
            f" REFERENCING {TABLES[event]}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION feedback_count_{event}()"
        )
    op.execute(RECOUNT)


def downgrade() -> None:
    op.execute("DROP FUNCTION feedback_recount(date, date)")
    for event in ROWS:
        op.execute(f"DROP TRIGGER count_{event} ON feedback_response")
        op.execute(f"DROP FUNCTION feedback_count_{event}()")
    op.execute("DROP FUNCTION feedback_pen()")
