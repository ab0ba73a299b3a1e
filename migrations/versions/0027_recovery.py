"""Referrals to recovery services, held under pseudonyms."""

import sqlalchemy as sa
from alembic import op

from migrations import roles

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels = None
depends_on = None

SCOPES = ["recovery:keep"]
KEEPERS = ["administrator", "involvement_lead"]


def upgrade() -> None:
    op.create_table(
        "recovery_referral",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "service",
            sa.Enum(
                "recovery_college",
                "peer_support",
                "employment_support",
                name="recoveryservice",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "referred_by",
            sa.Enum(
                "team",
                "themselves",
                name="referredby",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("pseudonym", sa.LargeBinary(), nullable=False),
        sa.Column("referred_on", sa.Date(), nullable=False),
        sa.Column("first_contact_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "completed",
                "paid_work",
                "ended_early",
                "declined",
                "not_reached",
                name="recoveryoutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome <> 'paid_work' OR service = 'employment_support'",
            name=op.f("ck_recovery_referral_paid_work"),
        ),
        sa.CheckConstraint(
            "referred_by <> 'team' OR team_id IS NOT NULL",
            name=op.f("ck_recovery_referral_by_a_team"),
        ),
        sa.CheckConstraint(
            "(ended_on IS NULL) = (outcome IS NULL)",
            name=op.f("ck_recovery_referral_ended_somehow"),
        ),
        sa.CheckConstraint(
            "first_contact_on >= referred_on AND ended_on >= referred_on AND ended_on >= first_contact_on",
            name=op.f("ck_recovery_referral_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_recovery_referral_team_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_referral")),
    )
    op.create_index(
        op.f("ix_recovery_referral_referred_on"), "recovery_referral", ["referred_on"], unique=False
    )
    op.create_index(
        op.f("ix_recovery_referral_team_id"), "recovery_referral", ["team_id"], unique=False
    )
    op.create_index(
        "uq_recovery_referral_open",
        "recovery_referral",
        ["pseudonym", "service"],
        unique=True,
        postgresql_where="ended_on IS NULL",
    )
    op.execute("SELECT record_changes('recovery_referral')")
    roles.gain(dict.fromkeys(KEEPERS, SCOPES))


def downgrade() -> None:
    roles.lose(SCOPES)

    op.drop_index(
        "uq_recovery_referral_open",
        table_name="recovery_referral",
        postgresql_where="ended_on IS NULL",
    )
    op.drop_index(op.f("ix_recovery_referral_team_id"), table_name="recovery_referral")
    op.drop_index(op.f("ix_recovery_referral_referred_on"), table_name="recovery_referral")
    op.drop_table("recovery_referral")
