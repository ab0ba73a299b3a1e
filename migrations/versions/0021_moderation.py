"""What screening found in a text, what was decided of it, and what was escalated."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels = None
depends_on = None

STATUSES = ("held", "released", "redacted", "withheld", "escalated")
REASONS = (
    "formal_complaint",
    "identifies_another_person",
    "non_specific_experience",
    "safeguarding_concern",
    "identifies_author",
    "abusive",
    "not_feedback",
    "do_not_publish",
)
RECORDED = ("feedback_moderation_decision", "feedback_escalation")
ROWS = {
    "insert": "NEW TABLE AS new_rows",
    "update": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "OLD TABLE AS old_rows",
}


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _entity() -> tuple[sa.Column, ...]:
    return (
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )


def upgrade() -> None:
    op.create_table(
        "feedback_moderation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.LargeBinary(), nullable=False),
        sa.Column("marks", postgresql.JSONB(), nullable=False),
        sa.Column("kinds", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("proposed", sa.Text(), nullable=True),
        sa.Column("screening_version", sa.Integer(), nullable=False),
        sa.Column("status", _one_of("moderationstatus", *STATUSES), nullable=False),
        sa.Column("reason", _one_of("reason", *REASONS), nullable=True),
        sa.Column("released_text", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status NOT IN ('redacted', 'withheld') OR reason IS NOT NULL",
            name=op.f("ck_feedback_moderation_reasoned"),
        ),
        sa.CheckConstraint(
            "(status = 'redacted') = (released_text IS NOT NULL)",
            name=op.f("ck_feedback_moderation_redacted"),
        ),
        sa.CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL)",
            name=op.f("ck_feedback_moderation_decided"),
        ),
        sa.CheckConstraint(
            "decided_by IS NOT NULL OR status NOT IN ('redacted', 'escalated')",
            name=op.f("ck_feedback_moderation_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["feedback_response.id"],
            name=op.f("fk_feedback_moderation_response_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_moderation")),
        sa.UniqueConstraint(
            "response_id", "part", name=op.f("uq_feedback_moderation_response_id_part")
        ),
    )
    op.create_index("ix_feedback_moderation_queue", "feedback_moderation", ["status", "place"])
    op.create_table(
        "feedback_moderation_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("moderation_id", sa.Uuid(), nullable=False),
        sa.Column("text_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", _one_of("moderationstatus", *STATUSES), nullable=False),
        sa.Column("reason", _one_of("reason", *REASONS), nullable=True),
        sa.Column("released_text", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        *_entity(),
        sa.ForeignKeyConstraint(
            ["moderation_id"],
            ["feedback_moderation.id"],
            name=op.f("fk_feedback_moderation_decision_moderation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_moderation_decision")),
    )
    op.create_index(
        op.f("ix_feedback_moderation_decision_moderation_id"),
        "feedback_moderation_decision",
        ["moderation_id"],
    )
    op.create_table(
        "feedback_escalation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("moderation_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _one_of("escalationkind", "safeguarding", "complaint"), nullable=False),
        sa.Column(
            "status",
            _one_of("escalationstatus", "unreached", "open", "acknowledged", "closed"),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("raised_by", sa.Uuid(), nullable=False),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "outcome",
            _one_of(
                "outcome",
                "no_further_action",
                "safeguarding_referral",
                "complaint_opened",
                "resolved_with_team",
                "person_could_not_be_found",
            ),
            nullable=True,
        ),
        sa.Column("closing_note", sa.Text(), nullable=True),
        *_entity(),
        sa.CheckConstraint(
            "(status = 'acknowledged' OR status = 'closed') = (acknowledged_at IS NOT NULL)",
            name=op.f("ck_feedback_escalation_acknowledged"),
        ),
        sa.CheckConstraint(
            "(status = 'closed') = (closed_at IS NOT NULL AND outcome IS NOT NULL)",
            name=op.f("ck_feedback_escalation_closed"),
        ),
        sa.CheckConstraint(
            "length(note) <= 2000 AND length(closing_note) <= 2000",
            name=op.f("ck_feedback_escalation_lengths"),
        ),
        sa.ForeignKeyConstraint(
            ["moderation_id"],
            ["feedback_moderation.id"],
            name=op.f("fk_feedback_escalation_moderation_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_feedback_escalation_team_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_escalation")),
    )
    for columns in (["status", "due_at"], ["moderation_id"], ["team_id"]):
        name = op.f(f"ix_feedback_escalation_{'_'.join(columns)}")
        op.create_index(name, "feedback_escalation", columns)
    for table in RECORDED:
        for event, rows in ROWS.items():
            op.execute(
                f"CREATE TRIGGER record_{event} AFTER {event.upper()} ON {table}"
                f" REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION record_{event}()"
            )


def downgrade() -> None:
    op.drop_table("feedback_escalation")
    op.drop_table("feedback_moderation_decision")
    op.drop_table("feedback_moderation")
