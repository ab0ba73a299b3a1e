"""Responses to the trust's own surveys, themes in the roll-up, the trust's policy, log readers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0010"
down_revision: str | None = "0009"
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


# Margins, never their cross product. Of what few responses tell there is a row only where it is
# told; `mode` is the pair that the national return maps to its modes of collection.
TOLD = """
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
     SELECT 'disability', unnest(coalesce(nullif(c.disability, ARRAY[]::text[]), ARRAY['not_recorded']))"""
MODE = "('mode', coalesce(c.channel, 'not_recorded') || ':' || coalesce(c.collection_point, 'not_recorded'))"
BEFORE = f"{TOLD})"
NEW = f"""
     SELECT * FROM (VALUES {MODE}, ('language', lower(c.language)), ('involved', c.involved)) AS v (d, t)
      WHERE t IS NOT NULL
     UNION ALL
     SELECT 'theme', unnest(c.themes)"""
DIMENSIONS = f"{TOLD} UNION ALL {NEW})"
BACKFILLED = ("mode", "language", "involved", "theme")

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
           CROSS JOIN LATERAL {{dimensions}} AS d (dimension, value)
     GROUP BY 1, 2, 3, 4, 5) counted
 WHERE {CHANGED}
 ORDER BY 1, 2, 3, 4
ON CONFLICT (team_id, dimension, month, value) DO UPDATE SET {added("feedback_monthly")}"""

ROWS = {
    "insert": "SELECT 1 AS sign, * FROM new_rows",
    "delete": "SELECT -1 AS sign, * FROM old_rows",
    "update": "SELECT 1 AS sign, * FROM new_rows UNION ALL SELECT -1, * FROM old_rows",
}

COUNT = """
CREATE OR REPLACE FUNCTION feedback_count_{event}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    {daily};
    {monthly};
    RETURN NULL;
END $$"""

# The same rule over a whole range; see the migration that made it.
RANGE = "SELECT 1 AS sign, r.* FROM feedback_response r WHERE day >= since AND day < until"
RECOUNT = """
CREATE OR REPLACE FUNCTION feedback_recount(first date, last date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    since date := date_trunc('month', first);
    until date := date_trunc('month', last) + interval '1 month';
BEGIN
    PERFORM feedback_pen();
    DELETE FROM feedback_daily WHERE day >= since AND day < until AND source <> 'history';
    DELETE FROM feedback_monthly WHERE month >= since AND month < until
       AND dimension <> 'recommend' AND NOT (dimension = 'source' AND value = 'history');
    {daily};
    {monthly};
    INSERT INTO feedback_monthly (team_id, dimension, month, value, trust, {names})
    SELECT team_id, 'all', month, 'all', trust, {names}
      FROM feedback_monthly
     WHERE dimension = 'source' AND value = 'history' AND month >= since AND month < until
     ORDER BY 1, 2, 3, 4
    ON CONFLICT (team_id, dimension, month, value) DO UPDATE SET {added};
END $$"""

# What stood before is counted by the new dimensions as well, a month at a time.
BACKFILL = f"""
DO $$
DECLARE
    since date;
    until date;
BEGIN
    PERFORM feedback_pen();
    FOR since IN SELECT DISTINCT month FROM feedback_monthly
                  WHERE dimension = 'source' AND value <> 'history' ORDER BY 1 LOOP
        until := since + interval '1 month';
        {MONTHLY.format(rows=RANGE, dimensions=f"({NEW})")};
    END LOOP;
END $$"""

# One way to have a table's changes recorded.
RECORD = """
CREATE FUNCTION record_changes(recorded regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER record_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS'
        ' new_rows FOR EACH STATEMENT EXECUTE FUNCTION record_insert()', recorded);
    EXECUTE format('CREATE TRIGGER record_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS'
        ' old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION record_update()',
        recorded);
    EXECUTE format('CREATE TRIGGER record_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS'
        ' old_rows FOR EACH STATEMENT EXECUTE FUNCTION record_delete()', recorded);
END $$"""


def enum(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)


COLUMNS = (
    sa.Column("survey_version_id", sa.Uuid(), nullable=True),
    sa.Column("answers", postgresql.JSONB(none_as_null=True), nullable=True),
    sa.Column(
        "involved",
        enum("involved", "yes_definitely", "yes_to_some_extent", "no", "dont_know"),
        nullable=True,
    ),
    sa.Column("contact_wanted", sa.Boolean(), nullable=True),
    sa.Column("themes", sa.ARRAY(sa.Text()), nullable=True),
    sa.Column("sentiment", sa.Integer(), nullable=True),
    sa.Column("coded_by", enum("codedby", "person", "model"), nullable=True),
)


def count(dimensions: str) -> None:
    """Let the triggers and the recount tell a month by these dimensions."""
    for event, rows in ROWS.items():
        monthly = MONTHLY.format(rows=rows, dimensions=dimensions)
        op.execute(COUNT.format(event=event, daily=DAILY.format(rows=rows), monthly=monthly))
    op.execute(
        RECOUNT.format(
            daily=DAILY.format(rows=RANGE),
            monthly=MONTHLY.format(rows=RANGE, dimensions=dimensions),
            names=NAMES,
            added=added("feedback_monthly"),
        )
    )


def upgrade() -> None:
    op.execute(RECORD)
    op.execute("REVOKE EXECUTE ON FUNCTION record_changes(regclass) FROM PUBLIC")
    op.create_table(
        "subscription",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_subscription")),
    )
    for column in COLUMNS:
        op.add_column("feedback_response", column)
    op.create_check_constraint(
        op.f("ck_feedback_response_sentiment"), "feedback_response", "sentiment BETWEEN 1 AND 5"
    )
    op.create_index(
        "ix_feedback_response_themes",
        "feedback_response",
        ["themes"],
        postgresql_using="gin",
        postgresql_where="themes IS NOT NULL",
    )
    op.execute("SELECT feedback_pen()")
    count(DIMENSIONS)
    op.execute(BACKFILL)
    op.create_table(
        "feedback_policy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("singleton", sa.Boolean(), nullable=False),
        sa.Column("release_unmarked_published", sa.Boolean(), nullable=False),
        sa.Column("release_unmarked_own", sa.Boolean(), nullable=False),
        sa.Column("acknowledge_escalation_hours", sa.Integer(), nullable=False),
        sa.Column("act_within_days", sa.Integer(), nullable=False),
        sa.Column("told_back_within_days", sa.Integer(), nullable=False),
        sa.Column(
            "inpatient_period", enum("inpatientperiod", "fortnight", "month"), nullable=False
        ),
        sa.Column("inpatient_period_start", sa.Date(), nullable=False),
        sa.Column("before_discharge_share_pct", sa.Integer(), nullable=False),
        sa.Column("deadline_working_day_mental_health", sa.Integer(), nullable=False),
        sa.Column("deadline_working_day_community", sa.Integer(), nullable=False),
        sa.Column("propose_above", sa.Numeric(3, 2), nullable=False),
        sa.Column("public_days", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("singleton", name=op.f("ck_feedback_policy_singleton")),
        sa.CheckConstraint(
            "acknowledge_escalation_hours BETWEEN 1 AND 720"
            " AND act_within_days BETWEEN 1 AND 365"
            " AND told_back_within_days BETWEEN 1 AND 365"
            " AND before_discharge_share_pct BETWEEN 1 AND 100"
            " AND deadline_working_day_mental_health BETWEEN 1 AND 23"
            " AND deadline_working_day_community BETWEEN 1 AND 23"
            " AND propose_above BETWEEN 0 AND 1"
            " AND public_days BETWEEN 1 AND 3660",
            name=op.f("ck_feedback_policy_in_bounds"),
        ),
        sa.CheckConstraint(
            "extract(isodow FROM inpatient_period_start) = 1",
            name=op.f("ck_feedback_policy_starts_monday"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_policy")),
        sa.UniqueConstraint("singleton", name=op.f("uq_feedback_policy_singleton")),
    )
    # What is shipped is no change that somebody made, so that it is there before the recording.
    op.execute(
        """
        INSERT INTO feedback_policy
        VALUES (gen_random_uuid(), true, true, false, 24, 14, 30, 'fortnight', '2024-01-01', 50,
                13, 13, 0.5, 365, now(), now(), 1)"""
    )
    op.execute("SELECT record_changes('feedback_policy')")


def downgrade() -> None:
    op.drop_table("feedback_policy")
    op.execute("SELECT feedback_pen()")
    count(BEFORE)
    listed = ", ".join(f"'{dimension}'" for dimension in BACKFILLED)
    op.execute(f"DELETE FROM feedback_monthly WHERE dimension IN ({listed})")
    op.drop_index("ix_feedback_response_themes", "feedback_response")
    op.drop_constraint("ck_feedback_response_sentiment", "feedback_response")
    for column in reversed(COLUMNS):
        op.drop_column("feedback_response", column.name)
    op.drop_table("subscription")
    op.execute("DROP FUNCTION record_changes(regclass)")
