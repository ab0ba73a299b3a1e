"""Where people are paid: sealed bank details, numbers, charities, and tables of modulus checking."""

import sqlalchemy as sa
from alembic import op

revision: str = "0038"
down_revision: str | None = "0037"
branch_labels = None
depends_on = None

WRITERS = "everyvoice_app, everyvoice_worker"
RECORDED = ("bank_account", "payee", "payee_access", "payee_policy", "charity", "modulus_release")
RECORDED += ("person_user",)
HELD = ("bank_account", "payee", "payee_access", "person_user")
TASK = "current_setting('everyvoice.task', true)"
# Of what was told of an account nothing changes but its seals, when keys are changed.
CHANGES = (
    "sort_code, account_number, account_name, status, confirmed_by, confirmed_on, confirmed_how,"
    " usable_from, ended_by, ended_on, updated_at, version"
)
ROWS = (
    "ALTER TABLE bank_account ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE bank_account FORCE ROW LEVEL SECURITY",
    (f"CREATE POLICY by_the_owner ON bank_account TO everyvoice_owner USING ({TASK} <> '')"),
    (
        f"CREATE POLICY of_the_opened_payee ON bank_account TO {WRITERS}"
        " USING (person_id::text = current_setting('everyvoice.payee', true))"
    ),
    f"CREATE POLICY to_pay ON bank_account FOR SELECT TO {WRITERS} USING ({TASK} = 'pay')",
    *(
        f"CREATE POLICY to_rotate_{verb.lower()} ON bank_account FOR {verb} TO {WRITERS}"
        f" USING ({TASK} = 'rotate')"
        for verb in ("SELECT", "UPDATE")
    ),
    "REVOKE ALL ON bank_account, payee, payee_access, charity FROM everyvoice_read",
    f"REVOKE UPDATE, DELETE ON bank_account, charity FROM {WRITERS}",
    f"GRANT UPDATE ({CHANGES}) ON bank_account, charity TO {WRITERS}",
    f"REVOKE DELETE ON payee FROM {WRITERS}",
    (
        "REVOKE UPDATE, DELETE ON payee_access, modulus_release, modulus_weight,"
        f" modulus_substitution FROM {WRITERS}"
    ),
)

# All that one human being acts as, by a login of theirs (issuer and subject) or because it was
# noted: users, people of the register, somebody's supporter.
LOGINS = """
CREATE FUNCTION logins_of(who uuid) RETURNS TABLE (issuer text, subject text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT i.issuer, i.subject FROM user_identity i WHERE i.user_id = who
    UNION SELECT b.issuer, b.subject FROM person_binding b
            JOIN person p ON p.id = b.person_id WHERE who IN (p.id, p.merged_into)
    UNION SELECT s.issuer, s.subject FROM person_supporter s
           WHERE s.id = who AND s.issuer IS NOT NULL
$$"""
SELVES = """
CREATE FUNCTION selves(who uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH login AS (SELECT issuer, subject FROM logins_of(who)), known AS (
        SELECT who AS id
        UNION SELECT i.user_id FROM user_identity i JOIN login USING (issuer, subject)
        UNION SELECT coalesce(p.merged_into, p.id) FROM person_binding b
                JOIN login USING (issuer, subject) JOIN person p ON p.id = b.person_id
        UNION SELECT s.id FROM person_supporter s JOIN login USING (issuer, subject)
        UNION SELECT u.user_id FROM person_user u WHERE u.person_id = who
        UNION SELECT u.person_id FROM person_user u WHERE u.user_id = who
    )
    SELECT array_agg(id) FROM known
$$"""
REFUSE = """RAISE EXCEPTION '{said}'
              USING ERRCODE = 'check_violation', CONSTRAINT = '{table}_{rule}';"""
# Both kinds of bank details are put down as proposed, and what they say is never changed.
STAYS = """
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'proposed' THEN
            {follows}
        END IF;
    ELSE
        IF ({fixed}) IS DISTINCT FROM ({fixed_old})
           OR OLD.confirmed_by IS NOT NULL
              AND (NEW.confirmed_by, NEW.confirmed_on, NEW.confirmed_how, NEW.usable_from)
                  IS DISTINCT FROM
                  (OLD.confirmed_by, OLD.confirmed_on, OLD.confirmed_how, OLD.usable_from) THEN
            {unchanged}
        END IF;
        IF NEW.status <> OLD.status AND OLD.status <> 'proposed'
           AND NOT (OLD.status = 'confirmed' AND NEW.status = '{after}') THEN
            {follows}
        END IF;
    END IF;"""
ONESELF = """
    IF NEW.set_by <> NEW.person_id AND NEW.person_id = ANY(selves(NEW.set_by))
       OR NEW.person_id = ANY(selves(NEW.confirmed_by)) THEN
        {oneself}
    END IF;"""


def _refuse(table: str, rule: str, said: str) -> str:
    return REFUSE.format(table=f"ck_{table}", rule=rule, said=said)


def _stays(table: str, columns: str, after: str) -> str:
    names = columns.split()
    return STAYS.format(
        fixed=", ".join(f"NEW.{name}" for name in names),
        fixed_old=", ".join(f"OLD.{name}" for name in names),
        after=after,
        follows=_refuse(table, "status_follows", "this status does not follow"),
        unchanged=_refuse(table, "unchanged", "what was told of an account is not changed"),
    )


def _oneself(table: str) -> str:
    return ONESELF.format(oneself=_refuse(table, "not_the_payee", "the payee is who set it"))


NUMBERS = f"""
    IF TG_OP = 'UPDATE' AND NEW.person_id <> OLD.person_id THEN
        {_refuse("payee", "unchanged", "where one is paid is told anew")}
    END IF;
    IF NEW.confirmed_by IS NOT NULL
       AND (TG_OP = 'INSERT'
            OR (NEW.payroll_number, NEW.supplier_number, NEW.prefers, NEW.set_by)
               IS DISTINCT FROM
               (OLD.payroll_number, OLD.supplier_number, OLD.prefers, OLD.set_by)) THEN
        {_refuse("payee", "confirmed_later", "numbers are confirmed after they are told")}
    END IF;"""
CHECKS = {
    "bank_account": _stays(
        "bank_account",
        "person_id set_by set_on last_digits fingerprint name_level modulus created_at",
        "superseded",
    )
    + _oneself("bank_account"),
    "payee": NUMBERS + _oneself("payee"),
    "charity": _stays(
        "charity",
        "name charity_number supplier_number last_digits fingerprint modulus set_by set_on"
        " created_at",
        "retired",
    ),
}
CHECK = """
CREATE FUNCTION check_{table}() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN{body}
    RETURN NEW;
END $$"""

# Who else has an account that somebody has, or is about to have.
SHARERS = """
CREATE FUNCTION bank_sharers(person uuid) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found uuid[];
    before text := coalesce(current_setting('everyvoice.task', true), '');
BEGIN
    PERFORM set_config('everyvoice.task', 'check', true);
    SELECT array_agg(DISTINCT o.person_id) INTO found
      FROM bank_account m JOIN bank_account o ON o.fingerprint = m.fingerprint
           JOIN person mine ON mine.id = m.person_id
           JOIN person theirs ON theirs.id = o.person_id
     WHERE m.person_id = person AND m.status IN ('proposed', 'confirmed')
       AND o.status <> 'rejected'
       AND coalesce(theirs.merged_into, theirs.id) <> coalesce(mine.merged_into, mine.id);
    PERFORM set_config('everyvoice.task', before, true);
    RETURN found;
END $$"""
# Who said where a person is paid now, so that none of them has another part in paying.
SETTERS = """
CREATE FUNCTION bank_setters(person uuid) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found uuid[];
    before text := coalesce(current_setting('everyvoice.task', true), '');
BEGIN
    PERFORM set_config('everyvoice.task', 'check', true);
    SELECT coalesce(array_agg(DISTINCT who), '{}') INTO found
      FROM (SELECT unnest(ARRAY[set_by, confirmed_by]) AS who FROM bank_account
             WHERE person_id = person AND status = 'confirmed'
            UNION
            SELECT unnest(ARRAY[set_by, confirmed_by]) FROM payee
             WHERE person_id = person AND confirmed_by IS NOT NULL) told;
    PERFORM set_config('everyvoice.task', before, true);
    RETURN found;
END $$"""
CALLED = {
    "logins_of(uuid)": LOGINS,
    "selves(uuid)": SELVES,
    "bank_sharers(uuid)": SHARERS,
    "bank_setters(uuid)": SETTERS,
}


def upgrade() -> None:
    op.create_table(
        "person_user",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_user_person_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_person_user_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_user")),
        sa.UniqueConstraint("person_id", "user_id", name=op.f("uq_person_user_person_id_user_id")),
    )
    op.create_index(op.f("ix_person_user_user_id"), "person_user", ["user_id"])
    op.create_table(
        "charity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("charity_number", sa.Text(), nullable=False),
        sa.Column("supplier_number", sa.Text(), nullable=True),
        sa.Column("sort_code", sa.Text(), nullable=True),
        sa.Column("account_number", sa.Text(), nullable=True),
        sa.Column("account_name", sa.Text(), nullable=True),
        sa.Column("last_digits", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=True),
        sa.Column(
            "modulus",
            sa.Enum(
                "valid",
                "not_checked",
                name="modulus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "proposed",
                "confirmed",
                "retired",
                name="charitystatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column(
            "confirmed_how",
            sa.Enum(
                "called_back",
                "document_seen",
                "in_person",
                "known_supplier",
                name="confirmedhow",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("usable_from", sa.Date(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("last_digits ~ '^[0-9]{3}$'", name=op.f("ck_charity_last_digits")),
        sa.CheckConstraint(
            "num_nonnulls(confirmed_by, confirmed_on, confirmed_how, usable_from) = CASE WHEN status = 'confirmed' THEN 4 WHEN status = 'retired' AND confirmed_by IS NOT NULL THEN 4 ELSE 0 END",
            name=op.f("ck_charity_confirmed"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(ended_by, ended_on) = CASE WHEN status = 'retired' THEN 2 ELSE 0 END",
            name=op.f("ck_charity_ended"),
        ),
        sa.CheckConstraint(
            "sort_code LIKE 'v1.%' AND account_number LIKE 'v1.%' AND account_name LIKE 'v1.%'",
            name=op.f("ck_charity_sealed"),
        ),
        sa.CheckConstraint("confirmed_by <> set_by", name=op.f("ck_charity_confirmed_by_another")),
        sa.CheckConstraint(
            "num_nonnulls(sort_code, account_number, account_name, last_digits, fingerprint, modulus) IN (0, 6)",
            name=op.f("ck_charity_bank_whole"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(supplier_number, sort_code) > 0", name=op.f("ck_charity_paid_somehow")
        ),
        sa.CheckConstraint("usable_from >= confirmed_on", name=op.f("ck_charity_usable_later")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charity")),
    )
    op.create_index(op.f("ix_charity_fingerprint"), "charity", ["fingerprint"], unique=False)
    op.create_index(
        "uq_charity_known",
        "charity",
        ["charity_number"],
        unique=True,
        postgresql_where="status <> 'retired'",
    )
    op.create_table(
        "modulus_release",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_modulus_release")),
        sa.UniqueConstraint("valid_from", name=op.f("uq_modulus_release_valid_from")),
    )
    op.create_table(
        "payee_policy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("singleton", sa.Boolean(), nullable=False),
        sa.Column("hold_days", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("hold_days BETWEEN 0 AND 60", name=op.f("ck_payee_policy_hold_days")),
        sa.CheckConstraint("singleton", name=op.f("ck_payee_policy_singleton")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payee_policy")),
        sa.UniqueConstraint("singleton", name=op.f("uq_payee_policy_singleton")),
    )
    op.create_table(
        "modulus_substitution",
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("sort_code", sa.Text(), nullable=False),
        sa.Column("substitute", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["modulus_release.id"], name=op.f("fk_modulus_substitution_release_id")
        ),
        sa.PrimaryKeyConstraint("release_id", "sort_code", name=op.f("pk_modulus_substitution")),
    )
    op.create_table(
        "modulus_weight",
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_code", sa.Text(), nullable=False),
        sa.Column("last_code", sa.Text(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "MOD10",
                "MOD11",
                "DBLAL",
                name="method",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("weights", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("exception", sa.Integer(), nullable=False),
        sa.CheckConstraint("cardinality(weights) = 14", name=op.f("ck_modulus_weight_weights")),
        sa.CheckConstraint("exception BETWEEN 0 AND 14", name=op.f("ck_modulus_weight_exception")),
        sa.CheckConstraint("first_code <= last_code", name=op.f("ck_modulus_weight_codes")),
        sa.ForeignKeyConstraint(
            ["release_id"], ["modulus_release.id"], name=op.f("fk_modulus_weight_release_id")
        ),
        sa.PrimaryKeyConstraint("release_id", "place", name=op.f("pk_modulus_weight")),
    )
    op.create_table(
        "bank_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("sort_code", sa.Text(), nullable=False),
        sa.Column("account_number", sa.Text(), nullable=False),
        sa.Column("account_name", sa.Text(), nullable=False),
        sa.Column("last_digits", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column(
            "name_level",
            sa.Enum(
                "none",
                "partial",
                "different",
                name="namelevel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "modulus",
            sa.Enum(
                "valid",
                "not_checked",
                name="modulus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "proposed",
                "confirmed",
                "rejected",
                "superseded",
                name="accountstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column(
            "confirmed_how",
            sa.Enum(
                "called_back",
                "document_seen",
                "in_person",
                "known_supplier",
                name="confirmedhow",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("usable_from", sa.Date(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("last_digits ~ '^[0-9]{3}$'", name=op.f("ck_bank_account_last_digits")),
        sa.CheckConstraint(
            "num_nonnulls(confirmed_by, confirmed_on, confirmed_how, usable_from) = CASE WHEN status = 'confirmed' THEN 4 WHEN status = 'superseded' AND confirmed_by IS NOT NULL THEN 4 ELSE 0 END",
            name=op.f("ck_bank_account_confirmed"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(ended_by, ended_on) = CASE WHEN status = 'rejected' OR status = 'superseded' THEN 2 ELSE 0 END",
            name=op.f("ck_bank_account_ended"),
        ),
        sa.CheckConstraint(
            "sort_code LIKE 'v1.%' AND account_number LIKE 'v1.%' AND account_name LIKE 'v1.%'",
            name=op.f("ck_bank_account_sealed"),
        ),
        sa.CheckConstraint(
            "confirmed_by <> set_by AND confirmed_by <> person_id",
            name=op.f("ck_bank_account_confirmed_by_another"),
        ),
        sa.CheckConstraint(
            "usable_from >= confirmed_on", name=op.f("ck_bank_account_usable_later")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_bank_account_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_account")),
    )
    op.create_index(
        op.f("ix_bank_account_fingerprint"), "bank_account", ["fingerprint"], unique=False
    )
    op.create_index(
        op.f("ix_bank_account_person_id_id"), "bank_account", ["person_id", "id"], unique=False
    )
    op.create_index(
        "uq_bank_account_current",
        "bank_account",
        ["person_id"],
        unique=True,
        postgresql_where="status = 'confirmed'",
    )
    op.create_index(
        "uq_bank_account_proposed",
        "bank_account",
        ["person_id"],
        unique=True,
        postgresql_where="status = 'proposed'",
    )
    op.create_table(
        "payee",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("payroll_number", sa.Text(), nullable=True),
        sa.Column("supplier_number", sa.Text(), nullable=True),
        sa.Column(
            "prefers",
            sa.Enum(
                "bank_account",
                "supplier_number",
                name="prefers",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "confirmed_by <> set_by AND confirmed_by <> person_id",
            name=op.f("ck_payee_confirmed_by_another"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(confirmed_by, confirmed_on) IN (0, 2) AND (confirmed_by IS NULL OR set_by IS NOT NULL)",
            name=op.f("ck_payee_confirmed"),
        ),
        sa.CheckConstraint(
            "set_by IS NOT NULL OR num_nonnulls(payroll_number, supplier_number) = 0",
            name=op.f("ck_payee_set"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_payee_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payee")),
        sa.UniqueConstraint("person_id", name=op.f("uq_payee_person_id")),
    )
    op.create_table(
        "payee_access",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("charity_id", sa.Uuid(), nullable=True),
        sa.Column(
            "purpose",
            sa.Enum(
                "looked_at",
                "sharing",
                "changed",
                "confirmed",
                "rejected",
                "payment_file",
                "key_rotation",
                name="accesspurpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("accessed_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(person_id, charity_id) = 1", name=op.f("ck_payee_access_of_one")
        ),
        sa.ForeignKeyConstraint(
            ["charity_id"], ["charity.id"], name=op.f("fk_payee_access_charity_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_payee_access_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payee_access")),
    )
    op.create_index(
        op.f("ix_payee_access_charity_id_id"), "payee_access", ["charity_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_payee_access_person_id_id"), "payee_access", ["person_id", "id"], unique=False
    )
    for statement in ROWS:
        op.execute(statement)
    for signature, function in CALLED.items():
        op.execute(function)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {WRITERS}")
    for table, body in CHECKS.items():
        op.execute(CHECK.format(table=table, body=body))
        op.execute(
            f"CREATE TRIGGER check_{table} BEFORE INSERT OR UPDATE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION check_{table}()"
        )
    op.execute(
        "INSERT INTO payee_policy (id, singleton, hold_days, created_at, updated_at, version)"
        " VALUES (gen_random_uuid(), true, 3, now(), now(), 1)"
    )
    for table in RECORDED:
        op.execute(f"SELECT record_changes('{table}')")
    for table in HELD:
        op.execute(f"SELECT hold_rows('{table}', 'person_id')")


def downgrade() -> None:
    op.drop_index(op.f("ix_payee_access_person_id_id"), table_name="payee_access")
    op.drop_index(op.f("ix_payee_access_charity_id_id"), table_name="payee_access")
    op.drop_table("payee_access")
    op.drop_table("payee")
    op.drop_index(
        "uq_bank_account_proposed",
        table_name="bank_account",
        postgresql_where="status = 'proposed'",
    )
    op.drop_index(
        "uq_bank_account_current",
        table_name="bank_account",
        postgresql_where="status = 'confirmed'",
    )
    op.drop_index(op.f("ix_bank_account_person_id_id"), table_name="bank_account")
    op.drop_index(op.f("ix_bank_account_fingerprint"), table_name="bank_account")
    op.drop_table("bank_account")
    op.drop_table("modulus_weight")
    op.drop_table("modulus_substitution")
    op.drop_table("payee_policy")
    op.drop_table("modulus_release")
    op.drop_index("uq_charity_known", table_name="charity", postgresql_where="status <> 'retired'")
    op.drop_index(op.f("ix_charity_fingerprint"), table_name="charity")
    op.drop_table("charity")
    op.drop_table("person_user")
    for signature in (*CALLED, *(f"check_{table}()" for table in CHECKS)):
        op.execute(f"DROP FUNCTION {signature}")
