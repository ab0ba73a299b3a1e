"""Changes are recorded by triggers, chained by a hash, and never altered."""

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None


RECORDED = (
    "app_user",
    "role",
    "api_key",
    "inbox_action",
    "directorate",
    "service",
    "team",
    "team_placement",
    "team_location",
    "feedback_response",
)

WHO = """
    nullif(current_setting('everyvoice.actor', true), '')::uuid,
    coalesce(current_setting('everyvoice.operation', true), '')"""

# Names of changed fields only: the log never holds a value.
CHANGED = """
    ARRAY(SELECT key FROM jsonb_each(to_jsonb(n)) AS field (key, value)
           WHERE value IS DISTINCT FROM to_jsonb(o) -> key
             AND key NOT IN ('version', 'updated_at') ORDER BY key)"""

RECORD = """
CREATE FUNCTION record_{op}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO change_pending (entity, entity_id, op, fields, actor_id, operation)
    {select};
    RETURN NULL;
END $$"""

SELECTS = {
    "insert": f"SELECT TG_TABLE_NAME, id, 'I', '{{}}', {WHO} FROM new_rows",
    "delete": f"SELECT TG_TABLE_NAME, id, 'D', '{{}}', {WHO} FROM old_rows",
    "update": f"""SELECT TG_TABLE_NAME, id, 'U', fields, {WHO}
        FROM (SELECT n.id, {CHANGED} AS fields
                FROM new_rows n JOIN old_rows o USING (id)) changed
       WHERE fields <> '{{}}'""",
}

FUNCTIONS = (
    """
CREATE FUNCTION change_text(seq bigint, entity text, entity_id uuid, op text, fields text[],
                            actor_id uuid, operation text, changed_at timestamptz)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT jsonb_build_array(seq, entity, entity_id, op, fields, actor_id, operation,
        to_char(changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))::text
$$""",
    """
CREATE FUNCTION change_chain_step(state bytea, before bytea, entry text)
RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT sha256(coalesce(state, before) || convert_to(entry, 'UTF8'))
$$""",
    "CREATE AGGREGATE change_chain(bytea, text) (SFUNC = change_chain_step, STYPE = bytea)",
    """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the change log is only added to';
END $$""",
    """
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON change_log
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
    # One row: raised by hand after a restore, so that no cursor outlives it.
    "CREATE TABLE change_epoch (generation integer CONSTRAINT pk_change_epoch PRIMARY KEY)",
    "INSERT INTO change_epoch VALUES (1)",
)

TABLES = {
    "insert": "NEW TABLE AS new_rows",
    "update": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "OLD TABLE AS old_rows",
}


def upgrade() -> None:
    for statement in FUNCTIONS:
        op.execute(statement)
    for event, select in SELECTS.items():
        op.execute(RECORD.format(op=event, select=select))
    for table in RECORDED:
        for event, rows in TABLES.items():
            op.execute(
                f"CREATE TRIGGER record_{event} AFTER {event.upper()} ON {table}"
                f" REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION record_{event}()"
            )


def downgrade() -> None:
    for table in RECORDED:
        for event in TABLES:
            op.execute(f"DROP TRIGGER record_{event} ON {table}")
    for event in SELECTS:
        op.execute(f"DROP FUNCTION record_{event}()")
    op.execute("DROP TABLE change_epoch")
    op.execute("DROP TRIGGER only_added_to ON change_log")
    op.execute("DROP FUNCTION refuse_change()")
    op.execute("DROP AGGREGATE change_chain(bytea, text)")
    op.execute("DROP FUNCTION change_chain_step(bytea, bytea, text)")
    op.execute(
        "DROP FUNCTION change_text(bigint, text, uuid, text, text[], uuid, text, timestamptz)"
    )
