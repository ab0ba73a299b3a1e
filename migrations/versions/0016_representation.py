"""Population profiles, and what measure K7b counts as racialised communities."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels = None
depends_on = None


STATED = "'A','B','C','D','E','F','G','H','J','K','L','M','N','P','R','S'"


def upgrade() -> None:
    op.create_table(
        "population_profile",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("directorate_id", sa.Uuid(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("people", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(team_id, directorate_id) <= 1",
            name=op.f("ck_population_profile_one_area"),
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from",
            name=op.f("ck_population_profile_not_empty"),
        ),
        sa.CheckConstraint(
            "jsonb_typeof(people) = 'object' AND NOT jsonb_path_exists(people,"
            """ 'strict $.*.* ? (@.type() != "number" || @ < 0)')""",
            name=op.f("ck_population_profile_counts"),
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_population_profile_team_id")
        ),
        sa.ForeignKeyConstraint(
            ["directorate_id"],
            ["directorate.id"],
            name=op.f("fk_population_profile_directorate_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_population_profile")),
        sa.UniqueConstraint("code", name=op.f("uq_population_profile_code")),
    )
    for column in ("team_id", "directorate_id"):
        op.create_index(op.f(f"ix_population_profile_{column}"), "population_profile", [column])
    op.execute("SELECT record_changes('population_profile')")
    op.create_table(
        "racialised_definition",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("codes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "extract(month FROM valid_from) = 4 AND extract(day FROM valid_from) = 1",
            name=op.f("ck_racialised_definition_from_april"),
        ),
        sa.CheckConstraint(
            f"cardinality(codes) > 0 AND codes <@ ARRAY[{STATED}]::text[]",
            name=op.f("ck_racialised_definition_stated_codes"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_racialised_definition")),
        sa.UniqueConstraint("valid_from", name=op.f("uq_racialised_definition_valid_from")),
    )
    # What is shipped is no change that somebody made, so that it is there before the recording.
    op.execute(
        """
        INSERT INTO racialised_definition
        VALUES (gen_random_uuid(), '2000-04-01', 'All but White categories',
                'Shipped; the strategy does not define it, and the trust confirms or changes it',
                '{D,E,F,G,H,J,K,L,M,N,P,R,S}', now(), now(), 1)"""
    )
    op.execute("SELECT record_changes('racialised_definition')")


def downgrade() -> None:
    op.drop_table("racialised_definition")
    op.drop_table("population_profile")
