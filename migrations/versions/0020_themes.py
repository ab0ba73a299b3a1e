"""Codings of responses by theme, and the models that propose them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "theme_model",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("framework", sa.Text(), nullable=False),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("libraries", postgresql.JSONB(), nullable=False),
        sa.Column("trained_on", sa.Text(), nullable=False),
        sa.Column("examples", sa.Integer(), nullable=False),
        sa.Column("themes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("scores", postgresql.JSONB(), nullable=False),
        sa.Column("trained_by", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(activated_at IS NULL) = (NOT active)", name=op.f("ck_theme_model_activated_at")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme_model")),
    )
    op.create_index(
        "ux_theme_model_active", "theme_model", ["active"], unique=True, postgresql_where="active"
    )
    op.create_table(
        "theme_model_file",
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["theme_model.id"],
            name=op.f("fk_theme_model_file_model_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("model_id", name=op.f("pk_theme_model_file")),
    )
    op.create_table(
        "theme_coding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("framework", sa.Text(), nullable=False),
        sa.Column("themes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("sentiment", sa.Integer(), nullable=True),
        sa.Column(
            "coded_by",
            sa.Enum(
                "person",
                "model",
                name="codedby",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("coded_on", sa.Date(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("model_id", sa.Uuid(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("confidences", sa.ARRAY(sa.Float()), nullable=True),
        sa.Column("text_hash", sa.LargeBinary(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(coded_by = 'person') = (actor_id IS NOT NULL)"
            " AND (coded_by = 'model') = (model_id IS NOT NULL)"
            " AND (coded_by = 'model') = (confidence IS NOT NULL)",
            name=op.f("ck_theme_coding_by_whom"),
        ),
        sa.CheckConstraint(
            "coded_by = 'model' OR cardinality(themes) > 0",
            name=op.f("ck_theme_coding_says_something"),
        ),
        sa.CheckConstraint("sentiment BETWEEN 1 AND 5", name=op.f("ck_theme_coding_sentiment")),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_theme_coding_confidence")),
        sa.CheckConstraint(
            "confidences IS NULL OR cardinality(confidences) = cardinality(themes)",
            name=op.f("ck_theme_coding_a_confidence_each"),
        ),
        sa.CheckConstraint("part ~ '^[a-z][a-z0-9_]{0,63}$'", name=op.f("ck_theme_coding_part")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["theme_model.id"], name=op.f("fk_theme_coding_model_id")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["feedback_response.id"],
            name=op.f("fk_theme_coding_response_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme_coding")),
        sa.UniqueConstraint(
            "response_id",
            "part",
            "revision",
            name=op.f("uq_theme_coding_response_id_part_revision"),
        ),
    )
    op.create_index(
        "ux_theme_coding_current",
        "theme_coding",
        ["response_id", "part"],
        unique=True,
        postgresql_where="NOT superseded",
    )
    op.create_index(
        "ix_theme_coding_unsure",
        "theme_coding",
        ["confidence", "response_id"],
        postgresql_where="NOT superseded AND coded_by = 'model'",
    )
    op.create_index(
        "ix_feedback_response_uncoded",
        "feedback_response",
        ["id"],
        postgresql_where="coded_by IS NULL"
        " AND (comment_good IS NOT NULL OR comment_better IS NOT NULL)",
    )
    for table in ("theme_model", "theme_coding"):
        op.execute(f"SELECT record_changes('{table}')")


def downgrade() -> None:
    op.drop_index("ix_feedback_response_uncoded", "feedback_response")
    op.drop_table("theme_coding")
    op.drop_table("theme_model_file")
    op.drop_table("theme_model")
