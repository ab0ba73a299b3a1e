"""What was said and done, replies to responses, and what waits for either."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels = None
depends_on = None


ASKS = sa.text("contact_wanted OR fft_answer IN ('poor', 'very_poor')")
LEVELS = (
    "(level = 'team') = (cardinality(team_ids) > 0)"
    " AND (level = 'directorate') = (directorate_id IS NOT NULL)"
)
AIMS = {1: 6, 2: 6, 3: 5, 4: 6, 5: 4}
STRATEGY = ", ".join(f"'{aim}.{n}'" for aim, count in AIMS.items() for n in range(1, count + 1))

# Published facts are superseded, never updated.
STAYS = (
    """
CREATE FUNCTION refuse_published_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was published stays'
          USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_published_stays';
END $$""",
    """
CREATE TRIGGER published_stays BEFORE UPDATE OR DELETE ON feedback_action_version
FOR EACH ROW EXECUTE FUNCTION refuse_published_change()""",
    """
CREATE TRIGGER published_stays BEFORE UPDATE ON feedback_reply FOR EACH ROW
WHEN (OLD.status IN ('published', 'withdrawn')
      AND ((NEW.response_id, NEW.kind, NEW.text, NEW.url, NEW.authors, NEW.published_on)
           IS DISTINCT FROM
           (OLD.response_id, OLD.kind, OLD.text, OLD.url, OLD.authors, OLD.published_on)
           OR NEW.status NOT IN (OLD.status, 'withdrawn')))
EXECUTE FUNCTION refuse_published_change()""",
)
# An action names its teams in a list, so that this stands for a foreign key.
NAMED = (
    """
CREATE FUNCTION refuse_named_team() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM feedback_action WHERE team_ids @> ARRAY[OLD.id])
       OR EXISTS (SELECT FROM feedback_action_version WHERE team_ids @> ARRAY[OLD.id]) THEN
        RAISE EXCEPTION 'an action names the team'
              USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'feedback_action_team';
    END IF;
    RETURN OLD;
END $$""",
    """
CREATE TRIGGER refuse_named_team BEFORE DELETE ON team
FOR EACH ROW EXECUTE FUNCTION refuse_named_team()""",
)
TABLES = (
    "feedback_action",
    "feedback_action_version",
    "feedback_action_response",
    "feedback_reply",
)


def enum(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "feedback_action",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "status", enum("actionstatus", "draft", "published", "withdrawn"), nullable=False
        ),
        sa.Column("level", enum("level", "team", "directorate", "trust"), nullable=False),
        sa.Column("team_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("directorate_id", sa.Uuid(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("said_easy_read", sa.Text(), nullable=True),
        sa.Column("did", sa.Text(), nullable=True),
        sa.Column("did_easy_read", sa.Text(), nullable=True),
        sa.Column(
            "decision", enum("decision", "will_do", "doing", "done", "cannot"), nullable=False
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reason_easy_read", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("themes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("counted_from", sa.Date(), nullable=True),
        sa.Column("counted_to", sa.Date(), nullable=True),
        sa.Column("counts", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("owner_name", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("co_produced_with", postgresql.JSONB(), nullable=False),
        sa.Column("displays", postgresql.JSONB(), nullable=False),
        sa.Column("strategy_actions", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("measure", sa.Text(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("authors", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("published_number", sa.Integer(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(LEVELS, name=op.f("ck_feedback_action_level_fits")),
        sa.CheckConstraint(
            "(status = 'withdrawn') = (withdrawn_on IS NOT NULL) AND (status = 'withdrawn') = (withdrawn_reason IS NOT NULL)",
            name=op.f("ck_feedback_action_withdrawn_says_why"),
        ),
        sa.CheckConstraint(
            "decision <> 'cannot' OR reason IS NOT NULL",
            name=op.f("ck_feedback_action_cannot_says_why"),
        ),
        sa.CheckConstraint(
            "decision <> 'done' OR effective_on IS NOT NULL",
            name=op.f("ck_feedback_action_done_has_day"),
        ),
        sa.CheckConstraint(
            "status <> 'published' OR decision = 'done' OR decision = 'cannot' OR (due_on IS NOT NULL AND (owner_id IS NOT NULL OR owner_name IS NOT NULL))",
            name=op.f("ck_feedback_action_published_is_owned"),
        ),
        sa.CheckConstraint(
            "status <> 'published' OR published_number IS NOT NULL",
            name=op.f("ck_feedback_action_published_has_number"),
        ),
        sa.CheckConstraint(
            f"strategy_actions <@ ARRAY[{STRATEGY}]",
            name=op.f("ck_feedback_action_of_the_strategy"),
        ),
        sa.CheckConstraint(
            "(counts IS NULL) = (counted_from IS NULL)",
            name=op.f("ck_feedback_action_counted_from"),
        ),
        sa.CheckConstraint(
            "(counts IS NULL) = (counted_to IS NULL)", name=op.f("ck_feedback_action_counted_to")
        ),
        sa.ForeignKeyConstraint(
            ["directorate_id"], ["directorate.id"], name=op.f("fk_feedback_action_directorate_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["app_user.id"], name=op.f("fk_feedback_action_owner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_action")),
    )
    op.create_index(
        op.f("ix_feedback_action_directorate_id"), "feedback_action", ["directorate_id"]
    )
    op.create_index(op.f("ix_feedback_action_owner_id"), "feedback_action", ["owner_id"])
    op.create_index(
        op.f("ix_feedback_action_team_ids"), "feedback_action", ["team_ids"], postgresql_using="gin"
    )
    op.create_table(
        "feedback_action_response",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"],
            ["feedback_action.id"],
            name=op.f("fk_feedback_action_response_action_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["feedback_response.id"],
            name=op.f("fk_feedback_action_response_response_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_action_response")),
        sa.UniqueConstraint(
            "action_id",
            "response_id",
            name=op.f("uq_feedback_action_response_action_id_response_id"),
        ),
    )
    op.create_index(
        op.f("ix_feedback_action_response_response_id"), "feedback_action_response", ["response_id"]
    )
    op.create_table(
        "feedback_action_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("level", enum("level", "team", "directorate", "trust"), nullable=False),
        sa.Column("team_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("directorate_id", sa.Uuid(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("said_easy_read", sa.Text(), nullable=False),
        sa.Column("did", sa.Text(), nullable=True),
        sa.Column("did_easy_read", sa.Text(), nullable=True),
        sa.Column(
            "decision", enum("decision", "will_do", "doing", "done", "cannot"), nullable=False
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reason_easy_read", sa.Text(), nullable=True),
        sa.Column("themes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("measure", sa.Text(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("co_produced_with", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.Column("authors", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.CheckConstraint(LEVELS, name=op.f("ck_feedback_action_version_level_fits")),
        sa.CheckConstraint(
            "CASE WHEN decision = 'cannot' THEN reason IS NOT NULL AND reason_easy_read IS NOT NULL ELSE did IS NOT NULL AND did_easy_read IS NOT NULL AND measure IS NOT NULL END",
            name=op.f("ck_feedback_action_version_complete"),
        ),
        sa.CheckConstraint(
            "decision <> 'done' OR effective_on IS NOT NULL",
            name=op.f("ck_feedback_action_version_done_has_day"),
        ),
        sa.CheckConstraint(
            "people >= 0 AND number >= 1", name=op.f("ck_feedback_action_version_counted")
        ),
        sa.CheckConstraint(
            "cardinality(authors) > 0 AND published_by <> ALL (authors)",
            name=op.f("ck_feedback_action_version_approved_by_another"),
        ),
        sa.ForeignKeyConstraint(
            ["action_id"], ["feedback_action.id"], name=op.f("fk_feedback_action_version_action_id")
        ),
        sa.ForeignKeyConstraint(
            ["directorate_id"],
            ["directorate.id"],
            name=op.f("fk_feedback_action_version_directorate_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_action_version")),
        sa.UniqueConstraint(
            "action_id", "number", name=op.f("uq_feedback_action_version_action_id_number")
        ),
    )
    op.create_index(
        op.f("ix_feedback_action_version_directorate_id"),
        "feedback_action_version",
        ["directorate_id"],
    )
    op.create_index(
        op.f("ix_feedback_action_version_team_ids"),
        "feedback_action_version",
        ["team_ids"],
        postgresql_using="gin",
    )
    op.create_table(
        "feedback_reply",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("kind", enum("replykind", "own", "elsewhere"), nullable=False),
        sa.Column(
            "status",
            enum("replystatus", "draft", "approved", "published", "withdrawn"),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("authors", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'elsewhere') = (url IS NOT NULL)",
            name=op.f("ck_feedback_reply_elsewhere_has_url"),
        ),
        sa.CheckConstraint(
            "(status = 'withdrawn') = (withdrawn_on IS NOT NULL) AND (status = 'withdrawn') = (withdrawn_reason IS NOT NULL)",
            name=op.f("ck_feedback_reply_withdrawn_says_why"),
        ),
        sa.CheckConstraint(
            "(status = 'published' OR status = 'withdrawn') = (published_on IS NOT NULL)",
            name=op.f("ck_feedback_reply_published_has_day"),
        ),
        sa.CheckConstraint(
            "kind = 'elsewhere' OR (status = 'draft') = (approved_by IS NULL)",
            name=op.f("ck_feedback_reply_approved"),
        ),
        sa.CheckConstraint(
            "kind = 'elsewhere' OR text IS NOT NULL", name=op.f("ck_feedback_reply_own_has_text")
        ),
        sa.CheckConstraint(
            "kind = 'own' OR status = 'published' OR status = 'withdrawn'",
            name=op.f("ck_feedback_reply_elsewhere_is_out"),
        ),
        sa.CheckConstraint("url ~ '^https://'", name=op.f("ck_feedback_reply_url_is_https")),
        sa.CheckConstraint(
            "approved_by <> ALL (authors)", name=op.f("ck_feedback_reply_approved_by_another")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["feedback_response.id"],
            name=op.f("fk_feedback_reply_response_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_reply")),
    )
    op.create_index(op.f("ix_feedback_reply_response_id"), "feedback_reply", ["response_id"])
    op.create_index("ix_feedback_response_asks", "feedback_response", ["id"], postgresql_where=ASKS)
    op.create_index(
        "ix_feedback_response_team_asks",
        "feedback_response",
        ["team_id", "id"],
        postgresql_where=ASKS,
    )

    for table in TABLES:
        op.execute(f"SELECT record_changes('{table}')")
    for statement in (*STAYS, *NAMED):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TRIGGER refuse_named_team ON team")
    op.execute("DROP FUNCTION refuse_named_team()")
    op.drop_index("ix_feedback_response_team_asks", "feedback_response")
    op.drop_index("ix_feedback_response_asks", "feedback_response")
    for table in ("feedback_reply", "feedback_action_version", "feedback_action_response"):
        op.drop_table(table)
    op.drop_table("feedback_action")
    op.execute("DROP FUNCTION refuse_published_change()")
