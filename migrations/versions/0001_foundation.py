"""The tables of core, identity, organisation and feedback."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "app_user",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
    )
    op.create_table(
        "change_log",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("fields", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("op IN ('I', 'U', 'D')", name=op.f("ck_change_log_op")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_change_log")),
        sa.UniqueConstraint("changed_at", name=op.f("uq_change_log_changed_at")),
    )
    op.create_index(
        op.f("ix_change_log_entity_id_seq"), "change_log", ["entity_id", "seq"], unique=False
    )
    op.create_index(op.f("ix_change_log_entity_seq"), "change_log", ["entity", "seq"], unique=False)
    op.create_table(
        "change_pending",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("fields", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_pending")),
    )
    op.create_table(
        "feedback_tombstone",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_review_id", sa.Text(), nullable=False),
        sa.Column("source_version", sa.BigInteger(), nullable=False),
        sa.Column("source_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("source", "source_review_id", name=op.f("pk_feedback_tombstone")),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("principal", sa.Uuid(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("principal", "operation", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index(
        op.f("ix_idempotency_key_created_at"), "idempotency_key", ["created_at"], unique=False
    )
    op.create_table(
        "inbox_alert",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_alert")),
    )
    op.create_table(
        "inbox_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "applied",
                "ignored",
                "waiting",
                "dead",
                "discarded",
                name="eventstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("waits_for", sa.Text(), nullable=True),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_event")),
        sa.UniqueConstraint("source", "event_id", name=op.f("uq_inbox_event_source_event_id")),
    )
    op.create_index(
        op.f("ix_inbox_event_import_id"),
        "inbox_event",
        ["import_id"],
        unique=False,
        postgresql_where="import_id IS NOT NULL",
    )
    op.create_index(
        "ix_inbox_event_kept",
        "inbox_event",
        ["status", "id"],
        unique=False,
        postgresql_where="status IN ('dead', 'waiting')",
    )
    op.create_index(
        "ix_inbox_event_pending",
        "inbox_event",
        ["id"],
        unique=False,
        postgresql_where="status = 'pending'",
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "running",
                "done",
                "failed",
                name="jobstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column(
            "result", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column(
            "problem", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("progress BETWEEN 0 AND 1", name=op.f("ck_job_progress")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_table(
        "job_effect",
        sa.Column("queue_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("queue_id", name=op.f("pk_job_effect")),
    )
    op.create_index(op.f("ix_job_effect_done_at"), "job_effect", ["done_at"], unique=False)
    op.create_table(
        "role",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("code", name=op.f("uq_role_code")),
    )
    op.create_table(
        "trust",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_trust")),
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("directorates", sa.ARRAY(sa.Uuid()), nullable=True),
        sa.Column("teams", sa.ARRAY(sa.Uuid()), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_api_key_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_key_hash")),
    )
    op.create_index(op.f("ix_api_key_user_id_name"), "api_key", ["user_id", "name"], unique=False)
    op.create_table(
        "directorate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("trust_code", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["trust_code"], ["trust.code"], name=op.f("fk_directorate_trust_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directorate")),
        sa.UniqueConstraint("code", name=op.f("uq_directorate_code")),
    )
    op.create_table(
        "feedback_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["job.id"], name=op.f("fk_feedback_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_import")),
    )
    op.create_table(
        "inbox_action",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["inbox_event.id"], name=op.f("fk_inbox_action_event_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_action")),
    )
    op.create_index(op.f("ix_inbox_action_event_id"), "inbox_action", ["event_id"], unique=False)
    op.create_table(
        "team",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("trust_code", sa.Text(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "closed_on IS NULL OR closed_on >= opened_on", name=op.f("ck_team_closed_after_opened")
        ),
        sa.ForeignKeyConstraint(["trust_code"], ["trust.code"], name=op.f("fk_team_trust_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("code", name=op.f("uq_team_code")),
    )
    op.create_table(
        "user_role",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_user_role_role_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_user_role_user_id")),
        sa.PrimaryKeyConstraint("user_id", "role_id", name=op.f("pk_user_role")),
    )
    op.create_table(
        "api_key_use",
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["api_key.id"], name=op.f("fk_api_key_use_key_id")),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_api_key_use")),
    )
    op.create_table(
        "feedback_daily",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("trust", sa.Text(), nullable=False),
        sa.Column("very_good", sa.BigInteger(), nullable=False),
        sa.Column("good", sa.BigInteger(), nullable=False),
        sa.Column("neither_good_nor_poor", sa.BigInteger(), nullable=False),
        sa.Column("poor", sa.BigInteger(), nullable=False),
        sa.Column("very_poor", sa.BigInteger(), nullable=False),
        sa.Column("dont_know", sa.BigInteger(), nullable=False),
        sa.Column("unanswered", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_feedback_daily_team_id")),
        sa.PrimaryKeyConstraint(
            "team_id", "day", "source", "channel", name=op.f("pk_feedback_daily")
        ),
    )
    op.create_index(op.f("ix_feedback_daily_day"), "feedback_daily", ["day"], unique=False)
    op.create_table(
        "feedback_import_chunk",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["feedback_import.id"], name=op.f("fk_feedback_import_chunk_import_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_feedback_import_chunk")),
    )
    op.create_table(
        "feedback_monthly",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("trust", sa.Text(), nullable=False),
        sa.Column("very_good", sa.BigInteger(), nullable=False),
        sa.Column("good", sa.BigInteger(), nullable=False),
        sa.Column("neither_good_nor_poor", sa.BigInteger(), nullable=False),
        sa.Column("poor", sa.BigInteger(), nullable=False),
        sa.Column("very_poor", sa.BigInteger(), nullable=False),
        sa.Column("dont_know", sa.BigInteger(), nullable=False),
        sa.Column("unanswered", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "extract(day FROM month) = 1", name=op.f("ck_feedback_monthly_first_of_month")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_feedback_monthly_team_id")),
        sa.PrimaryKeyConstraint(
            "team_id", "dimension", "month", "value", name=op.f("pk_feedback_monthly")
        ),
    )
    op.create_index(
        op.f("ix_feedback_monthly_dimension_month"),
        "feedback_monthly",
        ["dimension", "month"],
        unique=False,
    )
    op.create_table(
        "feedback_rejected_row",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("row", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["feedback_import.id"], name=op.f("fk_feedback_rejected_row_import_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_feedback_rejected_row")),
    )
    op.create_table(
        "feedback_response",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_review_id", sa.Text(), nullable=False),
        sa.Column("source_version", sa.BigInteger(), nullable=False),
        sa.Column("source_hash", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("location_code", sa.Text(), nullable=False),
        sa.Column("experience_month", sa.Text(), nullable=True),
        sa.Column(
            "collection_point",
            sa.Enum(
                "before_or_at_discharge",
                "after_discharge",
                name="collectionpoint",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "sms",
                "online",
                "app",
                "tablet",
                "kiosk",
                "paper",
                "telephone",
                "in_person",
                "other",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "respondent_type",
            sa.Enum(
                "patient",
                "carer",
                "parent",
                "staff_assisted",
                name="respondenttype",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "fft_answer",
            sa.Enum(
                "very_good",
                "good",
                "neither_good_nor_poor",
                "poor",
                "very_poor",
                "dont_know",
                name="fftanswer",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("raw_answer", sa.Text(), nullable=True),
        sa.Column(
            "item_ratings",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
        ),
        sa.Column("comment_good", sa.Text(), nullable=True),
        sa.Column("comment_better", sa.Text(), nullable=True),
        sa.Column(
            "publication_status",
            sa.Enum(
                "published",
                "pending",
                "withheld",
                "removed",
                name="publicationstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("consent_public", sa.Boolean(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("easy_read", sa.Boolean(), nullable=True),
        sa.Column("ethnic_category", sa.Text(), nullable=True),
        sa.Column("age_band", sa.Text(), nullable=True),
        sa.Column("gender", sa.Text(), nullable=True),
        sa.Column("disability", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("sexual_orientation", sa.Text(), nullable=True),
        sa.Column("religion", sa.Text(), nullable=True),
        sa.Column("carer", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_feedback_response_team_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_response")),
        sa.UniqueConstraint(
            "source", "source_review_id", name=op.f("uq_feedback_response_source_source_review_id")
        ),
    )
    op.create_index(op.f("ix_feedback_response_day"), "feedback_response", ["day"], unique=False)
    op.create_index(
        op.f("ix_feedback_response_team_id_id"),
        "feedback_response",
        ["team_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_feedback_response_words",
        "feedback_response",
        [
            sa.literal_column(
                "to_tsvector('english'::regconfig, (COALESCE(comment_good, ''::text) || ' '::text) || COALESCE(comment_better, ''::text))"
            )
        ],
        unique=False,
        postgresql_using="gin",
        postgresql_where="comment_good IS NOT NULL OR comment_better IS NOT NULL",
    )
    op.create_table(
        "service",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("directorate_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["directorate_id"], ["directorate.id"], name=op.f("fk_service_directorate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
        sa.UniqueConstraint("code", name=op.f("uq_service_code")),
    )
    op.create_index(op.f("ix_service_directorate_id"), "service", ["directorate_id"], unique=False)
    op.create_table(
        "team_location",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("source"), "="),
            (sa.column("code"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            using="gist",
            name="ex_team_location_one_team_a_code",
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from", name=op.f("ck_team_location_not_empty")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_location_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_location")),
    )
    op.create_index(
        op.f("ix_team_location_source_code"), "team_location", ["source", "code"], unique=False
    )
    op.create_index(op.f("ix_team_location_team_id"), "team_location", ["team_id"], unique=False)
    op.create_table(
        "team_placement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("directorate_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column(
            "segment",
            sa.Enum(
                "physical_health",
                "mental_health_learning_disability",
                name="segment",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "setting",
            sa.Enum(
                "community",
                "inpatient",
                name="setting",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("pathway", sa.Text(), nullable=True),
        sa.Column(
            "fft_category",
            sa.Enum(
                "mh_primary_care",
                "mh_secondary_care_community",
                "mh_acute",
                "mh_specialist",
                "mh_secure_forensic",
                "mh_child_adolescent",
                "mh_other",
                "ch_inpatient",
                "ch_nursing",
                "ch_rehabilitation_therapy",
                "ch_specialist",
                "ch_children_family",
                "ch_other",
                name="fftcategory",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("team_id"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            using="gist",
            name="ex_team_placement_one_at_a_time",
        ),
        sa.CheckConstraint(
            "extract(day FROM valid_from) = 1", name=op.f("ck_team_placement_from_first_of_month")
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR extract(day FROM valid_to) = 1",
            name=op.f("ck_team_placement_to_first_of_month"),
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from", name=op.f("ck_team_placement_not_empty")
        ),
        sa.ForeignKeyConstraint(
            ["directorate_id"], ["directorate.id"], name=op.f("fk_team_placement_directorate_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_team_placement_service_id")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_placement_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_placement")),
    )
    op.create_index(
        op.f("ix_team_placement_directorate_id"), "team_placement", ["directorate_id"], unique=False
    )
    op.create_index(
        op.f("ix_team_placement_service_id"), "team_placement", ["service_id"], unique=False
    )
    op.create_index(
        op.f("ix_team_placement_team_id_valid_from"),
        "team_placement",
        ["team_id", "valid_from"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_team_placement_team_id_valid_from"), table_name="team_placement")
    op.drop_index(op.f("ix_team_placement_service_id"), table_name="team_placement")
    op.drop_index(op.f("ix_team_placement_directorate_id"), table_name="team_placement")
    op.drop_table("team_placement")
    op.drop_index(op.f("ix_team_location_team_id"), table_name="team_location")
    op.drop_index(op.f("ix_team_location_source_code"), table_name="team_location")
    op.drop_table("team_location")
    op.drop_index(op.f("ix_service_directorate_id"), table_name="service")
    op.drop_table("service")
    op.drop_index(
        "ix_feedback_response_words",
        table_name="feedback_response",
        postgresql_using="gin",
        postgresql_where="comment_good IS NOT NULL OR comment_better IS NOT NULL",
    )
    op.drop_index(op.f("ix_feedback_response_team_id_id"), table_name="feedback_response")
    op.drop_index(op.f("ix_feedback_response_day"), table_name="feedback_response")
    op.drop_table("feedback_response")
    op.drop_table("feedback_rejected_row")
    op.drop_index(op.f("ix_feedback_monthly_dimension_month"), table_name="feedback_monthly")
    op.drop_table("feedback_monthly")
    op.drop_table("feedback_import_chunk")
    op.drop_index(op.f("ix_feedback_daily_day"), table_name="feedback_daily")
    op.drop_table("feedback_daily")
    op.drop_table("api_key_use")
    op.drop_table("user_role")
    op.drop_table("team")
    op.drop_index(op.f("ix_inbox_action_event_id"), table_name="inbox_action")
    op.drop_table("inbox_action")
    op.drop_table("feedback_import")
    op.drop_table("directorate")
    op.drop_index(op.f("ix_api_key_user_id_name"), table_name="api_key")
    op.drop_table("api_key")
    op.drop_table("trust")
    op.drop_table("role")
    op.drop_index(op.f("ix_job_effect_done_at"), table_name="job_effect")
    op.drop_table("job_effect")
    op.drop_table("job")
    op.drop_index(
        "ix_inbox_event_pending", table_name="inbox_event", postgresql_where="status = 'pending'"
    )
    op.drop_index(
        "ix_inbox_event_kept",
        table_name="inbox_event",
        postgresql_where="status IN ('dead', 'waiting')",
    )
    op.drop_index(
        op.f("ix_inbox_event_import_id"),
        table_name="inbox_event",
        postgresql_where="import_id IS NOT NULL",
    )
    op.drop_table("inbox_event")
    op.drop_table("inbox_alert")
    op.drop_index(op.f("ix_idempotency_key_created_at"), table_name="idempotency_key")
    op.drop_table("idempotency_key")
    op.drop_table("feedback_tombstone")
    op.drop_table("change_pending")
    op.drop_index(op.f("ix_change_log_entity_seq"), table_name="change_log")
    op.drop_index(op.f("ix_change_log_entity_id_seq"), table_name="change_log")
    op.drop_table("change_log")
    op.drop_table("app_user")
