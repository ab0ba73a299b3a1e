"""What waits to be done can be counted without a right to read it."""

from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels = None
depends_on = None

# The owner's view: whoever scrapes sees counts, never pending changes or jobs themselves.
BACKLOG = """
CREATE VIEW backlog AS
SELECT (SELECT count(*) FROM inbox_event WHERE status = 'pending') AS inbox_pending,
       (SELECT count(*) FROM inbox_event WHERE status = 'waiting') AS inbox_waiting,
       (SELECT count(*) FROM inbox_event WHERE status = 'dead') AS inbox_dead,
       (SELECT received_at FROM inbox_event WHERE status = 'pending'
         ORDER BY id LIMIT 1) AS oldest_pending_at,
       (SELECT count(*) FROM change_pending) AS changes_pending,
       (SELECT count(*) FROM jobs.pgqueuer WHERE status IN ('queued', 'picked')) AS jobs_queued,
       (SELECT count(*) FROM jobs.pgqueuer WHERE status = 'failed') AS jobs_held"""


def upgrade() -> None:
    op.execute(BACKLOG)
    # The default privileges, which are meant for tables, gave more.
    op.execute("REVOKE ALL ON backlog FROM everyvoice_app, everyvoice_worker, everyvoice_read")
    op.execute("GRANT SELECT ON backlog TO everyvoice_read, everyvoice_worker")


def downgrade() -> None:
    op.execute("DROP VIEW backlog")
