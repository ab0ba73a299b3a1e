"""No rule asks who said where a person is paid: who had a hand in a run is told by its payees."""

from alembic import op

revision: str = "0049"
down_revision: str | None = "0048"
branch_labels = None
depends_on = None

WRITERS = "everyvoice_app, everyvoice_worker"
SETTERS = """
CREATE FUNCTION bank_setters(person uuid) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found uuid[];
    before text := coalesce(current_setting('everyvoice.task', true), '');
BEGIN
    PERFORM set_config('everyvoice.task', 'check', true);
    SELECT coalesce(array_agg(DISTINCT who), '{}') INTO found
      FROM (SELECT unnest(ARRAY[set_by, confirmed_by]) AS who FROM bank_account
             WHERE person_id = person AND status = 'confirmed'
            UNION
            SELECT unnest(ARRAY[set_by, confirmed_by]) FROM payee
             WHERE person_id = person AND confirmed_by IS NOT NULL) told;
    PERFORM set_config('everyvoice.task', before, true);
    RETURN found;
END $$"""


def upgrade() -> None:
    # No code before this one calls it either.
    op.execute("-- squawk-ignore ban-drop-function\nDROP FUNCTION bank_setters(uuid)")


def downgrade() -> None:
    op.execute(SETTERS)
    op.execute("REVOKE EXECUTE ON FUNCTION bank_setters(uuid) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION bank_setters(uuid) TO {WRITERS}")
