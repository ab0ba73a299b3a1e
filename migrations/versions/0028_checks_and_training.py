"""Checks of the Disclosure and Barring Service, courses, and who completed them."""

import sqlalchemy as sa
from alembic import op

from migrations import roles

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels = None
depends_on = None

RECORDED = ("course", "course_completion", "course_version", "dbs_check", "dbs_policy")
SCOPES = ["registers:checks"]
KEEPERS = ["administrator", "involvement_lead"]
# Three years, as most trusts have them renewed; the trust's own to decide.
POLICIES = """
INSERT INTO dbs_policy (id, level, months, created_at, updated_at, version)
SELECT gen_random_uuid(), level, 36, now(), now(), 1
  FROM unnest(ARRAY['basic', 'standard', 'enhanced', 'enhanced_barred']) level"""


def upgrade() -> None:
    op.create_table(
        "course",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "training",
                "induction",
                name="coursekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("least BETWEEN 1 AND current", name=op.f("ck_course_least")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("code", name=op.f("uq_course_code")),
    )
    op.create_table(
        "dbs_policy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "basic",
                "standard",
                "enhanced",
                "enhanced_barred",
                name="dbslevel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("months BETWEEN 1 AND 120", name=op.f("ck_dbs_policy_months")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dbs_policy")),
        sa.UniqueConstraint("level", name=op.f("uq_dbs_policy_level")),
    )
    op.create_table(
        "course_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("outcomes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("months BETWEEN 1 AND 120", name=op.f("ck_course_version_months")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_course_version_number")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_course_version_course_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_version")),
        sa.UniqueConstraint("course_id", "number", name=op.f("uq_course_version_course_id_number")),
    )
    op.create_table(
        "course_completion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("course_version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "completed_on <= CAST(timezone('Europe/London', created_at) AS date)",
            name=op.f("ck_course_completion_not_in_future"),
        ),
        sa.CheckConstraint(
            "expires_on > completed_on", name=op.f("ck_course_completion_expires_later")
        ),
        sa.CheckConstraint(
            "num_nonnulls(person_id, user_id) = 1", name=op.f("ck_course_completion_of_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["course_id", "course_version"],
            ["course_version.course_id", "course_version.number"],
            name=op.f("fk_course_completion_course_id_course_version"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_course_completion_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_course_completion_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_completion")),
        sa.UniqueConstraint(
            "person_id",
            "course_id",
            "completed_on",
            name=op.f("uq_course_completion_person_id_course_id_completed_on"),
        ),
        sa.UniqueConstraint(
            "user_id",
            "course_id",
            "completed_on",
            name=op.f("uq_course_completion_user_id_course_id_completed_on"),
        ),
    )
    op.create_index(
        op.f("ix_course_completion_course_id_course_version"),
        "course_completion",
        ["course_id", "course_version"],
        unique=False,
    )
    op.create_index(
        op.f("ix_course_completion_expires_on_id"),
        "course_completion",
        ["expires_on", "id"],
        unique=False,
    )
    op.create_table(
        "dbs_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "basic",
                "standard",
                "enhanced",
                "enhanced_barred",
                name="dbslevel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("seen_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "issued_on <= CAST(timezone('Europe/London', created_at) AS date)",
            name=op.f("ck_dbs_check_not_in_future"),
        ),
        sa.CheckConstraint("expires_on > issued_on", name=op.f("ck_dbs_check_expires_later")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_dbs_check_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dbs_check")),
        sa.UniqueConstraint(
            "person_id", "level", "issued_on", name=op.f("uq_dbs_check_person_id_level_issued_on")
        ),
    )
    op.create_index(
        op.f("ix_dbs_check_expires_on_id"), "dbs_check", ["expires_on", "id"], unique=False
    )
    op.execute(POLICIES)
    for table in RECORDED:
        op.execute(f"SELECT record_changes('{table}')")
    roles.gain(dict.fromkeys(KEEPERS, SCOPES))


def downgrade() -> None:
    roles.lose(SCOPES)

    op.drop_index(op.f("ix_dbs_check_expires_on_id"), table_name="dbs_check")
    op.drop_table("dbs_check")
    op.drop_index(op.f("ix_course_completion_expires_on_id"), table_name="course_completion")
    op.drop_index(
        op.f("ix_course_completion_course_id_course_version"), table_name="course_completion"
    )
    op.drop_table("course_completion")
    op.drop_table("course_version")
    op.drop_table("dbs_policy")
    op.drop_table("course")
