"""Messages to people of the register: by their channel, from templates, or by hand."""

import json
from pathlib import Path

import sqlalchemy as sa
from alembic import op

from migrations import roles

revision: str = "0033"
down_revision: str | None = "0032"
branch_labels = None
depends_on = None

SHIPPED = Path(__file__).parent.parent / "content" / "message_templates_1.json"
CHANNELS = ("email", "sms", "phone", "letter")
FORMATS = ("plain_text", "large_print", "easy_read", "audio", "bsl_video", "braille")
BY_HAND = ("channel", "contact", "format", "language", "length", "carrier", "failure")
BEFORE = ("queued", "sent", "failed")
STATES = ("queued", "to_print", "sent", "delivered", "failed")
# What the text of each notice may have a place for, beside the name and the trust.
PLACES = {
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
SCOPES = ["registers:messages"]
KEEPERS = ["administrator", "involvement_lead"]
NOTICE_PLACES = "\n".join(
    (
        "CREATE FUNCTION notice_places(notice text) RETURNS text[]",
        "LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$",
        "SELECT '{name,trust}'::text[] || CASE notice",
        *(f"    WHEN '{name}' THEN '{{{','.join(own)}}}'::text[]" for name, own in PLACES.items()),
        "END $$",
    )
)
PLACES_KNOWN = r"""
CREATE FUNCTION places_known(words text, known text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT coalesce(bool_and(place[1] = ANY (known)), true)
  FROM regexp_matches(words, '\(\(([^()]*)\)\)', 'g') place $$"""
# Talks with the named lead, for the one letter that reminds of them: no word of what is said.
CHECK_INS_DUE = """
CREATE FUNCTION check_ins_due(first date, last date)
RETURNS TABLE (id uuid, person_id uuid, planned_for date, lead text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    before text := coalesce(current_setting('everyvoice.task', true), '');
BEGIN
    PERFORM set_config('everyvoice.task', 'remind', true);
    RETURN QUERY SELECT c.id, c.person_id, c.planned_for, u.name
      FROM pastoral_check_in c
      JOIN pastoral_lead l ON l.person_id = c.person_id
      JOIN app_user u ON u.id = l.lead_id
      JOIN person p ON p.id = c.person_id AND p.status <> 'left'
     WHERE c.state = 'planned' AND c.planned_for BETWEEN first AND last
     ORDER BY c.id;
    PERFORM set_config('everyvoice.task', before, true);
END $$"""


def among(column: str, members: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(each) for each in members)})"


CAN_BE_SENT = """(status <> 'queued' AND status <> 'to_print') OR num_nulls(subject, text) = 0 AND
    (person_id IS NOT NULL OR recipient_name IS NOT NULL AND (status = 'to_print' OR
     CASE channel WHEN 'email' THEN recipient_email WHEN 'letter' THEN recipient_address
     ELSE recipient_phone END IS NOT NULL))"""
COULD_BE_SENT = "status = 'sent' OR num_nulls(recipient_name, recipient_email, subject, text) = 0"
SENT_AT = """CASE status WHEN 'queued' THEN sent_at IS NULL WHEN 'to_print' THEN sent_at IS NULL
    WHEN 'failed' THEN true ELSE sent_at IS NOT NULL END"""
CHECKS = {
    "messagestatus": among("status", STATES),
    "contactchannel": among("channel", CHANNELS),
    "format": among("format", FORMATS),
    "byhand": among("by_hand", BY_HAND),
    "can_be_sent": CAN_BE_SENT,
    "sent_at_a_time": SENT_AT,
    "delivered": "(status = 'delivered') = (delivered_at IS NOT NULL)",
    "to_print_because": "status <> 'to_print' OR by_hand IS NOT NULL",
    "handed_over": "handed_by IS NULL OR by_hand IS NOT NULL",
    "of_a_template": "num_nulls(template_id, format, language) = 0"
    " OR num_nonnulls(template_id, format, language) = 0",
}
# Rules that stand already, and are wider from now on.
HELD = ("messagestatus", "can_be_sent", "sent_at_a_time")
LINKS = {"person_id": "person", "template_id": "message_template"}
ADDED = (
    "person_id uuid",
    "template_id uuid",
    "channel varchar(40) NOT NULL DEFAULT 'email'",
    "format varchar(40)",
    "language text",
    "recipient_phone text",
    "recipient_address text",
    "by_hand varchar(40)",
    "handed_by uuid",
    "carrier_id uuid",
    "delivered_at timestamptz",
)
SEEN = "person_id, template_id, channel, format, language, by_hand, handed_by, delivered_at"
INDEXES = {
    "ix_message_person_id_id": "(person_id, id)",
    "ix_message_template_id": "(template_id)",
    "ix_message_carried": "(sent_at) WHERE status = 'sent' AND carrier_id IS NOT NULL",
}


def closed(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)


def hold(name: str, condition: str) -> None:
    """Put a rule in place of the one of its name; what stands is looked through afterwards."""
    if name in HELD:
        op.execute(
            "-- squawk-ignore ban-drop-constraint\n"
            f"ALTER TABLE message DROP CONSTRAINT ck_message_{name}"
        )
    op.execute(
        f"ALTER TABLE message ADD CONSTRAINT ck_message_{name} CHECK ({condition}) NOT VALID"
    )


def ship() -> None:
    """Write the templates that come with the service, for the trust to replace by its own."""
    statement = sa.text(
        "INSERT INTO message_template (id, notice, language, format, number, subject, body,"
        " shipped, created_at, updated_at, version) VALUES (CAST(:id AS uuid), :notice, 'en',"
        " :format, 1, :subject, :body, true, now(), now(), 1)"
    )
    texts = json.loads(SHIPPED.read_text(encoding="utf-8"))
    told = ((notice, form, text) for notice, of in texts.items() for form, text in of.items())
    for number, (notice, form, text) in enumerate(told, 1):
        # Ids tell times, and lists are read by them: these come before all that are made later.
        id_ = f"00000000-0033-7000-8000-{number:012}"
        values = {"id": id_, "notice": notice, "format": form, **text}
        op.get_bind().execute(statement, values)


def upgrade() -> None:
    op.execute(NOTICE_PLACES)
    op.execute(PLACES_KNOWN)
    op.create_table(
        "message_template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice", closed("notice", *PLACES), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("format", closed("format", *FORMATS), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("shipped", sa.Boolean(), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("language ~ '^[a-z]{2}$'", name=op.f("ck_message_template_language")),
        sa.CheckConstraint("number > 0", name=op.f("ck_message_template_number")),
        sa.CheckConstraint(
            "places_known(subject, notice_places(notice))"
            " AND places_known(body, notice_places(notice))",
            name=op.f("ck_message_template_places_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_template")),
        sa.UniqueConstraint(
            "notice",
            "language",
            "format",
            "number",
            name=op.f("uq_message_template_notice_language_format_number"),
        ),
    )
    op.execute("REVOKE UPDATE, DELETE ON message_template FROM everyvoice_app, everyvoice_worker")
    for column in ADDED:
        op.execute(f"ALTER TABLE message ADD COLUMN {column}")
    for column, table in LINKS.items():
        name = f"fk_message_{column}"
        op.execute(
            f"ALTER TABLE message ADD CONSTRAINT {name} FOREIGN KEY ({column})"
            f" REFERENCES {table} (id) NOT VALID"
        )
    op.execute(f"GRANT SELECT ({SEEN}) ON message TO everyvoice_read")
    op.execute(CHECK_INS_DUE)
    op.execute("REVOKE EXECUTE ON FUNCTION check_ins_due(date, date) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION check_ins_due(date, date) TO everyvoice_worker")
    ship()
    op.execute("SELECT record_changes('message_template')")
    roles.gain(dict.fromkeys(KEEPERS, SCOPES))
    for name, condition in CHECKS.items():
        hold(name, condition)
    # In transactions of their own: nobody waits while the messages are looked through.
    with op.get_context().autocommit_block():
        for name in (
            *(f"fk_message_{each}" for each in LINKS),
            *(f"ck_message_{c}" for c in CHECKS),
        ):
            op.execute(
                "-- squawk-ignore constraint-missing-not-valid\n"
                f"ALTER TABLE message VALIDATE CONSTRAINT {name}"
            )
        for name, of in INDEXES.items():
            op.execute(
                "-- squawk-ignore ban-concurrent-index-creation-in-transaction\n"
                f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON message {of}"
            )


def downgrade() -> None:
    roles.lose(SCOPES)
    # What the code before knows no word for: people's messages go, the staff's stay.
    op.execute(
        "DELETE FROM message WHERE template_id IS NOT NULL OR status = 'to_print'"
        " OR status = 'delivered' OR channel <> 'email'"
    )
    for name in CHECKS:
        op.execute(f"ALTER TABLE message DROP CONSTRAINT ck_message_{name}")
    for column in ADDED:
        op.drop_column("message", column.partition(" ")[0])
    for name, condition in (
        ("messagestatus", among("status", BEFORE)),
        ("can_be_sent", COULD_BE_SENT),
        ("sent_at_a_time", "(status = 'sent') = (sent_at IS NOT NULL)"),
    ):
        op.execute(f"ALTER TABLE message ADD CONSTRAINT ck_message_{name} CHECK ({condition})")
    op.execute("DROP FUNCTION check_ins_due(date, date)")
    op.drop_table("message_template")
    op.execute("DROP FUNCTION notice_places(text)")
    op.execute("DROP FUNCTION places_known(text, text[])")
