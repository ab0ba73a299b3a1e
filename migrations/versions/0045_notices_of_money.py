"""What people are told about their money: questions, refusals, payments, and other bank details."""

import json
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision: str = "0045"
down_revision: str | None = "0044"
branch_labels = None
depends_on = None

SHIPPED = Path(__file__).parent.parent / "content" / "message_templates_2.json"
BEFORE = {
    "welcome": ["lead"],
    "invitation": ["title", "when", "where"],
    "application_received": ["title"],
    "application_accepted": ["title", "when", "where"],
    "application_declined": ["title"],
    "cancellation": ["title", "because"],
    "reminder": ["title", "when", "where"],
    "nudge": ["title"],
    "papers": ["day", "forum", "paper", "link"],
    "check_in": ["day", "lead"],
    "check_expiry": ["day"],
    "training_expiry": ["day", "course"],
    "one_time_code": ["code"],
    "supporter_named": ["supporter", "until"],
    "erasure_done": [],
}
ADDED = {
    "claim_sent_back": ["reference", "questions"],
    "claim_rejected": ["reference", "reason"],
    "claim_returned": ["reference"],
    "remittance": ["day", "reference", "amount", "lines"],
    "payee_changed": ["day"],
}
VALIDATE = (
    "-- squawk-ignore constraint-missing-not-valid\n"
    "ALTER TABLE message_template VALIDATE CONSTRAINT ck_message_template_notice"
)


def know(places: dict[str, list[str]]) -> None:
    """Let templates be of these notices, and have places for these values."""
    lines = [
        "CREATE OR REPLACE FUNCTION notice_places(notice text) RETURNS text[]",
        "LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$",
        "SELECT '{name,trust}'::text[] || CASE notice",
        *(f"    WHEN '{name}' THEN '{{{','.join(own)}}}'::text[]" for name, own in places.items()),
        "END $$",
    ]
    op.execute("\n".join(lines))
    op.execute(
        "-- squawk-ignore ban-drop-constraint\n"
        "ALTER TABLE message_template DROP CONSTRAINT ck_message_template_notice"
    )
    names = ", ".join(f"'{name}'" for name in places)
    op.execute(
        "ALTER TABLE message_template ADD CONSTRAINT ck_message_template_notice"
        f" CHECK (notice IN ({names})) NOT VALID"
    )


def ship() -> None:
    statement = sa.text(
        "INSERT INTO message_template (id, notice, language, format, number, subject, body,"
        " shipped, created_at, updated_at, version) VALUES (CAST(:id AS uuid), :notice, 'en',"
        " :format, 1, :subject, :body, true, now(), now(), 1)"
    )
    texts = json.loads(SHIPPED.read_text(encoding="utf-8"))
    told = ((notice, form, text) for notice, of in texts.items() for form, text in of.items())
    op.execute("ALTER TABLE message_template DISABLE TRIGGER record_insert")
    for number, (notice, form, text) in enumerate(told, 1):
        # Ids tell times, and lists are read by them: these come before all that are made later.
        id_ = f"00000000-0045-7000-8000-{number:012}"
        values = {"id": id_, "notice": notice, "format": form, **text}
        op.get_bind().execute(statement, values)
    op.execute("ALTER TABLE message_template ENABLE TRIGGER record_insert")


def upgrade() -> None:
    know(BEFORE | ADDED)
    ship()
    # In a transaction of its own: nobody waits while templates are looked through.
    with op.get_context().autocommit_block():
        op.execute(VALIDATE)


def downgrade() -> None:
    names = ", ".join(f"'{name}'" for name in ADDED)
    op.execute(f"DELETE FROM message WHERE kind IN ({names})")
    op.execute(f"DELETE FROM message_template WHERE notice IN ({names})")
    know(BEFORE)
    op.execute(VALIDATE)
