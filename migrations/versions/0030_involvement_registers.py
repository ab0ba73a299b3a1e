"""The involvement registers: posts, champions, forums, mentoring, panels and applicants."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0030"
down_revision: str | None = "0026"
branch_labels = None
depends_on = None

RECORDED = (
    "champion",
    "involvement_post",
)
# A person's posts are no more than 1 WTE together on a day. The sum grows only where a post
# begins; whoever else writes posts of the person waits.
WTE = (
    """
CREATE FUNCTION refuse_wte_above_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM person WHERE id = NEW.person_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM involvement_post s JOIN involvement_post o ON o.person_id = s.person_id
               AND o.valid_from <= s.valid_from
               AND (o.valid_to IS NULL OR o.valid_to > s.valid_from)
         WHERE s.person_id = NEW.person_id GROUP BY s.id HAVING sum(o.wte) > 1) THEN
        RAISE EXCEPTION 'a person holds more than 1 WTE on a day'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'involvement_post_wte_a_day';
    END IF;
    RETURN NULL;
END $$""",
    """
CREATE TRIGGER wte_a_day AFTER INSERT OR UPDATE ON involvement_post FOR EACH ROW
WHEN (NEW.person_id IS NOT NULL) EXECUTE FUNCTION refuse_wte_above_one()""",
)


def upgrade() -> None:
    op.create_table(
        "champion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("trained_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("team_id"), "="),
            (sa.text("COALESCE(person_id, user_id)"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            using="gist",
            name="ex_champion_once",
        ),
        sa.CheckConstraint(
            "trained_on <= (now() AT TIME ZONE 'Europe/London')::date",
            name=op.f("ck_champion_trained_by_now"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(person_id, user_id) = 1", name=op.f("ck_champion_one_named")
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from", name=op.f("ck_champion_in_order")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_champion_person_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_champion_team_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_champion_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_champion")),
    )
    op.create_index(op.f("ix_champion_person_id"), "champion", ["person_id"], unique=False)
    op.create_index(op.f("ix_champion_team_id"), "champion", ["team_id"], unique=False)
    op.create_index(op.f("ix_champion_user_id"), "champion", ["user_id"], unique=False)
    op.create_table(
        "involvement_post",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "lived_experience",
                "peer_support_worker",
                name="postkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("wte", sa.Numeric(precision=4, scale=2), nullable=False),
        sa.Column("paid", sa.Boolean(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("trained_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "trained_on <= (now() AT TIME ZONE 'Europe/London')::date",
            name=op.f("ck_involvement_post_trained_by_now"),
        ),
        sa.CheckConstraint(
            "trained_on IS NULL OR person_id IS NOT NULL",
            name=op.f("ck_involvement_post_trained_holder"),
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from", name=op.f("ck_involvement_post_in_order")
        ),
        sa.CheckConstraint("wte > 0 AND wte <= 1", name=op.f("ck_involvement_post_wte")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_involvement_post_person_id")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_involvement_post_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_involvement_post")),
    )
    op.create_index(
        op.f("ix_involvement_post_person_id"), "involvement_post", ["person_id"], unique=False
    )
    op.create_index(
        op.f("ix_involvement_post_team_id"), "involvement_post", ["team_id"], unique=False
    )
    op.create_index(
        op.f("ix_involvement_post_trained_on"),
        "involvement_post",
        ["trained_on"],
        unique=False,
        postgresql_where="trained_on IS NOT NULL",
    )

    for statement in WTE:
        op.execute(statement)
    for table in RECORDED:
        op.execute(f"SELECT record_changes('{table}')")


def downgrade() -> None:
    op.drop_index(
        op.f("ix_involvement_post_trained_on"),
        table_name="involvement_post",
        postgresql_where="trained_on IS NOT NULL",
    )
    op.drop_index(op.f("ix_involvement_post_team_id"), table_name="involvement_post")
    op.drop_index(op.f("ix_involvement_post_person_id"), table_name="involvement_post")
    op.drop_table("involvement_post")
    op.drop_index(op.f("ix_champion_user_id"), table_name="champion")
    op.drop_index(op.f("ix_champion_team_id"), table_name="champion")
    op.drop_index(op.f("ix_champion_person_id"), table_name="champion")
    op.drop_table("champion")
    op.execute("DROP FUNCTION refuse_wte_above_one")
