"""The involvement registers: posts, champions, forums, mentoring, panels and applicants."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import roles

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels = None
depends_on = None

RECORDED = (
    "forum",
    "champion",
    "forum_meeting",
    "forum_member",
    "involvement_post",
    "mentoring_pair",
    "recruitment_applicant",
    "recruitment_panel",
    "forum_attendance",
    "forum_guest",
    "forum_issue",
    "forum_paper",
    "mentoring_meeting",
    "recruitment_stage",
    "recruitment_survey",
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
# Whoever attends is a member of the forum on the day of its meeting, and stays one on that day;
# a meeting that was held or cancelled keeps its day, and what is closed stays.
FORUMS = (
    """
CREATE FUNCTION refuse_stranger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM forum_member b JOIN forum_meeting m ON m.forum_id = b.forum_id
      WHERE b.id = NEW.member_id AND m.id = NEW.meeting_id AND m.state = 'held'
        AND b.valid_from <= m.day AND (b.valid_to IS NULL OR b.valid_to > m.day) FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no member of the forum on the day of its meeting'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'forum_attendance_by_member';
    END IF;
    RETURN NEW;
END $$""",
    """
CREATE TRIGGER by_member BEFORE INSERT OR UPDATE ON forum_attendance
FOR EACH ROW EXECUTE FUNCTION refuse_stranger()""",
    """
CREATE FUNCTION refuse_unmade_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM forum_attendance a JOIN forum_meeting m ON m.id = a.meeting_id
         WHERE a.member_id = NEW.id
           AND (m.forum_id <> NEW.forum_id OR m.day < NEW.valid_from OR m.day >= NEW.valid_to)) THEN
        RAISE EXCEPTION 'they attended a meeting outside of that time'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'forum_member_attended';
    END IF;
    RETURN NULL;
END $$""",
    """
CREATE TRIGGER attended AFTER UPDATE ON forum_member
FOR EACH ROW EXECUTE FUNCTION refuse_unmade_member()""",
    """
CREATE FUNCTION refuse_fixed_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this stays as it is'
          USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_' || TG_NAME;
END $$""",
    """
CREATE TRIGGER fixed BEFORE UPDATE ON forum_meeting FOR EACH ROW
WHEN (OLD.state <> 'planned' AND ((OLD.day, OLD.forum_id, OLD.papers_due_on)
      IS DISTINCT FROM (NEW.day, NEW.forum_id, NEW.papers_due_on)
      OR NEW.state <> OLD.state))
EXECUTE FUNCTION refuse_fixed_change()""",
    """
CREATE TRIGGER closed BEFORE UPDATE ON forum_issue FOR EACH ROW
WHEN (OLD.closed_on IS NOT NULL
      AND (OLD.closed_on, OLD.forum_id, OLD.raised_by, OLD.raised_on, OLD.strategy_action,
           OLD.first_team_id, OLD.second_team_id)
          IS DISTINCT FROM
          (NEW.closed_on, NEW.forum_id, NEW.raised_by, NEW.raised_on, NEW.strategy_action,
           NEW.first_team_id, NEW.second_team_id)) EXECUTE FUNCTION refuse_fixed_change()""",
)
# A pair meets between its start and its end; an applicant's stages follow each other, in order of
# days, and who is surveyed has ended.
SUPPORT = (
    """
CREATE FUNCTION refuse_unpaired_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'mentoring_meeting' THEN
        PERFORM FROM mentoring_pair p WHERE p.id = NEW.pair_id AND NEW.met_on >= p.started_on
            AND (p.ended_on IS NULL OR NEW.met_on <= p.ended_on) FOR SHARE;
        IF FOUND THEN RETURN NEW; END IF;
    ELSIF NOT EXISTS (
        SELECT FROM mentoring_meeting m WHERE m.pair_id = NEW.id
           AND (m.met_on < NEW.started_on OR m.met_on > NEW.ended_on)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a pair meets between its start and its end'
          USING ERRCODE = 'check_violation', CONSTRAINT = 'mentoring_meeting_within';
END $$""",
    """
CREATE TRIGGER within BEFORE INSERT OR UPDATE ON mentoring_meeting
FOR EACH ROW EXECUTE FUNCTION refuse_unpaired_day()""",
    """
CREATE TRIGGER within BEFORE UPDATE ON mentoring_pair
FOR EACH ROW EXECUTE FUNCTION refuse_unpaired_day()""",
    """
CREATE FUNCTION refuse_stage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.stage, NEW.stage) NOT IN (
           ('applied', 'shortlisted'), ('applied', 'not_selected'), ('applied', 'withdrawn'),
           ('shortlisted', 'interviewed'), ('shortlisted', 'not_selected'),
           ('shortlisted', 'withdrawn'), ('interviewed', 'offered'),
           ('interviewed', 'not_selected'), ('interviewed', 'withdrawn'),
           ('offered', 'started'), ('offered', 'withdrawn')) THEN
        RAISE EXCEPTION 'this stage does not follow'
              USING ERRCODE = 'check_violation',
                    CONSTRAINT = 'recruitment_applicant_stage_follows';
    ELSIF NEW.stage_since < OLD.stage_since THEN
        RAISE EXCEPTION 'before the last stage'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'recruitment_applicant_stage_day';
    END IF;
    RETURN NEW;
END $$""",
    """
CREATE TRIGGER stage BEFORE UPDATE ON recruitment_applicant
FOR EACH ROW WHEN (NEW.stage <> OLD.stage) EXECUTE FUNCTION refuse_stage()""",
    """
CREATE FUNCTION refuse_early_survey() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM recruitment_applicant a WHERE a.id = NEW.applicant_id
        AND a.stage IN ('started', 'not_selected', 'withdrawn');
    IF FOUND THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'the application has not ended'
          USING ERRCODE = 'check_violation', CONSTRAINT = 'recruitment_survey_after_end';
END $$""",
    """
CREATE TRIGGER after_end BEFORE INSERT OR UPDATE ON recruitment_survey
FOR EACH ROW EXECUTE FUNCTION refuse_early_survey()""",
)
SCOPES = ["registers:applicants"]
KEEPERS = ["administrator", "involvement_lead"]


def upgrade() -> None:
    op.create_table(
        "forum",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "pathway",
                "youth_board",
                "trust_wide",
                name="forumkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("pathway", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("papers_days", sa.Integer(), nullable=False),
        sa.Column("directorate_id", sa.Uuid(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'pathway') = (pathway IS NOT NULL)", name=op.f("ck_forum_pathway_named")
        ),
        sa.CheckConstraint(
            "papers_days >= 0 AND papers_days <= 60", name=op.f("ck_forum_papers_days")
        ),
        sa.ForeignKeyConstraint(
            ["directorate_id"], ["directorate.id"], name=op.f("fk_forum_directorate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forum")),
        sa.UniqueConstraint("name", name=op.f("uq_forum_name")),
    )
    op.create_index(op.f("ix_forum_directorate_id"), "forum", ["directorate_id"], unique=False)
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
        "forum_meeting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("forum_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("agenda", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("papers_due_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "held",
                "cancelled",
                name="forummeetingstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'held' OR day <= (now() AT TIME ZONE 'Europe/London')::date",
            name=op.f("ck_forum_meeting_held_by_now"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(place, link) > 0", name=op.f("ck_forum_meeting_somewhere")
        ),
        sa.CheckConstraint("papers_due_on <= day", name=op.f("ck_forum_meeting_papers_due_on")),
        sa.ForeignKeyConstraint(["forum_id"], ["forum.id"], name=op.f("fk_forum_meeting_forum_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forum_meeting")),
        sa.UniqueConstraint("id", "forum_id", name=op.f("uq_forum_meeting_id_forum_id")),
    )
    op.create_index(
        op.f("ix_forum_meeting_forum_id_day"), "forum_meeting", ["forum_id", "day"], unique=False
    )
    op.create_table(
        "forum_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("forum_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("forum_id"), "="),
            (sa.text("COALESCE(person_id, user_id)"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            using="gist",
            name="ex_forum_member_once",
        ),
        sa.CheckConstraint(
            "num_nonnulls(person_id, user_id) = 1", name=op.f("ck_forum_member_one_named")
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from", name=op.f("ck_forum_member_in_order")
        ),
        sa.ForeignKeyConstraint(["forum_id"], ["forum.id"], name=op.f("fk_forum_member_forum_id")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_forum_member_person_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_forum_member_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forum_member")),
    )
    op.create_index(op.f("ix_forum_member_forum_id"), "forum_member", ["forum_id"], unique=False)
    op.create_index(op.f("ix_forum_member_person_id"), "forum_member", ["person_id"], unique=False)
    op.create_index(op.f("ix_forum_member_user_id"), "forum_member", ["user_id"], unique=False)
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
    op.create_table(
        "mentoring_pair",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("goals", sa.Text(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("learning", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("person_id"), "="),
            (sa.column("user_id"), "="),
            (sa.text("daterange(started_on, ended_on, '[]'::text)"), "&&"),
            using="gist",
            name="ex_mentoring_pair_once",
        ),
        sa.CheckConstraint(
            "ended_on <= (now() AT TIME ZONE 'Europe/London')::date",
            name=op.f("ck_mentoring_pair_ended_by_now"),
        ),
        sa.CheckConstraint(
            "(ended_on IS NULL) = (learning IS NULL)", name=op.f("ck_mentoring_pair_ended_learning")
        ),
        sa.CheckConstraint("ended_on >= started_on", name=op.f("ck_mentoring_pair_ended_later")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_mentoring_pair_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_mentoring_pair_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentoring_pair")),
    )
    op.create_index(
        op.f("ix_mentoring_pair_person_id"), "mentoring_pair", ["person_id"], unique=False
    )
    op.create_index(op.f("ix_mentoring_pair_user_id"), "mentoring_pair", ["user_id"], unique=False)
    op.create_table(
        "recruitment_applicant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("directorate_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column(
            "band",
            sa.Enum(
                "band_2",
                "band_3",
                "band_4",
                "band_5",
                "band_6",
                "band_7",
                "band_8a",
                "band_8b",
                "band_8c",
                "band_8d",
                "band_9",
                "very_senior_manager",
                "medical",
                name="band",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("training_offered_on", sa.Date(), nullable=True),
        sa.Column("mentoring_offered_on", sa.Date(), nullable=True),
        sa.Column("feedback_given_on", sa.Date(), nullable=True),
        sa.Column(
            "stage",
            sa.Enum(
                "applied",
                "shortlisted",
                "interviewed",
                "offered",
                "started",
                "not_selected",
                "withdrawn",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("stage_since", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "greatest(training_offered_on, mentoring_offered_on, feedback_given_on) <= (now() AT TIME ZONE 'Europe/London')::date",
            name=op.f("ck_recruitment_applicant_offered_by_now"),
        ),
        sa.CheckConstraint(
            "stage_since <= (now() AT TIME ZONE 'Europe/London')::date",
            name=op.f("ck_recruitment_applicant_reached_by_now"),
        ),
        sa.ForeignKeyConstraint(
            ["directorate_id"],
            ["directorate.id"],
            name=op.f("fk_recruitment_applicant_directorate_id"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_recruitment_applicant_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recruitment_applicant")),
        sa.UniqueConstraint("reference", name=op.f("uq_recruitment_applicant_reference")),
    )
    op.create_index(
        op.f("ix_recruitment_applicant_applied_on"),
        "recruitment_applicant",
        ["applied_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_recruitment_applicant_directorate_id"),
        "recruitment_applicant",
        ["directorate_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_recruitment_applicant_person_id"),
        "recruitment_applicant",
        ["person_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_recruitment_applicant_stage_id"),
        "recruitment_applicant",
        ["stage", "id"],
        unique=False,
    )
    op.create_table(
        "recruitment_panel",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column(
            "band",
            sa.Enum(
                "band_2",
                "band_3",
                "band_4",
                "band_5",
                "band_6",
                "band_7",
                "band_8a",
                "band_8b",
                "band_8c",
                "band_8d",
                "band_9",
                "very_senior_manager",
                "medical",
                name="band",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "area",
            sa.Enum(
                "clinical",
                "leadership",
                "other",
                name="rolearea",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("directorate_id", sa.Uuid(), nullable=True),
        sa.Column("lived_experience", sa.Boolean(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "held_on <= (now() AT TIME ZONE 'Europe/London')::date",
            name=op.f("ck_recruitment_panel_held_by_now"),
        ),
        sa.CheckConstraint(
            "person_id IS NULL OR lived_experience", name=op.f("ck_recruitment_panel_sat")
        ),
        sa.ForeignKeyConstraint(
            ["directorate_id"], ["directorate.id"], name=op.f("fk_recruitment_panel_directorate_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_recruitment_panel_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recruitment_panel")),
    )
    op.create_index(
        op.f("ix_recruitment_panel_directorate_id"),
        "recruitment_panel",
        ["directorate_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_recruitment_panel_held_on"), "recruitment_panel", ["held_on"], unique=False
    )
    op.create_index(
        op.f("ix_recruitment_panel_person_id"), "recruitment_panel", ["person_id"], unique=False
    )
    op.create_table(
        "forum_attendance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["forum_meeting.id"], name=op.f("fk_forum_attendance_meeting_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["forum_member.id"], name=op.f("fk_forum_attendance_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forum_attendance")),
        sa.UniqueConstraint(
            "meeting_id", "member_id", name=op.f("uq_forum_attendance_meeting_id_member_id")
        ),
    )
    op.create_index(
        op.f("ix_forum_attendance_member_id"), "forum_attendance", ["member_id"], unique=False
    )
    op.create_table(
        "forum_guest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("attended", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(person_id, user_id) = 1", name=op.f("ck_forum_guest_one_named")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["forum_meeting.id"], name=op.f("fk_forum_guest_meeting_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_forum_guest_person_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_forum_guest_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forum_guest")),
        sa.UniqueConstraint(
            "meeting_id", "person_id", name=op.f("uq_forum_guest_meeting_id_person_id")
        ),
        sa.UniqueConstraint(
            "meeting_id", "user_id", name=op.f("uq_forum_guest_meeting_id_user_id")
        ),
    )
    op.create_index(op.f("ix_forum_guest_person_id"), "forum_guest", ["person_id"], unique=False)
    op.create_index(op.f("ix_forum_guest_user_id"), "forum_guest", ["user_id"], unique=False)
    op.create_table(
        "forum_issue",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("forum_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column(
            "raised_by",
            sa.Enum(
                "patient",
                "carer",
                "staff",
                name="raisedby",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("strategy_action", sa.Text(), nullable=True),
        sa.Column("first_team_id", sa.Uuid(), nullable=True),
        sa.Column("first_answer", sa.Text(), nullable=True),
        sa.Column("first_answered_on", sa.Date(), nullable=True),
        sa.Column("second_team_id", sa.Uuid(), nullable=True),
        sa.Column("second_answer", sa.Text(), nullable=True),
        sa.Column("second_answered_on", sa.Date(), nullable=True),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("action_by", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "closed_on <= (now() AT TIME ZONE 'Europe/London')::date",
            name=op.f("ck_forum_issue_closed_by_now"),
        ),
        sa.CheckConstraint(
            "raised_on <= (now() AT TIME ZONE 'Europe/London')::date",
            name=op.f("ck_forum_issue_raised_by_now"),
        ),
        sa.CheckConstraint(
            "strategy_action ~ '^([12]\\.[1-6]|3\\.[1-5]|4\\.[1-6]|5\\.[1-4])$'",
            name=op.f("ck_forum_issue_strategy_action"),
        ),
        sa.CheckConstraint(
            "(closed_on IS NULL) = (outcome IS NULL)", name=op.f("ck_forum_issue_closed_somehow")
        ),
        sa.CheckConstraint(
            "(first_answer IS NULL) = (first_answered_on IS NULL) AND (second_answer IS NULL) = (second_answered_on IS NULL) AND (first_answer IS NULL OR first_team_id IS NOT NULL) AND (second_answer IS NULL OR second_team_id IS NOT NULL)",
            name=op.f("ck_forum_issue_answers"),
        ),
        sa.CheckConstraint(
            "(first_team_id IS NULL) = (second_team_id IS NULL) AND (first_team_id <> second_team_id OR first_team_id IS NULL)",
            name=op.f("ck_forum_issue_two_teams"),
        ),
        sa.CheckConstraint("closed_on >= raised_on", name=op.f("ck_forum_issue_closed_later")),
        sa.CheckConstraint(
            "closed_on IS NULL OR action IS NOT NULL", name=op.f("ck_forum_issue_acted_on")
        ),
        sa.CheckConstraint(
            "closed_on IS NULL OR first_team_id IS NULL OR num_nonnulls(first_answer, second_answer) = 2",
            name=op.f("ck_forum_issue_answered"),
        ),
        sa.ForeignKeyConstraint(
            ["first_team_id"], ["team.id"], name=op.f("fk_forum_issue_first_team_id")
        ),
        sa.ForeignKeyConstraint(["forum_id"], ["forum.id"], name=op.f("fk_forum_issue_forum_id")),
        sa.ForeignKeyConstraint(
            ["meeting_id", "forum_id"],
            ["forum_meeting.id", "forum_meeting.forum_id"],
            name="fk_forum_issue_meeting_id",
        ),
        sa.ForeignKeyConstraint(
            ["second_team_id"], ["team.id"], name=op.f("fk_forum_issue_second_team_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forum_issue")),
    )
    op.create_index(
        op.f("ix_forum_issue_first_team_id"), "forum_issue", ["first_team_id"], unique=False
    )
    op.create_index(
        op.f("ix_forum_issue_forum_id_raised_on"),
        "forum_issue",
        ["forum_id", "raised_on"],
        unique=False,
    )
    op.create_index(op.f("ix_forum_issue_meeting_id"), "forum_issue", ["meeting_id"], unique=False)
    op.create_index(
        op.f("ix_forum_issue_second_team_id"), "forum_issue", ["second_team_id"], unique=False
    )
    op.create_table(
        "forum_paper",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "sent_on <= (now() AT TIME ZONE 'Europe/London')::date",
            name=op.f("ck_forum_paper_sent_by_now"),
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["forum_meeting.id"], name=op.f("fk_forum_paper_meeting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forum_paper")),
    )
    op.create_index(op.f("ix_forum_paper_meeting_id"), "forum_paper", ["meeting_id"], unique=False)
    op.create_table(
        "mentoring_meeting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pair_id", sa.Uuid(), nullable=False),
        sa.Column("met_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "met_on <= (now() AT TIME ZONE 'Europe/London')::date",
            name=op.f("ck_mentoring_meeting_met_by_now"),
        ),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["mentoring_pair.id"], name=op.f("fk_mentoring_meeting_pair_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentoring_meeting")),
        sa.UniqueConstraint("pair_id", "met_on", name=op.f("uq_mentoring_meeting_pair_id_met_on")),
    )
    op.create_table(
        "recruitment_stage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("applicant_id", sa.Uuid(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "applied",
                "shortlisted",
                "interviewed",
                "offered",
                "started",
                "not_selected",
                "withdrawn",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reached_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "reached_on <= (now() AT TIME ZONE 'Europe/London')::date",
            name=op.f("ck_recruitment_stage_reached_by_now"),
        ),
        sa.ForeignKeyConstraint(
            ["applicant_id"],
            ["recruitment_applicant.id"],
            name=op.f("fk_recruitment_stage_applicant_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recruitment_stage")),
        sa.UniqueConstraint(
            "applicant_id", "stage", name=op.f("uq_recruitment_stage_applicant_id_stage")
        ),
    )
    op.create_table(
        "recruitment_survey",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("applicant_id", sa.Uuid(), nullable=False),
        sa.Column("informed", sa.Integer(), nullable=False),
        sa.Column("supported", sa.Integer(), nullable=False),
        sa.Column("valued", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "informed BETWEEN 1 AND 5 AND supported BETWEEN 1 AND 5 AND valued BETWEEN 1 AND 5",
            name=op.f("ck_recruitment_survey_answers"),
        ),
        sa.ForeignKeyConstraint(
            ["applicant_id"],
            ["recruitment_applicant.id"],
            name=op.f("fk_recruitment_survey_applicant_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recruitment_survey")),
        sa.UniqueConstraint("applicant_id", name=op.f("uq_recruitment_survey_applicant_id")),
    )

    for statement in (*WTE, *FORUMS, *SUPPORT):
        op.execute(statement)
    for table in RECORDED:
        op.execute(f"SELECT record_changes('{table}')")
    roles.gain(dict.fromkeys(KEEPERS, SCOPES))


def downgrade() -> None:
    roles.lose(SCOPES)
    op.drop_table("recruitment_survey")
    op.drop_table("recruitment_stage")
    op.drop_table("mentoring_meeting")
    op.drop_index(op.f("ix_forum_paper_meeting_id"), table_name="forum_paper")
    op.drop_table("forum_paper")
    op.drop_index(op.f("ix_forum_issue_second_team_id"), table_name="forum_issue")
    op.drop_index(op.f("ix_forum_issue_meeting_id"), table_name="forum_issue")
    op.drop_index(op.f("ix_forum_issue_forum_id_raised_on"), table_name="forum_issue")
    op.drop_index(op.f("ix_forum_issue_first_team_id"), table_name="forum_issue")
    op.drop_table("forum_issue")
    op.drop_index(op.f("ix_forum_guest_user_id"), table_name="forum_guest")
    op.drop_index(op.f("ix_forum_guest_person_id"), table_name="forum_guest")
    op.drop_table("forum_guest")
    op.drop_index(op.f("ix_forum_attendance_member_id"), table_name="forum_attendance")
    op.drop_table("forum_attendance")
    op.drop_index(op.f("ix_recruitment_panel_person_id"), table_name="recruitment_panel")
    op.drop_index(op.f("ix_recruitment_panel_held_on"), table_name="recruitment_panel")
    op.drop_index(op.f("ix_recruitment_panel_directorate_id"), table_name="recruitment_panel")
    op.drop_table("recruitment_panel")
    op.drop_index(op.f("ix_recruitment_applicant_stage_id"), table_name="recruitment_applicant")
    op.drop_index(op.f("ix_recruitment_applicant_person_id"), table_name="recruitment_applicant")
    op.drop_index(
        op.f("ix_recruitment_applicant_directorate_id"), table_name="recruitment_applicant"
    )
    op.drop_index(op.f("ix_recruitment_applicant_applied_on"), table_name="recruitment_applicant")
    op.drop_table("recruitment_applicant")
    op.drop_index(op.f("ix_mentoring_pair_user_id"), table_name="mentoring_pair")
    op.drop_index(op.f("ix_mentoring_pair_person_id"), table_name="mentoring_pair")
    op.drop_table("mentoring_pair")
    op.drop_index(
        op.f("ix_involvement_post_trained_on"),
        table_name="involvement_post",
        postgresql_where="trained_on IS NOT NULL",
    )
    op.drop_index(op.f("ix_involvement_post_team_id"), table_name="involvement_post")
    op.drop_index(op.f("ix_involvement_post_person_id"), table_name="involvement_post")
    op.drop_table("involvement_post")
    op.drop_index(op.f("ix_forum_member_user_id"), table_name="forum_member")
    op.drop_index(op.f("ix_forum_member_person_id"), table_name="forum_member")
    op.drop_index(op.f("ix_forum_member_forum_id"), table_name="forum_member")
    op.drop_table("forum_member")
    op.drop_index(op.f("ix_forum_meeting_forum_id_day"), table_name="forum_meeting")
    op.drop_table("forum_meeting")
    op.drop_index(op.f("ix_champion_user_id"), table_name="champion")
    op.drop_index(op.f("ix_champion_team_id"), table_name="champion")
    op.drop_index(op.f("ix_champion_person_id"), table_name="champion")
    op.drop_table("champion")
    op.drop_index(op.f("ix_forum_directorate_id"), table_name="forum")
    op.drop_table("forum")
    for name in (
        "wte_above_one",
        "stranger",
        "unmade_member",
        "fixed_change",
        "unpaired_day",
        "stage",
        "early_survey",
    ):
        op.execute(f"DROP FUNCTION refuse_{name}")
