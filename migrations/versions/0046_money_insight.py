"""Claims are counted by the month of their activity, payments by the day on which they were paid."""

from alembic import op

revision: str = "0046"
down_revision: str | None = "0045"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_claim_activity_on": "claim (activity_on)",
    "ix_claim_payment_paid_on": "claim_payment (paid_on) WHERE status = 'paid'",
}


def upgrade() -> None:
    # Nobody waits while they are made; one that was left half made is made anew.
    with op.get_context().autocommit_block():
        for name, of in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(
                "-- squawk-ignore ban-concurrent-index-creation-in-transaction\n"
                f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {of}"
            )


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
