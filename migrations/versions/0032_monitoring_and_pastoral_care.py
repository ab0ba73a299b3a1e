"""Equality monitoring, seen one opened person at a time, and pastoral care, seen by its lead."""

import sqlalchemy as sa
from alembic import op

from migrations import roles

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels = None
depends_on = None

WRITERS = "everyvoice_app, everyvoice_worker"
HIDDEN = (
    "equality_monitoring",
    "pastoral_plan",
    "pastoral_check_in",
    "pastoral_break_glass",
    "pastoral_concern",
)
RECORDED = (*HIDDEN, "equality_monitoring_access", "pastoral_policy", "pastoral_lead")
# Who makes users gives only what they hold; what the scopes open is hidden from them by row.
ALL = ["monitoring:manage", "monitoring:read", "pastoral:concerns", "pastoral:keep"]
GAINED = {
    "administrator": ALL,
    "analyst": ["monitoring:read"],
    "complaints": ["pastoral:concerns"],
    "involvement_lead": ALL,
}

# What the owner's functions do for everybody, and nobody sees; a session of the owner's sees
# nothing either unless it says what it is about.
BY_THE_OWNER = (
    "CREATE POLICY by_the_owner ON {} TO everyvoice_owner"
    " USING (current_setting('everyvoice.task', true) <> '')"
)
SECURED = (
    "ALTER TABLE {} ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE {} FORCE ROW LEVEL SECURITY",
    "REVOKE ALL ON {} FROM everyvoice_read",
    BY_THE_OWNER,
)
ACTOR = "nullif(current_setting('everyvoice.actor', true), '')::uuid"
LED = (
    "EXISTS (SELECT FROM pastoral_lead l"
    f" WHERE l.person_id = {{0}}.person_id AND l.lead_id = {ACTOR})"
)
BROKEN = (
    "EXISTS (SELECT FROM pastoral_break_glass g WHERE g.person_id = {0}.person_id"
    f" AND g.asked_by = {ACTOR} AND g.until > now())"
)
LEADS = ("pastoral_plan", "pastoral_check_in")
ROW_BY_ROW = (
    *(statement.format(table) for table in HIDDEN for statement in SECURED),
    *(
        f"CREATE POLICY of_the_lead ON {table} TO {WRITERS} USING ({LED.format(table)})"
        for table in LEADS
    ),
    *(
        f"CREATE POLICY of_who_broke_the_glass ON {table} FOR SELECT TO {WRITERS}"
        f" USING ({BROKEN.format(table)})"
        for table in LEADS
    ),
    (f"CREATE POLICY of_who_asked ON pastoral_break_glass TO {WRITERS} USING (asked_by = {ACTOR})"),
    (
        f"CREATE POLICY of_the_lead ON pastoral_break_glass FOR SELECT TO {WRITERS}"
        f" USING ({LED.format('pastoral_break_glass')})"
    ),
    f"REVOKE UPDATE, DELETE ON pastoral_break_glass FROM {WRITERS}",
    # Whoever hears it may put it down; it is read by who answers concerns, but for two.
    (
        f"CREATE POLICY of_who_hears ON pastoral_concern FOR INSERT TO {WRITERS}"
        f" WITH CHECK (raised_by = {ACTOR})"
    ),
    *(
        f"CREATE POLICY of_who_answers_{verb.lower()} ON pastoral_concern FOR {verb} TO {WRITERS}"
        f" USING (current_setting('everyvoice.concerns', true) = 'on' AND {ACTOR} IS NOT NULL"
        f" AND about_id IS DISTINCT FROM {ACTOR}"
        f" AND NOT {LED.format('pastoral_concern')})"
        for verb in ("SELECT", "UPDATE")
    ),
    f"REVOKE DELETE ON pastoral_lead FROM {WRITERS}",
    "REVOKE ALL ON pastoral_lead FROM everyvoice_read",
    (
        f"CREATE POLICY of_the_opened_person ON equality_monitoring TO {WRITERS}"
        " USING (person_id::text = current_setting('everyvoice.monitoring', true))"
    ),
    "REVOKE ALL ON equality_monitoring_access FROM everyvoice_read",
    f"REVOKE UPDATE, DELETE ON equality_monitoring_access FROM {WRITERS}",
)

HAND_OVER = """
CREATE FUNCTION hand_over(relation regclass, refers name, giver uuid, taker uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    held uuid;
BEGIN
    PERFORM set_config('everyvoice.task', 'merge', true);
    IF NOT EXISTS (SELECT FROM pg_constraint c JOIN pg_attribute a
                        ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
                    WHERE c.contype = 'f' AND c.conrelid = relation AND a.attname = refers
                      AND c.confrelid = 'person'::regclass) THEN
        RAISE EXCEPTION 'this column refers to no person';
    END IF;
    FOR held IN EXECUTE format('SELECT id FROM %s WHERE %I = $1', relation, refers) USING giver
    LOOP
        BEGIN
            EXECUTE format('UPDATE %s SET %I = $1, version = version + 1 WHERE id = $2',
                           relation, refers) USING taker, held;
        EXCEPTION WHEN integrity_constraint_violation THEN
            NULL;  -- the taker has one already; this one stays for its history
        END;
    END LOOP;
    PERFORM set_config('everyvoice.task', '', true);
END $$"""

# Groups by their codes; a person with several disabilities is in each and once in `any`.
COUNTS = """
CREATE FUNCTION equality_counts(characteristic text, cut text, today date)
RETURNS TABLE (part text, code text, people bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM set_config('everyvoice.task', 'count', true);
    RETURN QUERY WITH told AS (
        SELECT CASE cut
                   WHEN 'status' THEN ARRAY[p.status::text]
                   WHEN 'directorate' THEN ARRAY[coalesce(d.code, '(none)')]
                   WHEN 'role' THEN coalesce(nullif(ARRAY(
                       SELECT DISTINCT r.role::text FROM person_role r
                        WHERE r.person_id = p.id AND r.valid_from <= today
                          AND (r.valid_to IS NULL OR r.valid_to > today)), '{}'), '{(none)}')
                   ELSE '{}' END AS parts,
               CASE characteristic
                   WHEN 'ethnic_category' THEN ARRAY[coalesce(m.ethnic_category, '99')]
                   WHEN 'gender' THEN ARRAY[coalesce(m.gender, 'X')]
                   WHEN 'gender_same_at_birth' THEN ARRAY[coalesce(m.gender_same_at_birth, 'X')]
                   WHEN 'sexual_orientation' THEN ARRAY[coalesce(m.sexual_orientation, '9')]
                   WHEN 'religion' THEN ARRAY[coalesce(m.religion, 'N')]
                   WHEN 'carer_support' THEN ARRAY[coalesce(m.carer_support, 'not_recorded')]
                   WHEN 'disability' THEN CASE
                       WHEN coalesce(cardinality(m.disabilities), 0) = 0 THEN '{not_recorded}'
                       WHEN m.disabilities && '{NN,ZZ}' THEN m.disabilities
                       ELSE m.disabilities || 'any'::text END
                   WHEN 'age_band' THEN ARRAY[coalesce((ARRAY[
                       '0-15', '16-24', '25-34', '35-44', '45-54', '55-64', '65-74', '75-84', '85+'
                       ])[width_bucket(extract(year FROM age(today, p.born_on))::integer,
                                       ARRAY[16, 25, 35, 45, 55, 65, 75, 85]) + 1],
                       'not_recorded')]
               END AS codes
          FROM person p LEFT JOIN equality_monitoring m ON m.person_id = p.id
               LEFT JOIN directorate d ON d.id = p.directorate_id
         WHERE p.merged_into IS NULL)
    SELECT NULL::text, one, count(*) FROM told, unnest(codes) one GROUP BY 2
    UNION ALL
    SELECT place, one, count(*) FROM told, unnest(codes) one, unnest(parts) place GROUP BY 1, 2;
    PERFORM set_config('everyvoice.task', '', true);
END $$"""
CONCERNED = """
CREATE FUNCTION concerned_about(person uuid, named uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found boolean;
    before text := coalesce(current_setting('everyvoice.task', true), '');
BEGIN
    PERFORM set_config('everyvoice.task', 'check', true);
    SELECT EXISTS (SELECT FROM pastoral_concern c
                    WHERE c.person_id = person AND c.about_id = named AND c.state <> 'answered')
      INTO found;
    PERFORM set_config('everyvoice.task', before, true);
    RETURN found;
END $$"""

# Two rows must agree, so that both take the person first.
CHECKS = {
    "check_pastoral_lead": """
    PERFORM FROM person WHERE id = NEW.person_id FOR NO KEY UPDATE;
    PERFORM set_config('everyvoice.task', 'check', true);
    IF TG_OP = 'UPDATE' AND OLD.lead_id <> NEW.lead_id
       AND OLD.lead_id IS DISTINCT FROM {actor}
       AND NOT EXISTS (SELECT FROM pastoral_break_glass g
                        WHERE g.person_id = NEW.person_id AND g.asked_by = {actor}
                          AND g.until > now()) THEN
        RAISE EXCEPTION 'a lead is changed by the lead'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_pastoral_lead_changed_by';
    END IF;
    IF EXISTS (SELECT FROM pastoral_concern c
                WHERE c.person_id = NEW.person_id AND c.handler_id = NEW.lead_id
                  AND c.state <> 'answered') THEN
        RAISE EXCEPTION 'a concern is not looked at by the lead'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_pastoral_concern_not_to_lead';
    END IF;""",
    "check_pastoral_concern": """
    PERFORM FROM person WHERE id = NEW.person_id FOR NO KEY UPDATE;
    IF NEW.state <> 'answered' AND EXISTS (
        SELECT FROM pastoral_lead l
         WHERE l.person_id = NEW.person_id AND l.lead_id = NEW.handler_id) THEN
        RAISE EXCEPTION 'a concern is not looked at by the lead'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_pastoral_concern_not_to_lead';
    END IF;""",
    "check_pastoral_break_glass": """
    IF NEW.until IS NOT NULL AND concerned_about(NEW.person_id, NEW.asked_by) THEN
        RAISE EXCEPTION 'the person has a concern about who asks'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_pastoral_break_glass_concerned';
    END IF;""",
}
CHECK = """
CREATE FUNCTION {name}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    before text := coalesce(current_setting('everyvoice.task', true), '');
BEGIN{body}
    PERFORM set_config('everyvoice.task', before, true);
    RETURN NEW;
END $$"""
CHECKED = {
    "check_pastoral_lead": "INSERT OR UPDATE OF lead_id, person_id ON pastoral_lead",
    "check_pastoral_concern": "INSERT OR UPDATE OF handler_id, person_id ON pastoral_concern",
    "check_pastoral_break_glass": "INSERT ON pastoral_break_glass",
}
FUNCTIONS = {
    "concerned_about(uuid, uuid)": CONCERNED,
    "hand_over(regclass, name, uuid, uuid)": HAND_OVER,
    "equality_counts(text, text, date)": COUNTS,
}


def upgrade() -> None:
    op.create_table(
        "pastoral_policy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("singleton", sa.Boolean(), nullable=False),
        sa.Column("answer_within_working_days", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "answer_within_working_days BETWEEN 1 AND 60", name=op.f("ck_pastoral_policy_in_bounds")
        ),
        sa.CheckConstraint("singleton", name=op.f("ck_pastoral_policy_singleton")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pastoral_policy")),
        sa.UniqueConstraint("singleton", name=op.f("uq_pastoral_policy_singleton")),
    )
    op.create_table(
        "equality_monitoring",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("ethnic_category", sa.Text(), nullable=False),
        sa.Column("gender", sa.Text(), nullable=False),
        sa.Column("gender_same_at_birth", sa.Text(), nullable=False),
        sa.Column("sexual_orientation", sa.Text(), nullable=False),
        sa.Column("disabilities", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("religion", sa.Text(), nullable=False),
        sa.Column("carer_support", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "cardinality(disabilities) < 2 OR NOT disabilities && '{NN,ZZ}'::text[]",
            name=op.f("ck_equality_monitoring_disabilities_alone"),
        ),
        sa.CheckConstraint(
            "carer_support = ANY ('{01,02}'::text[])",
            name=op.f("ck_equality_monitoring_carer_support"),
        ),
        sa.CheckConstraint(
            "disabilities <@ '{01,02,03,04,05,06,07,08,09,10,XX,NN,ZZ}'::text[]",
            name=op.f("ck_equality_monitoring_disabilities"),
        ),
        sa.CheckConstraint(
            "ethnic_category = ANY ('{A,B,C,D,E,F,G,H,J,K,L,M,N,P,R,S,Z,99}'::text[])",
            name=op.f("ck_equality_monitoring_ethnic_category"),
        ),
        sa.CheckConstraint(
            "gender = ANY ('{1,2,9,X}'::text[])", name=op.f("ck_equality_monitoring_gender")
        ),
        sa.CheckConstraint(
            "gender_same_at_birth = ANY ('{Y,N,Z,X}'::text[])",
            name=op.f("ck_equality_monitoring_gender_same_at_birth"),
        ),
        sa.CheckConstraint(
            "religion = ANY ('{A,B,C,D,E,F,G,H,I,J,K,L,M,N}'::text[])",
            name=op.f("ck_equality_monitoring_religion"),
        ),
        sa.CheckConstraint(
            "sexual_orientation = ANY ('{1,2,3,4,U,Z,9}'::text[])",
            name=op.f("ck_equality_monitoring_sexual_orientation"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_equality_monitoring_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equality_monitoring")),
        sa.UniqueConstraint("person_id", name=op.f("uq_equality_monitoring_person_id")),
    )
    op.create_table(
        "equality_monitoring_access",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "read",
                "changed",
                name="accesskind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("accessed_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_equality_monitoring_access_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equality_monitoring_access")),
    )
    op.create_index(
        op.f("ix_equality_monitoring_access_person_id_id"),
        "equality_monitoring_access",
        ["person_id", "id"],
        unique=False,
    )
    op.create_table(
        "pastoral_break_glass",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "denied_because",
            sa.Enum(
                "unseen",
                "concerned",
                name="denial",
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
            "until <= created_at + interval '1 hour'", name=op.f("ck_pastoral_break_glass_an_hour")
        ),
        sa.CheckConstraint(
            "(denied_because IS NULL) = (until IS NOT NULL)",
            name=op.f("ck_pastoral_break_glass_until_or_denied"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_pastoral_break_glass_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pastoral_break_glass")),
    )
    op.create_index(
        op.f("ix_pastoral_break_glass_person_id_id"),
        "pastoral_break_glass",
        ["person_id", "id"],
        unique=False,
    )
    op.create_table(
        "pastoral_check_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "check_in",
                "debrief",
                name="checkinkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("planned_for", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "held",
                "missed",
                name="checkinstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("missed_because", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'debrief') = (about IS NOT NULL)",
            name=op.f("ck_pastoral_check_in_about_an_event"),
        ),
        sa.CheckConstraint(
            "(state = 'held') = (held_on IS NOT NULL)", name=op.f("ck_pastoral_check_in_held_on")
        ),
        sa.CheckConstraint(
            "(state = 'missed') = (missed_because IS NOT NULL)",
            name=op.f("ck_pastoral_check_in_missed"),
        ),
        sa.CheckConstraint(
            "held_on <= (updated_at AT TIME ZONE 'Europe/London')::date",
            name=op.f("ck_pastoral_check_in_held_by_then"),
        ),
        sa.CheckConstraint(
            "state = 'held' OR notes IS NULL", name=op.f("ck_pastoral_check_in_notes")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_pastoral_check_in_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pastoral_check_in")),
    )
    op.create_index(
        "ix_pastoral_check_in_next",
        "pastoral_check_in",
        ["person_id"],
        unique=True,
        postgresql_where="kind = 'check_in' AND state = 'planned'",
    )
    op.create_index(
        op.f("ix_pastoral_check_in_person_id_id"),
        "pastoral_check_in",
        ["person_id", "id"],
        unique=False,
    )
    op.create_table(
        "pastoral_concern",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("handler_id", sa.Uuid(), nullable=False),
        sa.Column("raised_by", sa.Uuid(), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "raised",
                "acknowledged",
                "answered",
                name="concernstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("acknowledged_on", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'raised') = (acknowledged_on IS NULL)",
            name=op.f("ck_pastoral_concern_acknowledged_on"),
        ),
        sa.CheckConstraint(
            "CASE state WHEN 'answered' THEN num_nonnulls(answered_on, answer) = 2 ELSE num_nonnulls(answered_on, answer) = 0 END",
            name=op.f("ck_pastoral_concern_answered_on"),
        ),
        sa.CheckConstraint(
            "about_id <> handler_id", name=op.f("ck_pastoral_concern_not_about_handler")
        ),
        sa.CheckConstraint(
            "answer_by > raised_on", name=op.f("ck_pastoral_concern_time_to_answer")
        ),
        sa.ForeignKeyConstraint(
            ["about_id"], ["app_user.id"], name=op.f("fk_pastoral_concern_about_id")
        ),
        sa.ForeignKeyConstraint(
            ["handler_id"], ["app_user.id"], name=op.f("fk_pastoral_concern_handler_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_pastoral_concern_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pastoral_concern")),
    )
    op.create_index(
        op.f("ix_pastoral_concern_about_id"), "pastoral_concern", ["about_id"], unique=False
    )
    op.create_index(
        op.f("ix_pastoral_concern_handler_id"), "pastoral_concern", ["handler_id"], unique=False
    )
    op.create_index(
        op.f("ix_pastoral_concern_person_id_state"),
        "pastoral_concern",
        ["person_id", "state"],
        unique=False,
    )
    op.create_table(
        "pastoral_lead",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["app_user.id"], name=op.f("fk_pastoral_lead_lead_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_pastoral_lead_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pastoral_lead")),
        sa.UniqueConstraint("person_id", name=op.f("uq_pastoral_lead_person_id")),
    )
    op.create_index(op.f("ix_pastoral_lead_lead_id"), "pastoral_lead", ["lead_id"], unique=False)
    op.create_table(
        "pastoral_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("wellbeing", sa.Text(), nullable=False),
        sa.Column("escalation_name", sa.Text(), nullable=True),
        sa.Column("escalation_contact", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_pastoral_plan_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pastoral_plan")),
        sa.UniqueConstraint("person_id", name=op.f("uq_pastoral_plan_person_id")),
    )
    for statement in ROW_BY_ROW:
        op.execute(statement)
    for signature, function in FUNCTIONS.items():
        op.execute(function)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {WRITERS}")
    for name, moment in CHECKED.items():
        body = CHECKS[name].format(actor=ACTOR)
        op.execute(CHECK.format(name=name, body=body))
        op.execute(f"CREATE TRIGGER {name} BEFORE {moment} FOR EACH ROW EXECUTE FUNCTION {name}()")
    op.execute(
        "INSERT INTO pastoral_policy (id, singleton, answer_within_working_days, created_at,"
        " updated_at, version) VALUES (gen_random_uuid(), true, 10, now(), now(), 1)"
    )
    for table in RECORDED:
        op.execute(f"SELECT record_changes('{table}')")
    roles.gain(GAINED)


def downgrade() -> None:
    gained = {scope for scopes in GAINED.values() for scope in scopes}
    roles.lose(gained)
    for table in LEADS:
        op.execute(f"DROP POLICY of_who_broke_the_glass ON {table}")
    for table in (*LEADS, "pastoral_break_glass"):
        op.execute(f"DROP POLICY of_the_lead ON {table}")
    for verb in ("select", "update"):
        op.execute(f"DROP POLICY of_who_answers_{verb} ON pastoral_concern")
    op.drop_table("pastoral_plan")
    op.drop_index(op.f("ix_pastoral_lead_lead_id"), table_name="pastoral_lead")
    op.drop_table("pastoral_lead")
    op.drop_index(op.f("ix_pastoral_concern_person_id_state"), table_name="pastoral_concern")
    op.drop_index(op.f("ix_pastoral_concern_handler_id"), table_name="pastoral_concern")
    op.drop_index(op.f("ix_pastoral_concern_about_id"), table_name="pastoral_concern")
    op.drop_table("pastoral_concern")
    op.drop_index(op.f("ix_pastoral_check_in_person_id_id"), table_name="pastoral_check_in")
    op.drop_index(
        "ix_pastoral_check_in_next",
        table_name="pastoral_check_in",
        postgresql_where="kind = 'check_in' AND state = 'planned'",
    )
    op.drop_table("pastoral_check_in")
    op.drop_index(op.f("ix_pastoral_break_glass_person_id_id"), table_name="pastoral_break_glass")
    op.drop_table("pastoral_break_glass")
    op.drop_index(
        op.f("ix_equality_monitoring_access_person_id_id"), table_name="equality_monitoring_access"
    )
    op.drop_table("equality_monitoring_access")
    op.drop_table("equality_monitoring")
    op.drop_table("pastoral_policy")
    for signature in (*FUNCTIONS, *(f"{name}()" for name in CHECKED)):
        op.execute(f"DROP FUNCTION {signature}")
