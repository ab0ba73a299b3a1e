"""Surveys with their versions, teams' public codes, and what staff keyed in.

A version that was published never changes, and is never deleted.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels = None
depends_on = None

SHIPPED = Path(__file__).parent.parent / "content" / "fft_standard_1.json"
SURVEY, VERSION = "019b2a5e-7c00-7f10-8a51-0f6e5d2c4b01", "019b2a5e-7c00-7f10-8a51-0f6e5d2c4b02"

STATUSES = ("draft", "published", "retired")
CHANNELS = (
    "sms",
    "online",
    "app",
    "tablet",
    "kiosk",
    "paper",
    "telephone",
    "in_person",
    "other",
)
POINTS = ("before_or_at_discharge", "after_discharge")

FIXED = """
CREATE FUNCTION survey_version_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.status = 'draft' THEN RETURN OLD; END IF;
    ELSIF OLD.status = 'draft' AND NEW.status IN ('draft', 'published') THEN
        RETURN NEW;
    ELSIF OLD.status = 'published' AND NEW.status IN ('published', 'retired')
          AND (NEW.id, NEW.survey_id, NEW.number, NEW.content, NEW.published_on)
            = (OLD.id, OLD.survey_id, OLD.number, OLD.content, OLD.published_on) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a published version never changes'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'survey_version_fixed';
END $$"""
FIXED_TRIGGER = """
CREATE TRIGGER survey_version_fixed BEFORE UPDATE OR DELETE ON survey_version
   FOR EACH ROW EXECUTE FUNCTION survey_version_fixed()"""

# Answers to the trust's own surveys tell their day only: how long one has waited nobody can say.
BACKLOG = """
CREATE OR REPLACE VIEW backlog AS
SELECT (SELECT count(*) FROM inbox_event WHERE status = 'pending') AS inbox_pending,
       (SELECT count(*) FROM inbox_event WHERE status = 'waiting') AS inbox_waiting,
       (SELECT count(*) FROM inbox_event WHERE status = 'dead') AS inbox_dead,
       (SELECT received_at FROM inbox_event WHERE status = 'pending'{but}
         ORDER BY id LIMIT 1) AS oldest_pending_at,
       (SELECT count(*) FROM change_pending) AS changes_pending,
       (SELECT count(*) FROM jobs.pgqueuer WHERE status IN ('queued', 'picked')) AS jobs_queued,
       (SELECT count(*) FROM jobs.pgqueuer WHERE status = 'failed') AS jobs_held"""


def enum(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)


def stamped() -> list[sa.Column]:
    return [
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "survey",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("directorate_id", sa.Uuid(), nullable=True),
        *stamped(),
        sa.CheckConstraint(
            "team_id IS NULL OR directorate_id IS NULL", name=op.f("ck_survey_one_owner")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_survey_team_id")),
        sa.ForeignKeyConstraint(
            ["directorate_id"], ["directorate.id"], name=op.f("fk_survey_directorate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        sa.UniqueConstraint("code", name=op.f("uq_survey_code")),
    )
    op.create_index(op.f("ix_survey_team_id"), "survey", ["team_id"])
    op.create_index(op.f("ix_survey_directorate_id"), "survey", ["directorate_id"])
    op.create_table(
        "survey_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", enum("surveystatus", *STATUSES), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        *stamped(),
        sa.CheckConstraint(
            "(status = 'draft') = (published_on IS NULL)",
            name=op.f("ck_survey_version_published_on"),
        ),
        sa.CheckConstraint(
            "(status = 'retired') = (retired_on IS NOT NULL)",
            name=op.f("ck_survey_version_retired_on"),
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_survey_version_survey_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_version")),
        sa.UniqueConstraint("survey_id", "number", name=op.f("uq_survey_version_survey_id_number")),
    )
    for status in ("draft", "published"):
        op.create_index(
            f"ux_survey_version_one_{status}",
            "survey_version",
            ["survey_id"],
            unique=True,
            postgresql_where=f"status = '{status}'",
        )
    op.create_table(
        "public_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("channel", enum("channel", *CHANNELS), nullable=False),
        sa.Column("collection_point", enum("collectionpoint", *POINTS), nullable=True),
        sa.Column("active_from", sa.Date(), nullable=False),
        sa.Column("active_to", sa.Date(), nullable=True),
        sa.Column("token_required", sa.Boolean(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        *stamped(),
        sa.CheckConstraint(
            "active_to IS NULL OR active_to >= active_from", name=op.f("ck_public_code_active_to")
        ),
        sa.CheckConstraint(
            "NOT token_required OR token_hash IS NOT NULL", name=op.f("ck_public_code_token")
        ),
        sa.CheckConstraint("code ~ '^[0-9A-HJKMNP-TV-Z]{8}$'", name=op.f("ck_public_code_code")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_public_code_team_id")),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_public_code_survey_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_code")),
        sa.UniqueConstraint("code", name=op.f("uq_public_code_code")),
    )
    op.create_index(op.f("ix_public_code_team_id"), "public_code", ["team_id"])
    op.create_index(op.f("ix_public_code_survey_id"), "public_code", ["survey_id"])
    op.create_table(
        "keyed_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("channel", enum("channel", *CHANNELS), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("keyed_by", sa.Uuid(), nullable=False),
        *stamped(),
        sa.CheckConstraint("accepted > 0", name=op.f("ck_keyed_batch_accepted")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_keyed_batch_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keyed_batch")),
    )
    op.create_index(op.f("ix_keyed_batch_team_id"), "keyed_batch", ["team_id"])
    op.create_index(op.f("ix_keyed_batch_keyed_by"), "keyed_batch", ["keyed_by"])
    op.execute(FIXED)
    op.execute("REVOKE EXECUTE ON FUNCTION survey_version_fixed() FROM PUBLIC")
    op.execute(FIXED_TRIGGER)
    op.execute(
        "ALTER TABLE feedback_response ADD CONSTRAINT fk_feedback_response_survey_version_id"
        " FOREIGN KEY (survey_version_id) REFERENCES survey_version (id) NOT VALID"
    )
    op.execute(BACKLOG.format(but=" AND source <> 'survey'"))
    ship()
    for table in ("survey", "survey_version", "public_code", "keyed_batch"):
        op.execute(f"SELECT record_changes('{table}')")
    # In a transaction of its own: nobody waits while the responses are looked through.
    with op.get_context().autocommit_block():
        op.execute(
            "-- squawk-ignore constraint-missing-not-valid\n"
            "ALTER TABLE feedback_response"
            " VALIDATE CONSTRAINT fk_feedback_response_survey_version_id"
        )


def ship() -> None:
    """Bring the standard survey; that is no change that somebody made, so it is not recorded."""
    op.execute(
        f"""
        INSERT INTO survey (id, code, name, created_at, updated_at, version)
        VALUES ('{SURVEY}', 'fft', 'Friends and Family Test', now(), now(), 1)"""
    )
    op.get_bind().execute(
        sa.text(
            f"""
            INSERT INTO survey_version (id, survey_id, number, status, content, published_on,
                                        created_at, updated_at, version)
            VALUES ('{VERSION}', '{SURVEY}', 1, 'published', CAST(:content AS jsonb),
                    current_date, now(), now(), 1)"""
        ),
        {"content": SHIPPED.read_text(encoding="utf-8")},
    )


def downgrade() -> None:
    op.execute(BACKLOG.format(but=""))
    op.drop_constraint("fk_feedback_response_survey_version_id", "feedback_response")
    op.drop_table("keyed_batch")
    op.drop_table("public_code")
    op.drop_table("survey_version")
    op.execute("DROP FUNCTION survey_version_fixed()")
    op.drop_table("survey")
