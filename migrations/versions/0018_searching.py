"""Words are found within stretches of time and teams, and searches are saved."""

from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels = None
depends_on = None

WORDS = (
    "to_tsvector('english'::regconfig, (COALESCE(comment_good, ''::text) || ' '::text)"
    " || COALESCE(comment_better, ''::text))"
)
PLACES = "ARRAY['d' || id_day(id), 'w' || (id_day(id) / 32), team_id::text]"
# The day whose midnight an id begins with, counted from 1970; its first 32 bits lose 16 bits of
# the milliseconds, which are taken to be set.
ID_DAY = """
CREATE FUNCTION id_day(id uuid) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ((('x' || left(id::text, 8))::bit(32)::bigint * 65536 + 65535) / 86400000)::integer"""
WHERE = "comment_good IS NOT NULL OR comment_better IS NOT NULL"


def upgrade() -> None:
    op.execute("SET LOCAL statement_timeout = 0")
    # Both in one transaction, so that at no time there is neither; writers wait meanwhile.
    op.execute(
        "-- squawk-ignore require-concurrent-index-deletion\nDROP INDEX ix_feedback_response_words"
    )
    op.execute(ID_DAY)
    op.execute(
        "CREATE INDEX ix_feedback_response_moved ON feedback_response (id)"
        " WHERE id_day(id) <> (day - '1970-01-01'::date)"
    )
    op.execute(
        f"CREATE INDEX ix_feedback_response_words ON feedback_response"
        f" USING gin (({PLACES}), ({WORDS})) WHERE {WHERE}"
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_feedback_response_moved")
    op.execute("DROP INDEX ix_feedback_response_words")
    op.execute(
        f"CREATE INDEX ix_feedback_response_words ON feedback_response"
        f" USING gin (({WORDS})) WHERE {WHERE}"
    )
    op.execute("DROP FUNCTION id_day(uuid)")
