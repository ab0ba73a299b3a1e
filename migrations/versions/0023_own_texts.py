"""Texts that answer a survey's own questions stand apart from choices."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels = None
depends_on = None

# Until now a text was told from a choice by its shape, as screening and coding did.
MOVE = """
UPDATE feedback_response r
   SET texts = told.texts, answers = nullif(r.answers - told.keys, '{}')
  FROM (SELECT id, jsonb_object_agg(key, value) AS texts, array_agg(key) AS keys
          FROM feedback_response, jsonb_each(answers) AS told (key, value)
         WHERE source IN ('survey', 'meeting') AND jsonb_typeof(value) = 'string'
           AND value #>> '{}' !~ '^[a-z0-9_]{1,60}$'
         GROUP BY id) told
 WHERE told.id = r.id"""
BACK = """
UPDATE feedback_response SET answers = coalesce(answers, '{}') || texts WHERE texts IS NOT NULL"""


def upgrade() -> None:
    op.add_column(
        "feedback_response",
        sa.Column("texts", postgresql.JSONB(none_as_null=True), nullable=True),
    )
    op.execute("SELECT feedback_pen()")
    op.execute(MOVE)


def downgrade() -> None:
    op.execute("SELECT feedback_pen()")
    op.execute(BACK)
    op.drop_column("feedback_response", "texts")
