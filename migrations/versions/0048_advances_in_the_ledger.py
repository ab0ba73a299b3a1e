"""What is paid in advance stands in the ledger until claims account for it."""

from alembic import op

revision: str = "0048"
down_revision: str | None = "0047"
branch_labels = None
depends_on = None

ACCOUNTS = (
    "commitments",
    "commitments_control",
    "expense",
    "payroll_clearing",
    "payables_clearing",
    "charity_clearing",
    "voucher_stock",
    "voucher_loss",
    "bank",
)
KINDS = (
    "reservation",
    "release",
    "payment",
    "return",
    "reversal",
    "voucher_purchase",
    "voucher_issue",
    "voucher_void",
)


CHECKS = (
    ("ledger_entry", "account", "ck_ledger_entry_account"),
    ("ledger_posting", "kind", "ck_ledger_posting_postingkind"),
)


def tell(*known: tuple[str, ...]) -> None:
    """Let accounts and kinds of postings be these; rows that stand are looked through after."""
    for (table, column, name), members in zip(CHECKS, known, strict=True):
        told = ", ".join(f"'{each}'" for each in members)
        op.execute(
            f"-- squawk-ignore ban-drop-constraint\nALTER TABLE {table} DROP CONSTRAINT {name}"
        )
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IN ({told})) NOT VALID"
        )


def look_through() -> None:
    for table, _, name in CHECKS:
        op.execute(
            "-- squawk-ignore constraint-missing-not-valid\n"
            f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}"
        )


# What was paid before, and no claim accounts for yet.
BOOK = """
WITH owed AS MATERIALIZED (
    SELECT gen_random_uuid() AS posting_id, id, person_id, pence - settled_pence AS pence, done_by,
           done_on
      FROM advance WHERE status = 'paid'
), posted AS (
    INSERT INTO ledger_posting (id, kind, once, day, made_by, entries, created_at, updated_at,
                                version)
    SELECT posting_id, 'advance_payment', 'advance:' || id, done_on, done_by, 2, now(), now(), 1
      FROM owed
)
INSERT INTO ledger_entry (id, posting_id, account, person_id, amount_pence, currency, created_at,
                          updated_at, version)
SELECT gen_random_uuid(), posting_id, account, CASE account WHEN 'advances' THEN person_id END,
       sign * pence, 'GBP', now(), now(), 1
  FROM owed, (VALUES ('advances', 1), ('bank', -1)) AS side (account, sign)"""


def upgrade() -> None:
    tell((*ACCOUNTS, "advances"), (*KINDS, "advance_payment", "advance_settlement"))
    op.execute(BOOK)
    # In a transaction of its own: nobody waits while the ledger is looked through.
    with op.get_context().autocommit_block():
        look_through()


def downgrade() -> None:
    """Go back where nothing was booked of an advance: what is in the ledger stays in it."""
    tell(ACCOUNTS, KINDS)
    look_through()
