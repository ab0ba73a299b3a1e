"""What the checks of a claim found, and that nobody approves before they answered it."""

import sqlalchemy as sa
from alembic import op

revision: str = "0047"
down_revision: str | None = "0046"
branch_labels = None
depends_on = None

WRITERS = "everyvoice_app, everyvoice_worker"
CODES = (
    "same_receipt",
    "alike_receipt",
    "same_journey",
    "same_day_and_event",
    "near_amount",
    "shared_bank",
    "account_name",
    "first_payment",
    "above_95th",
    "budget_exceeded",
    "earlier_rejections",
    "paid_in_advance",
)
LEVELS = ("none", "low", "medium", "high")
# Hashes that differ in six bits of 64 have one of seven bands in common: six bits lie in six.
BANDS = """
CREATE FUNCTION receipt_bands(phash bigint) RETURNS integer[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT ARRAY[(phash & 511)::integer, (512 + (phash >> 9 & 511))::integer,
             (1024 + (phash >> 18 & 511))::integer, (1536 + (phash >> 27 & 511))::integer,
             (2048 + (phash >> 36 & 511))::integer, (2560 + (phash >> 45 & 511))::integer,
             (3072 + (phash >> 54 & 1023))::integer] $$"""
# After the row stands, so that who may not approve at all is told that first.
ANSWERED = """
CREATE FUNCTION claim_flags_answered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM claim_flag f
                WHERE f.claim_id = NEW.claim_id AND f.round = NEW.round
                  AND f.level <> 'none' AND f.answered_by IS NULL) THEN
        RAISE EXCEPTION 'what the checks found is answered before a claim is approved'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_flags_answered';
    END IF;
    RETURN NULL;
END $$"""
TRIGGER = (
    "CREATE TRIGGER flags_answered AFTER INSERT ON claim_action FOR EACH ROW"
    " WHEN (NEW.act = 'approve' OR NEW.act = 'approve_again')"
    " EXECUTE FUNCTION claim_flags_answered()"
)
INDEXES = {
    "ix_claim_line_day": "claim_line (day) WHERE from_place IS NOT NULL",
    "ix_claim_paid_since": "claim (since) INCLUDE (total_pence) WHERE status = 'paid'",
    "ix_receipt_bands": "receipt USING gin (receipt_bands(phash)) WITH (fastupdate = off)"
    " WHERE phash IS NOT NULL",
}
COUNT = "num_nonnulls(answered_by, answered_at, answer)"


def closed(name: str, members: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "claim_flag",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("code", closed("flagcode", CODES), nullable=False),
        sa.Column("level", closed("flaglevel", LEVELS), nullable=False),
        sa.Column("about_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("round > 0", name=op.f("ck_claim_flag_round")),
        sa.CheckConstraint(f"{COUNT} = 0 OR {COUNT} = 3", name=op.f("ck_claim_flag_answered")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_flag_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_flag")),
        sa.UniqueConstraint(
            "claim_id", "round", "code", name=op.f("uq_claim_flag_claim_id_round_code")
        ),
    )
    op.execute(BANDS)
    op.execute(ANSWERED)
    op.execute(TRIGGER)
    op.execute(f"REVOKE DELETE ON claim_flag FROM {WRITERS}")
    op.execute("REVOKE ALL ON claim_flag FROM everyvoice_read")
    op.execute("SELECT record_changes('claim_flag')")
    op.execute("SELECT hold_rows('claim_flag', 'claim_id', 'claim')")
    # In transactions of their own: nobody waits while the tables are looked through.
    with op.get_context().autocommit_block():
        for name, of in INDEXES.items():
            op.execute(
                "-- squawk-ignore ban-concurrent-index-creation-in-transaction\n"
                f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {of}"
            )


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"-- squawk-ignore require-concurrent-index-deletion\nDROP INDEX {name}")
    op.execute("DROP TRIGGER flags_answered ON claim_action")
    op.drop_table("claim_flag")
    op.execute("DROP FUNCTION claim_flags_answered()")
    op.execute("DROP FUNCTION receipt_bands(bigint)")
