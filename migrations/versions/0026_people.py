"""The people of the involvement register, their roles, and how their status went."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import roles

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels = None
depends_on = None

RECORDED = ("person", "person_role", "person_status")
SCOPES = ["registers:manage", "registers:read"]
KEEPERS = ["administrator", "involvement_lead"]


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("known_as", sa.Text(), nullable=True),
        sa.Column("pronouns", sa.Text(), nullable=True),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column(
            "preferred_channel",
            sa.Enum(
                "email",
                "sms",
                "phone",
                "letter",
                name="contactchannel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("lived_experience", sa.Text(), nullable=True),
        sa.Column("lived_experience_tags", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("interests", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("skills", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("pathways", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("availability", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("availability_note", sa.Text(), nullable=True),
        sa.Column("asked", sa.Text(), nullable=True),
        sa.Column("directorate_id", sa.Uuid(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "enquiry",
                "welcomed",
                "active",
                "paused",
                "left",
                name="personstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("status_since", sa.Date(), nullable=False),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'paused') OR paused_until IS NULL", name=op.f("ck_person_paused_until")
        ),
        sa.CheckConstraint(
            "CASE preferred_channel WHEN 'email' THEN email WHEN 'letter' THEN address ELSE phone END IS NOT NULL OR preferred_channel IS NULL",
            name=op.f("ck_person_reachable"),
        ),
        sa.CheckConstraint(
            "merged_into IS NULL OR status = 'left'", name=op.f("ck_person_merged_left")
        ),
        sa.CheckConstraint(
            "status = 'enquiry' OR status = 'left' OR lead_id IS NOT NULL",
            name=op.f("ck_person_led"),
        ),
        sa.CheckConstraint("merged_into <> id", name=op.f("ck_person_merged_into_another")),
        sa.ForeignKeyConstraint(
            ["directorate_id"], ["directorate.id"], name=op.f("fk_person_directorate_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["app_user.id"], name=op.f("fk_person_lead_id")),
        sa.ForeignKeyConstraint(["merged_into"], ["person.id"], name=op.f("fk_person_merged_into")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index(op.f("ix_person_directorate_id"), "person", ["directorate_id"], unique=False)
    op.create_index(
        "ix_person_found_by",
        "person",
        ["pathways", "skills", "interests"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(op.f("ix_person_lead_id"), "person", ["lead_id"], unique=False)
    op.create_index(
        op.f("ix_person_merged_into"),
        "person",
        ["merged_into"],
        unique=False,
        postgresql_where="merged_into IS NOT NULL",
    )
    op.create_index(
        "ix_person_names",
        "person",
        [
            sa.literal_column(
                "to_tsvector('simple'::regconfig, (name || ' '::text) || COALESCE(known_as, ''::text))"
            )
        ],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(op.f("ix_person_status_id"), "person", ["status", "id"], unique=False)
    op.create_table(
        "person_role",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "expert_by_experience",
                "carer",
                "young_person",
                "peer_support_worker",
                "volunteer",
                "governor",
                name="involvementrole",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("person_id"), "="),
            (sa.column("role"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            using="gist",
            name="ex_person_role_once",
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from", name=op.f("ck_person_role_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_role_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_role")),
    )
    op.create_table(
        "person_status",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "enquiry",
                "welcomed",
                "active",
                "paused",
                "left",
                name="personstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_status_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_status")),
    )
    op.create_index(
        op.f("ix_person_status_person_id_id"), "person_status", ["person_id", "id"], unique=False
    )
    for table in RECORDED:
        op.execute(f"SELECT record_changes('{table}')")
    roles.gain(dict.fromkeys(KEEPERS, SCOPES))


def downgrade() -> None:
    roles.lose(SCOPES)

    op.drop_index(op.f("ix_person_status_person_id_id"), table_name="person_status")
    op.drop_table("person_status")
    op.drop_table("person_role")
    op.drop_index(op.f("ix_person_status_id"), table_name="person")
    op.drop_index("ix_person_names", table_name="person", postgresql_using="gin")
    op.drop_index(
        op.f("ix_person_merged_into"),
        table_name="person",
        postgresql_where="merged_into IS NOT NULL",
    )
    op.drop_index(op.f("ix_person_lead_id"), table_name="person")
    op.drop_index("ix_person_found_by", table_name="person", postgresql_using="gin")
    op.drop_index(op.f("ix_person_directorate_id"), table_name="person")
    op.drop_table("person")
