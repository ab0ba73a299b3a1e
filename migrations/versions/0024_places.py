"""The index of words knows each team's blocks of days.

Searches of the code before look for the index of 0018 and are slow without it, until that code ends.
"""

from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels = None
depends_on = None

WORDS = (
    "to_tsvector('english'::regconfig, (COALESCE(comment_good, ''::text) || ' '::text)"
    " || COALESCE(comment_better, ''::text))"
)
BEFORE = "'d' || id_day(id), 'w' || (id_day(id) / 32), team_id::text"
PLACES = f"{BEFORE}, team_id::text || 'w' || (id_day(id) / 32)"
WHERE = "comment_good IS NOT NULL OR comment_better IS NOT NULL"


def upgrade() -> None:
    build(PLACES)


def downgrade() -> None:
    build(BEFORE)


def build(places: str) -> None:
    """Build the index anew beside the old one; nobody waits, and one of them always stands."""
    # What an earlier run that was ended left behind is not valid.
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute("SET lock_timeout = 0")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_feedback_response_words_new")
        op.execute(
            "-- squawk-ignore ban-concurrent-index-creation-in-transaction, prefer-robust-stmts\n"
            "CREATE INDEX CONCURRENTLY ix_feedback_response_words_new ON feedback_response"
            f" USING gin ((ARRAY[{places}]), ({WORDS})) WHERE {WHERE}"
        )
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_feedback_response_words")
        op.execute("SET statement_timeout = '10min'")
        op.execute("SET lock_timeout = '5s'")
        op.execute(
            "-- squawk-ignore renaming-object, prefer-robust-stmts\n"
            "ALTER INDEX ix_feedback_response_words_new RENAME TO ix_feedback_response_words"
        )
