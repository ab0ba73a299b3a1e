"""An import knows how far it came, so that it goes on after its process was killed."""

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("attempt", "entered"):
        op.add_column(
            "feedback_import",
            sa.Column(name, sa.Integer(), server_default="0", nullable=False),
        )
    op.add_column("feedback_import_row", sa.Column("location", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("feedback_import_row", "location")
    op.drop_column("feedback_import", "entered")
    op.drop_column("feedback_import", "attempt")
