"""Opportunities, who takes part in them, whose turn it is, calendars, and the fund."""

import sqlalchemy as sa
from alembic import op

from migrations import roles

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels = None
depends_on = None

RECORDED = (
    "fund_application",
    "fund_panel_member",
    "fund_spend",
    "opportunity",
    "opportunity_course",
    "opportunity_time",
    "participation",
    "person_calendar",
)
SCOPES = ["registers:fund", "registers:opportunities"]
KEEPERS = ["administrator", "involvement_lead"]
# What a person lacks on a day, as `check:<level>` and `course:<code>`.
MISSING = """
CREATE FUNCTION gates_missing(opportunity_id uuid, person_id uuid, on_day date) RETURNS text[]
LANGUAGE sql STABLE AS $$
    SELECT ARRAY(
        SELECT 'check:' || o.required_check FROM opportunity o
         WHERE o.id = $1 AND o.required_check IS NOT NULL
           AND NOT EXISTS (
               SELECT FROM dbs_check c
                WHERE c.person_id = $2 AND c.expires_on > $3
                  AND array_position(ARRAY['basic', 'standard', 'enhanced', 'enhanced_barred'],
                                     c.level::text)
                      >= array_position(ARRAY['basic', 'standard', 'enhanced', 'enhanced_barred'],
                                        o.required_check::text))
        UNION ALL
        SELECT 'course:' || k.code FROM opportunity_course r JOIN course k ON k.id = r.course_id
         WHERE r.opportunity_id = $1
           AND NOT EXISTS (
               SELECT FROM course_completion d
                WHERE d.person_id = $2 AND d.course_id = k.id AND d.course_version >= k.least
                  AND (d.expires_on IS NULL OR d.expires_on > $3))
         ORDER BY 1)
$$"""
REFUSE = """
CREATE FUNCTION participation_refuse(rule text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'participation violates \"%\"', rule
        USING ERRCODE = 'check_violation', CONSTRAINT = rule, TABLE = 'participation';
END $$"""
# The locks make two who join at once come one after the other, and see what the other did.
BEGINS = """
CREATE FUNCTION participation_begins() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    day date := timezone('Europe/London', now())::date;
    what opportunity;
    who person;
BEGIN
    IF NEW.status NOT IN ('invited', 'applied') THEN
        PERFORM participation_refuse('ck_participation_follows');
    END IF;
    SELECT * INTO what FROM opportunity WHERE id = NEW.opportunity_id FOR SHARE;
    IF what.status <> 'published' OR (NEW.status = 'applied' AND what.apply_by < day) THEN
        PERFORM participation_refuse('ck_participation_published');
    END IF;
    SELECT * INTO who FROM person WHERE id = NEW.person_id FOR SHARE;
    IF who.status <> 'active' OR who.merged_into IS NOT NULL THEN
        PERFORM participation_refuse('ck_participation_active');
    END IF;
    RETURN NEW;
END $$"""
FOLLOWS = """
CREATE FUNCTION participation_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    day date := timezone('Europe/London', now())::date;
    what opportunity;
BEGIN
    IF (OLD.status, NEW.status) NOT IN (
        ('invited', 'accepted'), ('invited', 'declined'),
        ('applied', 'accepted'), ('applied', 'declined'), ('applied', 'withdrawn'),
        ('accepted', 'attended'), ('accepted', 'did_not_attend'), ('accepted', 'withdrawn'),
        ('attended', 'did_not_attend'), ('attended', 'completed'),
        ('did_not_attend', 'attended'))
    THEN
        PERFORM participation_refuse('ck_participation_follows');
    END IF;
    IF NEW.status NOT IN ('accepted', 'attended', 'did_not_attend', 'completed') THEN
        RETURN NEW;
    END IF;
    SELECT * INTO what FROM opportunity WHERE id = NEW.opportunity_id FOR NO KEY UPDATE;
    IF what.status NOT IN ('published', 'closed') THEN
        PERFORM participation_refuse('ck_participation_goes_on');
    END IF;
    IF NEW.status = 'accepted' THEN
        IF (SELECT count(*) FROM participation
             WHERE opportunity_id = NEW.opportunity_id AND id <> NEW.id
               AND status IN ('accepted', 'attended', 'did_not_attend', 'completed'))
           >= what.places
        THEN
            PERFORM participation_refuse('ck_participation_places');
        END IF;
        IF cardinality(gates_missing(NEW.opportunity_id, NEW.person_id, day)) > 0 THEN
            PERFORM participation_refuse('ck_participation_gates');
        END IF;
    END IF;
    RETURN NEW;
END $$"""
PLACES = """
CREATE FUNCTION opportunity_places() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM participation
         WHERE opportunity_id = NEW.id
           AND status IN ('accepted', 'attended', 'did_not_attend', 'completed')) > NEW.places
    THEN
        RAISE EXCEPTION 'more places are taken than are left' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_opportunity_places_taken', TABLE = 'opportunity';
    END IF;
    RETURN NEW;
END $$"""
# Everybody has a turn from their first day on the register; 1970 stands for never asked.
PERSON_TURN = """
CREATE FUNCTION person_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM involvement_turn WHERE person_id = OLD.id;
    ELSE
        INSERT INTO involvement_turn (person_id, asked_at) VALUES (NEW.id, 'epoch');
    END IF;
    RETURN NULL;
END $$"""
ASKED_TURN = """
CREATE FUNCTION participation_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE involvement_turn SET asked_at = NEW.asked_at
     WHERE person_id = NEW.person_id AND asked_at < NEW.asked_at;
    RETURN NULL;
END $$"""
# The sum stands beside the award, so that one constraint compares them whoever spends.
SPENT = """
CREATE FUNCTION fund_spent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE fund_application SET spent_pence = spent_pence - OLD.pence, version = version + 1
         WHERE id = OLD.application_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE fund_application SET spent_pence = spent_pence + NEW.pence, version = version + 1
         WHERE id = NEW.application_id;
    END IF;
    RETURN NULL;
END $$"""
FUNCTIONS = (MISSING, REFUSE, BEGINS, FOLLOWS, PLACES, PERSON_TURN, ASKED_TURN, SPENT)
TRIGGERS = (
    (
        "CREATE TRIGGER spent AFTER INSERT OR UPDATE OR DELETE ON fund_spend"
        " FOR EACH ROW EXECUTE FUNCTION fund_spent()"
    ),
    (
        "CREATE TRIGGER begins BEFORE INSERT ON participation"
        " FOR EACH ROW EXECUTE FUNCTION participation_begins()"
    ),
    (
        "CREATE TRIGGER follows BEFORE UPDATE OF status ON participation FOR EACH ROW"
        " WHEN (NEW.status IS DISTINCT FROM OLD.status) EXECUTE FUNCTION participation_follows()"
    ),
    (
        "CREATE TRIGGER turn AFTER INSERT OR UPDATE OF asked_at, person_id ON participation"
        " FOR EACH ROW WHEN (NEW.asked_at IS NOT NULL) EXECUTE FUNCTION participation_turn()"
    ),
    (
        "CREATE TRIGGER places BEFORE UPDATE OF places ON opportunity FOR EACH ROW"
        " WHEN (NEW.places < OLD.places) EXECUTE FUNCTION opportunity_places()"
    ),
    (
        "CREATE TRIGGER turn AFTER INSERT OR DELETE ON person"
        " FOR EACH ROW EXECUTE FUNCTION person_turn()"
    ),
)
TURNS = "INSERT INTO involvement_turn (person_id, asked_at) SELECT id, 'epoch' FROM person"
DROPS = (
    "DROP TRIGGER spent ON fund_spend",
    "DROP FUNCTION fund_spent()",
    "DROP TRIGGER turn ON person",
    "DROP TRIGGER places ON opportunity",
    "DROP TRIGGER turn ON participation",
    "DROP TRIGGER follows ON participation",
    "DROP TRIGGER begins ON participation",
    "DROP FUNCTION participation_turn()",
    "DROP FUNCTION person_turn()",
    "DROP FUNCTION opportunity_places()",
    "DROP FUNCTION participation_follows()",
    "DROP FUNCTION participation_begins()",
    "DROP FUNCTION participation_refuse(text)",
    "DROP FUNCTION gates_missing(uuid, uuid, date)",
)


def upgrade() -> None:
    op.create_table(
        "involvement_turn",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_involvement_turn")),
        info={"unrecorded": "follows from participations, by trigger"},
    )
    op.create_index(
        op.f("ix_involvement_turn_asked_at_person_id"),
        "involvement_turn",
        ["asked_at", "person_id"],
        unique=False,
    )
    op.create_table(
        "opportunity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "qi_project",
                "service_change",
                "interview_panel",
                "training_delivery",
                "research",
                "forum",
                "other",
                name="opportunitykind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("easy_read", sa.Text(), nullable=True),
        sa.Column("experience_relevant", sa.Boolean(), nullable=False),
        sa.Column("co_designed", sa.Boolean(), nullable=False),
        sa.Column("co_delivered", sa.Boolean(), nullable=False),
        sa.Column("co_evaluated", sa.Boolean(), nullable=False),
        sa.Column("co_produced_how", sa.Text(), nullable=True),
        sa.Column("pathways", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("skills", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("interests", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("slots", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("access", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("access_note", sa.Text(), nullable=True),
        sa.Column("pays", sa.Text(), nullable=True),
        sa.Column("pays_pence", sa.Integer(), nullable=True),
        sa.Column("coordinator_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("directorate_id", sa.Uuid(), nullable=True),
        sa.Column(
            "required_check",
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
            nullable=True,
        ),
        sa.Column("apply_by", sa.Date(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "published",
                "closed",
                "cancelled",
                name="opportunitystatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("cancelled_because", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'cancelled') = (cancelled_because IS NOT NULL)",
            name=op.f("ck_opportunity_cancelled_because"),
        ),
        sa.CheckConstraint(
            "status = 'draft' OR status = 'cancelled' OR num_nulls(easy_read, published_on) = 0",
            name=op.f("ck_opportunity_easy_read"),
        ),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_opportunity_level")),
        sa.CheckConstraint(
            "pays_pence BETWEEN 0 AND 10000000", name=op.f("ck_opportunity_pays_pence")
        ),
        sa.CheckConstraint("places BETWEEN 1 AND 1000", name=op.f("ck_opportunity_places")),
        sa.ForeignKeyConstraint(
            ["coordinator_id"], ["app_user.id"], name=op.f("fk_opportunity_coordinator_id")
        ),
        sa.ForeignKeyConstraint(
            ["directorate_id"], ["directorate.id"], name=op.f("fk_opportunity_directorate_id")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_opportunity_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity")),
    )
    op.create_index(
        op.f("ix_opportunity_coordinator_id"), "opportunity", ["coordinator_id"], unique=False
    )
    op.create_index(
        op.f("ix_opportunity_directorate_id"), "opportunity", ["directorate_id"], unique=False
    )
    op.create_index(op.f("ix_opportunity_status_id"), "opportunity", ["status", "id"], unique=False)
    op.create_index(op.f("ix_opportunity_team_id"), "opportunity", ["team_id"], unique=False)
    op.create_index(
        "ix_opportunity_words",
        "opportunity",
        [sa.literal_column("to_tsvector('english'::regconfig, (title || ' '::text) || summary)")],
        unique=False,
        postgresql_using="gin",
    )
    op.create_table(
        "opportunity_course",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_opportunity_course_course_id")
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"],
            ["opportunity.id"],
            name=op.f("fk_opportunity_course_opportunity_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity_course")),
        sa.UniqueConstraint(
            "opportunity_id",
            "course_id",
            name=op.f("uq_opportunity_course_opportunity_id_course_id"),
        ),
    )
    op.create_index(
        op.f("ix_opportunity_course_course_id"), "opportunity_course", ["course_id"], unique=False
    )
    op.create_table(
        "opportunity_time",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "ends_at > starts_at AND ends_at <= starts_at + interval '24 hours'",
            name=op.f("ck_opportunity_time_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunity.id"], name=op.f("fk_opportunity_time_opportunity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity_time")),
        sa.UniqueConstraint(
            "opportunity_id", "starts_at", name=op.f("uq_opportunity_time_opportunity_id_starts_at")
        ),
    )
    op.create_table(
        "participation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "invited",
                "applied",
                "accepted",
                "attended",
                "did_not_attend",
                "completed",
                "declined",
                "withdrawn",
                name="participationstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("status_since", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("from_person", sa.Text(), nullable=True),
        sa.Column("to_person", sa.Text(), nullable=True),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "from_person IS NULL OR status = 'attended' OR status = 'did_not_attend' OR status = 'completed'",
            name=op.f("ck_participation_from_person_who_took_part"),
        ),
        sa.CheckConstraint(
            "to_person IS NULL OR status = 'declined' OR status = 'attended' OR status = 'did_not_attend' OR status = 'completed'",
            name=op.f("ck_participation_to_person_when_decided"),
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunity.id"], name=op.f("fk_participation_opportunity_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_participation_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation")),
        sa.UniqueConstraint(
            "opportunity_id", "person_id", name=op.f("uq_participation_opportunity_id_person_id")
        ),
    )
    op.create_index(
        op.f("ix_participation_person_id_id"), "participation", ["person_id", "id"], unique=False
    )
    op.create_table(
        "person_calendar",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_calendar_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_calendar")),
        sa.UniqueConstraint("hash", name=op.f("uq_person_calendar_hash")),
        sa.UniqueConstraint("person_id", name=op.f("uq_person_calendar_person_id")),
    )
    op.create_table(
        "fund_application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("together", sa.Text(), nullable=False),
        sa.Column("asked_pence", sa.Integer(), nullable=False),
        sa.Column("applicant_id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("directorate_id", sa.Uuid(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "submitted",
                "awarded",
                "refused",
                "withdrawn",
                "completed",
                name="fundstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("award_pence", sa.Integer(), nullable=True),
        sa.Column("spent_pence", sa.Integer(), nullable=False),
        sa.Column("because", sa.Text(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'awarded' OR status = 'completed') = (award_pence IS NOT NULL)",
            name=op.f("ck_fund_application_awarded_something"),
        ),
        sa.CheckConstraint(
            "(status = 'completed') = (outcome IS NOT NULL)",
            name=op.f("ck_fund_application_outcome"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(decided_on, decided_by, because) = CASE WHEN status = 'submitted' OR status = 'withdrawn' THEN 0 ELSE 3 END",
            name=op.f("ck_fund_application_decided"),
        ),
        sa.CheckConstraint(
            "asked_pence BETWEEN 1 AND 100000000", name=op.f("ck_fund_application_asked_pence")
        ),
        sa.CheckConstraint(
            "award_pence BETWEEN 1 AND asked_pence",
            name=op.f("ck_fund_application_award_within_asked"),
        ),
        sa.CheckConstraint(
            "decided_by <> applicant_id", name=op.f("ck_fund_application_decided_by_another")
        ),
        sa.CheckConstraint(
            "spent_pence BETWEEN 0 AND coalesce(award_pence, 0)",
            name=op.f("ck_fund_application_spent_within_award"),
        ),
        sa.ForeignKeyConstraint(
            ["applicant_id"], ["app_user.id"], name=op.f("fk_fund_application_applicant_id")
        ),
        sa.ForeignKeyConstraint(
            ["directorate_id"], ["directorate.id"], name=op.f("fk_fund_application_directorate_id")
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunity.id"], name=op.f("fk_fund_application_opportunity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_application")),
        sa.UniqueConstraint("id", "applicant_id", name=op.f("uq_fund_application_id_applicant_id")),
    )
    op.create_index(
        op.f("ix_fund_application_applicant_id"), "fund_application", ["applicant_id"], unique=False
    )
    op.create_index(
        op.f("ix_fund_application_directorate_id"),
        "fund_application",
        ["directorate_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_fund_application_opportunity_id"),
        "fund_application",
        ["opportunity_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_fund_application_status_id"), "fund_application", ["status", "id"], unique=False
    )
    op.create_table(
        "fund_panel_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("applicant_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "user_id <> applicant_id", name=op.f("ck_fund_panel_member_not_the_applicant")
        ),
        sa.ForeignKeyConstraint(
            ["application_id", "applicant_id"],
            ["fund_application.id", "fund_application.applicant_id"],
            name=op.f("fk_fund_panel_member_application_id_applicant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_fund_panel_member_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_panel_member")),
        sa.UniqueConstraint(
            "application_id", "user_id", name=op.f("uq_fund_panel_member_application_id_user_id")
        ),
    )
    op.create_index(
        op.f("ix_fund_panel_member_user_id"), "fund_panel_member", ["user_id"], unique=False
    )
    op.create_table(
        "fund_spend",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("pence", sa.Integer(), nullable=False),
        sa.Column("spent_on", sa.Date(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "spent_on <= CAST(timezone('Europe/London', created_at) AS date)",
            name=op.f("ck_fund_spend_not_in_future"),
        ),
        sa.CheckConstraint("pence > 0", name=op.f("ck_fund_spend_pence")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["fund_application.id"], name=op.f("fk_fund_spend_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_spend")),
    )
    op.create_index(
        op.f("ix_fund_spend_application_id_id"),
        "fund_spend",
        ["application_id", "id"],
        unique=False,
    )
    for statement in (*FUNCTIONS, *TRIGGERS, TURNS):
        op.execute(statement)
    for table in RECORDED:
        op.execute(f"SELECT record_changes('{table}')")
    roles.gain(dict.fromkeys(KEEPERS, SCOPES))


def downgrade() -> None:
    roles.lose(SCOPES)
    for statement in DROPS:
        op.execute(statement)
    op.drop_index(op.f("ix_fund_spend_application_id_id"), table_name="fund_spend")
    op.drop_table("fund_spend")
    op.drop_index(op.f("ix_fund_panel_member_user_id"), table_name="fund_panel_member")
    op.drop_table("fund_panel_member")
    op.drop_index(op.f("ix_fund_application_status_id"), table_name="fund_application")
    op.drop_index(op.f("ix_fund_application_opportunity_id"), table_name="fund_application")
    op.drop_index(op.f("ix_fund_application_directorate_id"), table_name="fund_application")
    op.drop_index(op.f("ix_fund_application_applicant_id"), table_name="fund_application")
    op.drop_table("fund_application")
    op.drop_table("person_calendar")
    op.drop_index(op.f("ix_participation_person_id_id"), table_name="participation")
    op.drop_table("participation")
    op.drop_table("opportunity_time")
    op.drop_index(op.f("ix_opportunity_course_course_id"), table_name="opportunity_course")
    op.drop_table("opportunity_course")
    op.drop_index("ix_opportunity_words", table_name="opportunity", postgresql_using="gin")
    op.drop_index(op.f("ix_opportunity_team_id"), table_name="opportunity")
    op.drop_index(op.f("ix_opportunity_status_id"), table_name="opportunity")
    op.drop_index(op.f("ix_opportunity_directorate_id"), table_name="opportunity")
    op.drop_index(op.f("ix_opportunity_coordinator_id"), table_name="opportunity")
    op.drop_table("opportunity")
    op.drop_index(op.f("ix_involvement_turn_asked_at_person_id"), table_name="involvement_turn")
    op.drop_table("involvement_turn")
