"""Files are staged, judged and reported on."""

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "feedback_import", sa.Column("size", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.create_table(
        "feedback_import_row",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source_version", sa.BigInteger(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("tail", sa.Text(), nullable=True),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("row", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["feedback_import.id"], name=op.f("fk_feedback_import_row_import_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_feedback_import_row")),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "feedback_import_difference",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "missing",
                "different",
                "extra",
                name="differencekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("source_review_id", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("our_version", sa.BigInteger(), nullable=True),
        sa.Column("file_version", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["feedback_import.id"],
            name=op.f("fk_feedback_import_difference_import_id"),
        ),
        sa.PrimaryKeyConstraint("import_id", "id", name=op.f("pk_feedback_import_difference")),
    )
    # Whoever reads through the statement door has no use for what is staged or for whole files.
    op.execute("REVOKE ALL ON feedback_import_row, feedback_import_chunk FROM everyvoice_read")
    # Compressing a piece of a file costs more than it saves for the minutes it lives.
    op.execute("ALTER TABLE feedback_import_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.execute("ALTER TABLE feedback_import_chunk ALTER COLUMN bytes SET STORAGE EXTENDED")
    op.execute("GRANT SELECT ON feedback_import_chunk TO everyvoice_read")
    op.drop_table("feedback_import_difference")
    op.drop_table("feedback_import_row")
    op.drop_column("feedback_import", "size")
