"""Searches are saved under a name, and tell their owners of what is new."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feedback_search",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filters", postgresql.JSONB(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column(
            "alert",
            sa.Enum(
                "off",
                "daily",
                "weekly",
                name="alert",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "name <> '' AND length(name) <= 200", name=op.f("ck_feedback_search_name")
        ),
        sa.CheckConstraint(
            "alert = 'off' OR email IS NOT NULL", name=op.f("ck_feedback_search_alert_has_address")
        ),
        sa.CheckConstraint(
            "email ~ '^[^@ ]+@[^@ ]+$' AND length(email) <= 254",
            name=op.f("ck_feedback_search_email"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["app_user.id"], name=op.f("fk_feedback_search_owner_id")
        ),
        sa.ForeignKeyConstraint(["key_id"], ["api_key.id"], name=op.f("fk_feedback_search_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_search")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_feedback_search_owner_id_name")),
    )
    op.create_index(op.f("ix_feedback_search_key_id"), "feedback_search", ["key_id"])
    op.create_table(
        "feedback_search_place",
        sa.Column("search_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["search_id"],
            ["feedback_search.id"],
            name=op.f("fk_feedback_search_place_search_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("search_id", name=op.f("pk_feedback_search_place")),
    )
    op.execute("SELECT record_changes('feedback_search')")


def downgrade() -> None:
    op.drop_table("feedback_search_place")
    op.drop_table("feedback_search")
