"""Equality monitoring, which is seen one opened person at a time and counted by its owner."""

import sqlalchemy as sa
from alembic import op

revision: str = "0028"
down_revision: str | None = "0026"
branch_labels = None
depends_on = None

WRITERS = "everyvoice_app, everyvoice_worker"
RECORDED = ("equality_monitoring", "equality_monitoring_access")
GAINED = {
    "administrator": ["monitoring:manage", "monitoring:read"],
    "analyst": ["monitoring:read"],
    "involvement_lead": ["monitoring:manage", "monitoring:read"],
}
GAIN = sa.text(
    """
    UPDATE role SET updated_at = now(), version = version + 1,
           scopes = (SELECT array_agg(DISTINCT scope ORDER BY scope)
                       FROM unnest(scopes || CAST(:scopes AS text[])) scope)
     WHERE code = :code"""
)
LOSE = sa.text(
    """
    UPDATE role SET updated_at = now(), version = version + 1,
           scopes = (SELECT coalesce(array_agg(scope ORDER BY scope), '{}')
                       FROM unnest(scopes) scope WHERE scope <> ALL(CAST(:scopes AS text[])))
     WHERE scopes && CAST(:scopes AS text[])"""
)

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
MONITORING_SECURED = (
    *(statement.format("equality_monitoring") for statement in SECURED),
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
FUNCTIONS = {
    "hand_over(regclass, name, uuid, uuid)": HAND_OVER,
    "equality_counts(text, text, date)": COUNTS,
}


def change(statement: sa.TextClause, *told: dict[str, object]) -> None:
    """Change the shipped roles; that is no change that somebody made, so it is not recorded."""
    op.execute("ALTER TABLE role DISABLE TRIGGER record_update")
    for each in told:
        op.get_bind().execute(statement, each)
    op.execute("ALTER TABLE role ENABLE TRIGGER record_update")


def upgrade() -> None:
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
    for statement in MONITORING_SECURED:
        op.execute(statement)
    for signature, function in FUNCTIONS.items():
        op.execute(function)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {WRITERS}")
    for table in RECORDED:
        op.execute(f"SELECT record_changes('{table}')")
    change(GAIN, *({"code": code, "scopes": scopes} for code, scopes in GAINED.items()))


def downgrade() -> None:
    gained = {scope for scopes in GAINED.values() for scope in scopes}
    change(LOSE, {"scopes": sorted(gained)})
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    op.drop_index(
        op.f("ix_equality_monitoring_access_person_id_id"), table_name="equality_monitoring_access"
    )
    op.drop_table("equality_monitoring_access")
    op.drop_table("equality_monitoring")
