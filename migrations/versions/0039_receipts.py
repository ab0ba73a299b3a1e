"""What somebody spent is shown by a file that was written anew; what could not be stands apart."""

import sqlalchemy as sa
from alembic import op

revision: str = "0039"
down_revision: str | None = "0038"
branch_labels = None
depends_on = None

WRITERS = "everyvoice_app, everyvoice_worker"

# Erasure leaves what a claim is proved by: financial records are kept for six years.
KEEP_USED = """
CREATE FUNCTION keep_used_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.uses = 0 THEN
        RETURN OLD;
    ELSIF current_setting('everyvoice.task', true) = 'erase' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'a claim uses this receipt'
          USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_used';
END $$"""
# Nobody else deletes the bytes of a receipt.
DROP_BYTES = """
CREATE FUNCTION drop_receipt_bytes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM receipt_content WHERE id = OLD.content_id;
    DELETE FROM receipt_quarantine WHERE id = OLD.quarantine_id;
    RETURN NULL;
END $$"""
COUNT_USE = """
CREATE FUNCTION count_receipt_use() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE receipt SET uses = uses - 1, version = version + 1, updated_at = now()
         WHERE id = OLD.receipt_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE receipt SET uses = uses + 1, version = version + 1, updated_at = now()
         WHERE id = NEW.receipt_id;
    END IF;
    RETURN NULL;
END $$"""
# A later table whose receipt_id refers to a receipt takes it: SELECT receipt_uses('...').
RECEIPT_USES = """
CREATE FUNCTION receipt_uses(relation regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER receipt_use AFTER INSERT OR DELETE OR UPDATE OF receipt_id'
                   ' ON %s FOR EACH ROW EXECUTE FUNCTION count_receipt_use()', relation);
END $$"""
FUNCTIONS = {
    "keep_used_receipt()": KEEP_USED,
    "drop_receipt_bytes()": DROP_BYTES,
    "count_receipt_use()": COUNT_USE,
    "receipt_uses(regclass)": RECEIPT_USES,
}


def upgrade() -> None:
    for table in ("receipt_content", "receipt_quarantine"):
        op.create_table(
            table,
            sa.Column("id", sa.Uuid(), nullable=False),
            sa.Column("bytes", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        )
        # They are compressed already.
        op.execute(f"ALTER TABLE {table} ALTER COLUMN bytes SET STORAGE EXTERNAL")
    op.create_table(
        "receipt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "accepted",
                "quarantined",
                name="receiptstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "unreadable",
                "too_demanding",
                name="quarantinereason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "media_type",
            sa.Enum(
                "image/jpeg",
                "image/png",
                "application/pdf",
                name="mediatype",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("sha256_sent", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=True),
        sa.Column("phash", sa.BigInteger(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.Uuid(), nullable=True),
        sa.Column("quarantine_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(content_id, sha256, pages)"
            " = CASE WHEN status = 'accepted' THEN 3 ELSE 0 END",
            name=op.f("ck_receipt_accepted_with_content"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(quarantine_id, reason)"
            " = CASE WHEN status = 'quarantined' THEN 2 ELSE 0 END",
            name=op.f("ck_receipt_quarantined_with_reason"),
        ),
        sa.CheckConstraint("pages BETWEEN 1 AND 20", name=op.f("ck_receipt_pages")),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_receipt_pixels")),
        sa.CheckConstraint("size > 0", name=op.f("ck_receipt_size")),
        sa.CheckConstraint("uses >= 0", name=op.f("ck_receipt_uses")),
        sa.ForeignKeyConstraint(
            ["content_id"], ["receipt_content.id"], name=op.f("fk_receipt_content_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_receipt_person_id")),
        sa.ForeignKeyConstraint(
            ["quarantine_id"], ["receipt_quarantine.id"], name=op.f("fk_receipt_quarantine_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("content_id", name=op.f("uq_receipt_content_id")),
        sa.UniqueConstraint("quarantine_id", name=op.f("uq_receipt_quarantine_id")),
    )
    op.create_index(op.f("ix_receipt_person_id_id"), "receipt", ["person_id", "id"], unique=False)
    op.create_index(op.f("ix_receipt_sha256_sent"), "receipt", ["sha256_sent"], unique=False)
    op.create_index(op.f("ix_receipt_sha256"), "receipt", ["sha256"], unique=False)
    op.create_index(
        "ix_receipt_phash",
        "receipt",
        ["phash"],
        unique=False,
        postgresql_include=["id"],
        postgresql_where="phash IS NOT NULL",
    )
    op.execute("SELECT record_changes('receipt')")
    op.execute("SELECT hold_rows('receipt', 'person_id')")
    for signature, function in FUNCTIONS.items():
        op.execute(function)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
    op.execute(
        "CREATE TRIGGER receipt_used BEFORE DELETE ON receipt FOR EACH ROW"
        " EXECUTE FUNCTION keep_used_receipt()"
    )
    op.execute(
        "CREATE TRIGGER receipt_bytes AFTER DELETE ON receipt FOR EACH ROW"
        " EXECUTE FUNCTION drop_receipt_bytes()"
    )
    # Bytes are added and go with their receipt; what is in quarantine only the owner reads.
    op.execute("REVOKE ALL ON receipt_content, receipt_quarantine FROM everyvoice_read")
    op.execute(f"REVOKE UPDATE, DELETE ON receipt_content FROM {WRITERS}")
    op.execute(f"REVOKE SELECT, UPDATE, DELETE ON receipt_quarantine FROM {WRITERS}")


def downgrade() -> None:
    op.drop_table("receipt")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.drop_table("receipt_quarantine")
    op.drop_table("receipt_content")
