"""Responses are found by how their texts stand, newest first."""

from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels = None
depends_on = None

INDEX = "ix_feedback_moderation_status_response_id"


def upgrade() -> None:
    op.create_index(op.f(INDEX), "feedback_moderation", ["status", "response_id"])


def downgrade() -> None:
    op.drop_index(op.f(INDEX), "feedback_moderation")
