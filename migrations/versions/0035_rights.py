"""What is held of a person is read whole, erased whole, and kept no longer than it may be."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import roles

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels = None
depends_on = None

WRITERS = "everyvoice_app, everyvoice_worker"
RECORDED = (
    "subject_access",
    "subject_reading",
    "legal_hold",
    "erasure",
    "retention_rule",
    "retention_run",
)
ONLY_ADDED = ("subject_reading", "erasure")
ALL = ["rights:govern", "rights:read", "rights:write"]
# Who makes users gives only what they hold.
GAINED = {"administrator": ALL, "involvement_lead": ["rights:read", "rights:write"]}
GOVERNANCE = ("information_governance", "Information governance", [*ALL, "registers:read"])
# Drafts: months from the domain's usual practice, which a named person confirms or changes.
DRAFTS = {
    "people_left": 72,
    "enquiries": 12,
    "checks": 6,
    "completions": 36,
    "applicants": 12,
    "recovery_referrals": 72,
    "subject_accesses": 36,
}
SOURCE = (
    "Records Management Code of Practice, Appendix II: to be confirmed by information governance"
)

ERASED_WHOLE = (
    "erased_on IS NULL OR (status = 'left' AND name = '(erased)'"
    " AND num_nonnulls(known_as, pronouns, born_on, email, phone, address,"
    " preferred_channel, lived_experience, availability_note, asked, lead_id) = 0"
    " AND cardinality(lived_experience_tags || interests || skills || pathways"
    " || availability) = 0)"
)

# A hold is on the person, whichever of their records it stands on.
HELD = """
CREATE FUNCTION held(who uuid[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM legal_hold h
         WHERE h.lifted_on IS NULL AND (h.person_id = ANY(who)
               OR EXISTS (SELECT FROM person p WHERE p.id = ANY(who)
                             AND h.person_id = p.merged_into)
               OR EXISTS (SELECT FROM person p WHERE p.id = h.person_id
                             AND p.merged_into = ANY(who))))
$$"""
REFUSE_HELD = """
CREATE FUNCTION refuse_held() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    who uuid := (to_jsonb(OLD) ->> TG_ARGV[0])::uuid;
BEGIN
    IF TG_NARGS = 2 THEN
        EXECUTE format('SELECT person_id FROM %I WHERE id = $1', TG_ARGV[1]) INTO who USING who;
    END IF;
    IF held(ARRAY[who]) THEN
        RAISE EXCEPTION 'a legal hold stands on this person'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'legal_hold';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$"""
# Later tables that refer to a person take it too: SELECT hold_rows('claim', 'person_id'), or
# hold_rows('receipt', 'claim_id', 'claim').
HOLD_ROWS = """
CREATE FUNCTION hold_rows(relation regclass, VARIADIC way text[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER legal_hold BEFORE DELETE ON %s FOR EACH ROW'
                   ' EXECUTE FUNCTION refuse_held(%s)', relation,
                   (SELECT string_agg(quote_literal(step), ', ') FROM unnest(way) step));
END $$"""
# Logins and codes are taken back whatever is held. Attendance is corrected; the log has its trace.
OVER = (
    ("person_use", "consent_id", "person_consent"),
    ("mentoring_meeting", "pair_id", "mentoring_pair"),
    ("recruitment_stage", "applicant_id", "recruitment_applicant"),
    ("recruitment_survey", "applicant_id", "recruitment_applicant"),
)
HOLD_ALL = """
DO $$
DECLARE
    found record;
BEGIN
    PERFORM hold_rows('person', 'id');
    FOR found IN SELECT DISTINCT ON (c.conrelid) c.conrelid::regclass AS relation, a.attname
                   FROM pg_constraint c JOIN pg_attribute a
                        ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
                  WHERE c.contype = 'f' AND c.confrelid = 'person'::regclass
                    AND c.conrelid <> ALL('{person, person_binding, sign_in_code}'::regclass[])
    LOOP
        PERFORM hold_rows(found.relation, found.attname);
    END LOOP;
END $$"""
LET_GO = """
DO $$
DECLARE
    found regclass;
BEGIN
    FOR found IN SELECT tgrelid::regclass FROM pg_trigger
                  WHERE tgname = 'legal_hold' AND NOT tgisinternal
    LOOP
        EXECUTE format('DROP TRIGGER legal_hold ON %s', found);
    END LOOP;
END $$"""

# A way is {table.column, table.column, ...}: each column refers to the next table, the last to
# a person, or is called person_id. Nothing else is reached by it, whoever asks.
WAY = """
CREATE FUNCTION subject_where(way text[]) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    found text;
    target regclass := 'person'::regclass;
    relation regclass;
    refers name;
BEGIN
    FOR step IN REVERSE cardinality(way) .. 1 LOOP
        relation := split_part(way[step], '.', 1)::regclass;
        refers := split_part(way[step], '.', 2);
        IF step = cardinality(way) AND relation = 'person'::regclass AND refers = 'id' THEN
            found := 't.id = ANY($1)';
        ELSIF NOT (step = cardinality(way) AND refers = 'person_id') AND NOT EXISTS (
            SELECT FROM pg_constraint c JOIN pg_attribute a
                   ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey)
             WHERE c.contype = 'f' AND c.conrelid = relation AND a.attname = refers
               AND c.confrelid = target) THEN
            RAISE EXCEPTION 'this way leads to no person';
        ELSIF found IS NULL THEN
            found := format('t.%I = ANY($1)', refers);
        ELSE
            found := format('t.%I IN (SELECT t.id FROM %s t WHERE %s)', refers, target, found);
        END IF;
        target := relation;
    END LOOP;
    RETURN found;
END $$"""
# Both work by a row that says of whom and why, and that nobody can take back.
ABOUT = "nullif(current_setting('everyvoice.subject', true), '')::uuid"
ROWS = f"""
CREATE FUNCTION subject_rows(way text[]) RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    records uuid[] := ARRAY(
        SELECT p.id FROM person p JOIN subject_reading r ON r.person_id IN (p.id, p.merged_into)
         WHERE r.id = {ABOUT});
BEGIN
    IF records = '{{}}' THEN
        RAISE EXCEPTION 'nobody is read without a trace';
    END IF;
    PERFORM set_config('everyvoice.task', 'subject', true);
    RETURN QUERY EXECUTE format('SELECT to_jsonb(t) FROM %s t WHERE %s',
                                split_part(way[1], '.', 1)::regclass, subject_where(way))
           USING records;
    PERFORM set_config('everyvoice.task', '', true);
END $$"""
ERASE = f"""
CREATE FUNCTION subject_erase(way text[], deletes boolean, blanks jsonb, sets jsonb)
RETURNS uuid[] LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    records uuid[] := (SELECT e.records FROM erasure e WHERE e.id = {ABOUT});
    relation regclass := split_part(way[1], '.', 1)::regclass;
    place text := subject_where(way);
    named name;
    changes text;
    differs text;
    touched uuid[];
BEGIN
    IF records IS NULL THEN
        RAISE EXCEPTION 'nobody is erased without a trace';
    ELSIF held(records) THEN
        RAISE EXCEPTION 'a legal hold stands on this person'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'legal_hold';
    END IF;
    PERFORM set_config('everyvoice.task', 'erase', true);
    SELECT CASE WHEN EXISTS (SELECT FROM pg_attribute
                              WHERE attrelid = relation AND attname = 'id')
                THEN 'id' ELSE split_part(way[1], '.', 2) END INTO named;
    IF deletes THEN
        EXECUTE format('WITH gone AS (DELETE FROM %s t WHERE %s RETURNING t.%I AS id)'
                       ' SELECT array_agg(id) FROM gone', relation, place, named)
           INTO touched USING records;
        PERFORM set_config('everyvoice.task', '', true);
        RETURN touched;
    END IF;
    SELECT string_agg(CASE WHEN f.always OR f.value IS NULL THEN format('%I = %s', f.key, f.said)
                           ELSE format('%I = CASE WHEN t.%I IS NOT NULL THEN %s END',
                                       f.key, f.key, f.said) END, ', '),
           string_agg(format('t.%I IS DISTINCT FROM %s AND (%L OR t.%I IS NOT NULL)',
                             f.key, f.said, f.always, f.key), ' OR ')
      INTO STRICT changes, differs
      FROM (SELECT told.key, told.value, told.always,
                   CASE WHEN told.value IS NULL THEN 'NULL'
                        ELSE format('replace(%L, ''{{id}}'', t.id::text)::%s', told.value,
                                    format_type(a.atttypid, a.atttypmod)) END AS said
              FROM (SELECT key, value, false AS always FROM jsonb_each_text(blanks)
                    UNION ALL SELECT key, value, true FROM jsonb_each_text(sets)) told
              JOIN pg_attribute a ON a.attrelid = relation AND a.attname = told.key) f;
    EXECUTE format('WITH gone AS (UPDATE %s t SET %s, version = t.version + 1,'
                   ' updated_at = greatest(t.updated_at, now()) WHERE %s AND (%s)'
                   ' RETURNING t.%I AS id) SELECT array_agg(id) FROM gone',
                   relation, changes, place, differs, named)
       INTO touched USING records;
    PERFORM set_config('everyvoice.task', '', true);
    RETURN touched;
END $$"""
CALLED = {
    "held(uuid[])": HELD,
    "subject_rows(text[])": ROWS,
    "subject_erase(text[], boolean, jsonb, jsonb)": ERASE,
}
INNER = {
    "subject_where(text[])": WAY,
    "refuse_held()": REFUSE_HELD,
    "hold_rows(regclass, text[])": HOLD_ROWS,
}


def upgrade() -> None:
    op.create_table(
        "retention_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "people_left",
                "enquiries",
                "checks",
                "completions",
                "applicants",
                "recovery_referrals",
                "subject_accesses",
                name="category",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("keeps_months", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(confirmed_by IS NULL) = (confirmed_at IS NULL)",
            name=op.f("ck_retention_rule_confirmed_by_somebody"),
        ),
        sa.CheckConstraint(
            "NOT active OR confirmed_by IS NOT NULL",
            name=op.f("ck_retention_rule_active_confirmed"),
        ),
        sa.CheckConstraint(
            "keeps_months BETWEEN 1 AND 1200", name=op.f("ck_retention_rule_keeps_months")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_rule")),
        sa.UniqueConstraint("category", name=op.f("uq_retention_rule_category")),
    )
    op.create_table(
        "retention_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "people_left",
                "enquiries",
                "checks",
                "completions",
                "applicants",
                "recovery_referrals",
                "subject_accesses",
                name="category",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("before", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "running",
                "done",
                name="runstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("last_id", sa.Uuid(), nullable=True),
        sa.Column("deleted", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("deleted >= 0 AND kept >= 0", name=op.f("ck_retention_run_counted")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_run")),
        sa.UniqueConstraint("category", "day", name=op.f("uq_retention_run_category_day")),
    )
    op.create_table(
        "erasure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("records", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column(
            "ground",
            sa.Enum(
                "no_longer_needed",
                "consent_withdrawn",
                "objection",
                "unlawful",
                "legal_obligation",
                "retention",
                name="erasureground",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("erased_on", sa.Date(), nullable=False),
        sa.Column("refused", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("received_on <= erased_on", name=op.f("ck_erasure_received_before")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_erasure_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_index(op.f("ix_erasure_person_id"), "erasure", ["person_id"], unique=False)
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("held_by", sa.Uuid(), nullable=False),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(lifted_on IS NULL) = (lifted_by IS NULL)",
            name=op.f("ck_legal_hold_lifted_by_somebody"),
        ),
        sa.CheckConstraint("lifted_on >= since", name=op.f("ck_legal_hold_lifted_later")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_legal_hold_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index(op.f("ix_legal_hold_person_id"), "legal_hold", ["person_id"], unique=False)
    op.create_index(
        "uq_legal_hold_standing",
        "legal_hold",
        ["person_id"],
        unique=True,
        postgresql_where="lifted_on IS NULL",
    )
    op.create_table(
        "subject_access",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "identity",
            sa.Enum(
                "known",
                "document",
                "called_back",
                "signed_in",
                "representative",
                "unchecked",
                name="identity",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("extended_because", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "released",
                name="accessstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("received_by", sa.Uuid(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'released') = (released_on IS NOT NULL) AND (released_on IS NULL) = (released_by IS NULL)",
            name=op.f("ck_subject_access_released_on"),
        ),
        sa.CheckConstraint(
            "state = 'open' OR identity <> 'unchecked'",
            name=op.f("ck_subject_access_identity_checked"),
        ),
        sa.CheckConstraint("due_on > received_on", name=op.f("ck_subject_access_due_later")),
        sa.CheckConstraint(
            "released_on >= received_on", name=op.f("ck_subject_access_released_later")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_subject_access_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_access")),
    )
    op.create_index(
        op.f("ix_subject_access_person_id_id"), "subject_access", ["person_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_subject_access_state_due_on"), "subject_access", ["state", "due_on"], unique=False
    )
    op.create_table(
        "subject_reading",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "access",
                "erasure",
                name="readingpurpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("read_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_subject_reading_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_reading")),
    )
    op.create_index(
        op.f("ix_subject_reading_person_id_id"),
        "subject_reading",
        ["person_id", "id"],
        unique=False,
    )
    op.add_column("person", sa.Column("erased_on", sa.Date(), nullable=True))
    op.execute(
        f"ALTER TABLE person ADD CONSTRAINT ck_person_erased_whole CHECK ({ERASED_WHOLE}) NOT VALID"
    )
    # Nobody is erased yet, so that one quick look at the register is all that waits.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "ALTER TABLE person VALIDATE CONSTRAINT ck_person_erased_whole"
    )
    for table in RECORDED:
        op.execute(f"SELECT record_changes('{table}')")
    for table in ONLY_ADDED:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {WRITERS}")
    op.execute(f"REVOKE DELETE ON legal_hold FROM {WRITERS}")
    op.execute("REVOKE ALL ON legal_hold, subject_access, subject_reading FROM everyvoice_read")
    for signature, function in (INNER | CALLED).items():
        op.execute(function)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
    for signature in CALLED:
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {WRITERS}")
    op.execute(HOLD_ALL)
    for way in OVER:
        op.execute(f"SELECT hold_rows{way}")
    op.execute(
        "CREATE TRIGGER legal_hold_erased BEFORE UPDATE OF erased_on ON person FOR EACH ROW"
        " WHEN (NEW.erased_on IS NOT NULL) EXECUTE FUNCTION refuse_held('id')"
    )
    op.execute("ALTER TABLE retention_rule DISABLE TRIGGER record_insert")
    for category, months in DRAFTS.items():
        op.execute(
            "INSERT INTO retention_rule (id, category, keeps_months, source, active, created_at,"
            f" updated_at, version) VALUES (gen_random_uuid(), '{category}', {months},"
            f" '{SOURCE}', false, now(), now(), 1)"
        )
    op.execute("ALTER TABLE retention_rule ENABLE TRIGGER record_insert")
    code, name, scopes = GOVERNANCE
    roles.add(code, name, scopes)
    roles.gain(GAINED)


def downgrade() -> None:
    roles.lose(ALL)
    op.execute("DROP TRIGGER legal_hold_erased ON person")
    op.execute(LET_GO)
    op.drop_constraint("ck_person_erased_whole", "person")
    op.drop_index(op.f("ix_subject_reading_person_id_id"), table_name="subject_reading")
    op.drop_table("subject_reading")
    op.drop_index(op.f("ix_subject_access_state_due_on"), table_name="subject_access")
    op.drop_index(op.f("ix_subject_access_person_id_id"), table_name="subject_access")
    op.drop_table("subject_access")
    op.drop_index(
        "uq_legal_hold_standing", table_name="legal_hold", postgresql_where="lifted_on IS NULL"
    )
    op.drop_index(op.f("ix_legal_hold_person_id"), table_name="legal_hold")
    op.drop_table("legal_hold")
    op.drop_index(op.f("ix_erasure_person_id"), table_name="erasure")
    op.drop_table("erasure")
    op.drop_table("retention_run")
    op.drop_table("retention_rule")
    op.drop_column("person", "erased_on")
    for signature in (*CALLED, *INNER):
        op.execute(f"DROP FUNCTION {signature}")
