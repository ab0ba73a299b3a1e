"""Feeds are polled: what they told last, and how it goes with them."""

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feedback_feed",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("busy_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("polled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_from", sa.Date(), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("told", "unreadable", "missing", "changed", "removed")
        ),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_feedback_feed")),
    )
    op.create_table(
        "feedback_feed_item",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("source", "item_id", name=op.f("pk_feedback_feed_item")),
    )
    op.create_index(
        op.f("ix_feedback_feed_item_source_day"), "feedback_feed_item", ["source", "day"]
    )


def downgrade() -> None:
    op.drop_table("feedback_feed_item")
    op.drop_table("feedback_feed")
