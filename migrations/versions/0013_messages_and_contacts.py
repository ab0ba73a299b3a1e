"""Messages go out through an outbox, and places name whom to tell."""

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels = None
depends_on = None


RECORDED = ("message", "contact")
TABLES = {
    "insert": "NEW TABLE AS new_rows",
    "update": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "OLD TABLE AS old_rows",
}
PLACE = "coalesce(team_id, directorate_id, '00000000-0000-0000-0000-000000000000'::uuid)"


def closed(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)


def entity() -> tuple[sa.Column, ...]:
    instant = sa.DateTime(timezone=True)
    return (
        sa.Column("created_at", instant, nullable=False),
        sa.Column("updated_at", instant, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )


def upgrade() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recipient_name", sa.Text(), nullable=True),
        sa.Column("recipient_email", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("once", sa.Text(), nullable=False),
        sa.Column("status", closed("messagestatus", "queued", "sent", "failed"), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        *entity(),
        sa.CheckConstraint(
            "status = 'sent' OR num_nulls(recipient_name, recipient_email, subject, text) = 0",
            name=op.f("ck_message_can_be_sent"),
        ),
        sa.CheckConstraint(
            "(status = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_message_sent_at_a_time")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_message_attempts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("once", name=op.f("uq_message_once")),
    )
    op.create_index(op.f("ix_message_status_id"), "message", ["status", "id"])
    # What a message says and to whom never leaves by the statement door.
    op.execute("REVOKE ALL ON message FROM everyvoice_read")
    op.execute(
        "GRANT SELECT (id, kind, status, attempts, problem, created_at, sent_at, version)"
        " ON message TO everyvoice_read"
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            closed(
                "contactkind",
                "team_lead",
                "champion",
                "safeguarding",
                "complaints",
                "involvement_lead",
            ),
            nullable=False,
        ),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("directorate_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        *entity(),
        sa.CheckConstraint(
            "num_nonnulls(team_id, directorate_id) <= 1", name=op.f("ck_contact_one_place")
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from", name=op.f("ck_contact_not_empty")
        ),
        sa.CheckConstraint(
            "email ~ '^[^@ ]+@[^@ ]+$' AND length(email) <= 254", name=op.f("ck_contact_email")
        ),
        sa.CheckConstraint("name <> '' AND length(name) <= 200", name=op.f("ck_contact_name")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_contact_team_id")),
        sa.ForeignKeyConstraint(
            ["directorate_id"], ["directorate.id"], name=op.f("fk_contact_directorate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    for column in ("team_id", "directorate_id"):
        op.create_index(op.f(f"ix_contact_{column}"), "contact", [column])
    op.execute(
        "ALTER TABLE contact ADD CONSTRAINT ex_contact_once EXCLUDE USING gist (kind WITH =,"
        f" ({PLACE}) WITH =, lower(email) WITH =, daterange(valid_from, valid_to) WITH &&)"
    )
    for table in RECORDED:
        for event, rows in TABLES.items():
            op.execute(
                f"CREATE TRIGGER record_{event} AFTER {event.upper()} ON {table}"
                f" REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION record_{event}()"
            )


def downgrade() -> None:
    op.drop_table("contact")
    op.drop_table("message")
