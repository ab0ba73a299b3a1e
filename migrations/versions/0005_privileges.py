"""What each role may do: the owner owns, nobody else does."""

from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None


WRITERS = "everyvoice_app, everyvoice_worker"

GRANTS = (
    f"GRANT USAGE ON SCHEMA public TO {WRITERS}, everyvoice_read",
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {WRITERS}",
    (
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
        f" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {WRITERS}"
    ),
    f"REVOKE ALL ON change_log, change_pending, change_epoch FROM {WRITERS}",
    f"GRANT SELECT ON change_log, change_epoch TO {WRITERS}, everyvoice_read",
    "GRANT SELECT, DELETE ON change_pending TO everyvoice_worker",
    "GRANT INSERT ON change_log TO everyvoice_worker",
    # Counts are written by the triggers, whose function is the owner's.
    f"REVOKE INSERT, UPDATE, DELETE ON feedback_daily FROM {WRITERS}",
    "REVOKE INSERT, UPDATE, DELETE ON feedback_monthly FROM everyvoice_app",
    "GRANT SELECT ON ALL TABLES IN SCHEMA public TO everyvoice_read",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO everyvoice_read",
    "REVOKE ALL ON change_pending, idempotency_key FROM everyvoice_read",
    # The webhook stores through the statement door.
    "GRANT INSERT ON inbox_event, inbox_alert TO everyvoice_read",
    "GRANT INSERT, UPDATE ON api_key_use TO everyvoice_read",
    f"GRANT USAGE ON SCHEMA jobs TO {WRITERS}",
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO {WRITERS}",
    f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA jobs TO {WRITERS}",
    "REVOKE EXECUTE ON FUNCTION feedback_recount(date, date) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION feedback_recount(date, date) TO everyvoice_worker",
    # Row-secured and reporting views join later; the roles stand from the start.
    "CREATE SCHEMA reporting AUTHORIZATION everyvoice_owner",
    "GRANT USAGE ON SCHEMA reporting TO everyvoice_report, everyvoice_bi",
)


def upgrade() -> None:
    for statement in GRANTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP SCHEMA reporting")
    op.execute("REVOKE EXECUTE ON FUNCTION feedback_recount(date, date) FROM everyvoice_worker")
    op.execute("GRANT EXECUTE ON FUNCTION feedback_recount(date, date) TO PUBLIC")
    op.execute(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
        f" REVOKE SELECT, INSERT, UPDATE, DELETE ON TABLES FROM {WRITERS}"
    )
    op.execute(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM everyvoice_read"
    )
    everyone = f"{WRITERS}, everyvoice_read"
    op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {everyone}")
    op.execute(f"REVOKE ALL ON SCHEMA public FROM {everyone}")
    op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA jobs FROM {WRITERS}")
    op.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA jobs FROM {WRITERS}")
    op.execute(f"REVOKE ALL ON SCHEMA jobs FROM {WRITERS}")
