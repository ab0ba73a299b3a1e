"""Who signs in by a provider's token, the codes that bind a person, and who acts for them."""

import sqlalchemy as sa
from alembic import op

from migrations import roles

revision: str = "0034"
down_revision: str | None = "0033"
branch_labels = None
depends_on = None

RECORDED = ("user_identity", "person_binding", "person_supporter", "acted_for", "sign_in_code")
# However a login's meaning changes, every process drops what it remembers.
TOLD = ("user_identity", "person_binding")
WRITERS = "everyvoice_app, everyvoice_worker"
SCOPES = ["registers:on_behalf"]
KEEPERS = ["administrator", "involvement_lead"]
CHECKS = {
    "check_sign_in_code": """
    IF OLD.used_at IS NOT NULL AND NEW.used_at IS DISTINCT FROM OLD.used_at THEN
        RAISE EXCEPTION 'a code is used once'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_sign_in_code_once';
    END IF;""",
    "check_person_supporter": """
    IF (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at)
       OR (OLD.subject IS NOT NULL
           AND (NEW.issuer, NEW.subject) IS DISTINCT FROM (OLD.issuer, OLD.subject)) THEN
        RAISE EXCEPTION 'who acts for somebody is named anew'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_person_supporter_fixed';
    END IF;""",
    "check_acted_for": """
    IF NEW.supporter_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM person_supporter s
         WHERE s.id = NEW.supporter_id AND s.person_id = NEW.person_id AND s.ended_at IS NULL
           AND s.valid_from <= (NEW.created_at AT TIME ZONE 'Europe/London')::date
           AND s.valid_to > (NEW.created_at AT TIME ZONE 'Europe/London')::date
           FOR SHARE) THEN
        RAISE EXCEPTION 'who acts for somebody was named for it'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_acted_for_allowed';
    END IF;""",
}
CHECKED = {
    "check_sign_in_code": "UPDATE ON sign_in_code",
    "check_person_supporter": "UPDATE ON person_supporter",
    "check_acted_for": "INSERT ON acted_for",
}
CHECK = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN{body}
    RETURN NEW;
END $$"""
# A person sees what is kept of how they are looked after, once they are who asks.
OWN = ("pastoral_plan", "pastoral_check_in", "pastoral_concern")
OF_THE_PERSON = (
    "CREATE POLICY of_the_person ON {} FOR SELECT TO "
    + WRITERS
    + " USING (person_id = nullif(current_setting('everyvoice.own', true), '')::uuid)"
)
# Counted over all concerns, of which nobody who asks sees all. The person is taken first, as where a
# lead is named, so that the chosen one cannot become the lead meanwhile. Whoever is chosen can see
# the person by some key or login of theirs.
SEEN = (
    "c.user_id = u.id AND (place IS NULL OR num_nonnulls(c.directorates, c.teams) = 0"
    " OR place = ANY (c.directorates))"
)
SEEN_BY_KEY = f"{SEEN} AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > now())"
CONCERN_HANDLER = f"""
CREATE FUNCTION concern_handler(person uuid, about uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    before text := coalesce(current_setting('everyvoice.task', true), '');
    place uuid;
    involved uuid;
    found uuid;
BEGIN
    SELECT p.directorate_id, p.lead_id INTO place, involved
      FROM person p WHERE p.id = person FOR NO KEY UPDATE;
    PERFORM set_config('everyvoice.task', 'choose', true);
    SELECT u.id INTO found
      FROM app_user u
     WHERE u.active AND u.id IS DISTINCT FROM about
       AND NOT EXISTS (SELECT FROM pastoral_lead l
                        WHERE l.person_id = person AND l.lead_id = u.id)
       AND EXISTS (SELECT FROM user_role h JOIN role r ON r.id = h.role_id
                    WHERE h.user_id = u.id AND 'pastoral:concerns' = ANY (r.scopes))
       AND (EXISTS (SELECT FROM api_key c
                     WHERE (c.scopes IS NULL OR 'pastoral:concerns' = ANY (c.scopes))
                       AND {SEEN_BY_KEY})
            OR EXISTS (SELECT FROM user_identity c WHERE {SEEN}))
     ORDER BY u.id IS NOT DISTINCT FROM involved,
              (SELECT count(*) FROM pastoral_concern k
                WHERE k.handler_id = u.id AND k.state <> 'answered'),
              u.id
     LIMIT 1;
    PERFORM set_config('everyvoice.task', before, true);
    RETURN found;
END $$"""


def upgrade() -> None:
    op.create_table(
        "user_identity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("directorates", sa.ARRAY(sa.Uuid()), nullable=True),
        sa.Column("teams", sa.ARRAY(sa.Uuid()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("issuer <> '' AND subject <> ''", name=op.f("ck_user_identity_named")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_user_identity_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_user_identity_issuer_subject")),
    )
    op.create_index(op.f("ix_user_identity_user_id"), "user_identity", ["user_id"], unique=False)
    op.create_table(
        "person_binding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("issuer <> '' AND subject <> ''", name=op.f("ck_person_binding_named")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_binding_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_binding")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_person_binding_issuer_subject")),
        sa.UniqueConstraint("person_id", "issuer", name=op.f("uq_person_binding_person_id_issuer")),
    )
    op.create_table(
        "person_supporter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column(
            "relation",
            sa.Enum(
                "parent",
                "partner",
                "relative",
                "friend",
                "carer",
                "advocate",
                "support_worker",
                "other",
                name="relation",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("may", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("named_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "may <@ ARRAY['profile', 'contact', 'consents', 'applications']",
            name=op.f("ck_person_supporter_may_known"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_person_supporter_ended")
        ),
        sa.CheckConstraint(
            "(issuer IS NULL) = (subject IS NULL)", name=op.f("ck_person_supporter_login")
        ),
        sa.CheckConstraint("cardinality(may) > 0", name=op.f("ck_person_supporter_may_something")),
        sa.CheckConstraint(
            "valid_to > valid_from AND valid_to <= valid_from + 366",
            name=op.f("ck_person_supporter_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_supporter_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_supporter")),
    )
    op.create_index(
        op.f("ix_person_supporter_issuer_subject"),
        "person_supporter",
        ["issuer", "subject"],
        unique=False,
    )
    op.create_index(
        op.f("ix_person_supporter_person_id_id"),
        "person_supporter",
        ["person_id", "id"],
        unique=False,
    )
    op.create_table(
        "acted_for",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("supporter_id", sa.Uuid(), nullable=True),
        sa.Column("acted_by", sa.Uuid(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "supporter_id IS NULL OR supporter_id = acted_by",
            name=op.f("ck_acted_for_by_supporter"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_acted_for_person_id")),
        sa.ForeignKeyConstraint(
            ["supporter_id"], ["person_supporter.id"], name=op.f("fk_acted_for_supporter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acted_for")),
    )
    op.create_index(
        op.f("ix_acted_for_person_id_id"), "acted_for", ["person_id", "id"], unique=False
    )
    op.create_index(op.f("ix_acted_for_supporter_id"), "acted_for", ["supporter_id"], unique=False)
    op.create_table(
        "sign_in_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("supporter_id", sa.Uuid(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_sign_in_code_lasts")),
        sa.CheckConstraint("used_at < expires_at", name=op.f("ck_sign_in_code_in_time")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_sign_in_code_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["supporter_id"], ["person_supporter.id"], name=op.f("fk_sign_in_code_supporter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_code")),
        sa.UniqueConstraint("hash", name=op.f("uq_sign_in_code_hash")),
    )
    op.create_index(
        "ix_sign_in_code_of_person",
        "sign_in_code",
        ["person_id"],
        unique=True,
        postgresql_where="used_at IS NULL AND supporter_id IS NULL",
    )
    op.create_index(
        "ix_sign_in_code_of_supporter",
        "sign_in_code",
        ["supporter_id"],
        unique=True,
        postgresql_where="used_at IS NULL",
    )
    op.create_index(
        op.f("ix_sign_in_code_person_id_id"), "sign_in_code", ["person_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_sign_in_code_supporter_id"), "sign_in_code", ["supporter_id"], unique=False
    )
    op.execute("REVOKE ALL ON sign_in_code FROM everyvoice_read")
    op.execute(f"REVOKE UPDATE, DELETE ON acted_for FROM {WRITERS}")
    for name, moment in CHECKED.items():
        op.execute(CHECK.format(name=name, body=CHECKS[name]))
        op.execute(f"CREATE TRIGGER {name} BEFORE {moment} FOR EACH ROW EXECUTE FUNCTION {name}()")
    for table in OWN:
        op.execute(OF_THE_PERSON.format(table))
    op.execute(CONCERN_HANDLER)
    op.execute("REVOKE EXECUTE ON FUNCTION concern_handler(uuid, uuid) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION concern_handler(uuid, uuid) TO {WRITERS}")
    for table in TOLD:
        op.execute(
            f"CREATE TRIGGER tell_keys AFTER INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION tell_keys()"
        )
    for table in RECORDED:
        op.execute(f"SELECT record_changes('{table}')")
    roles.gain(dict.fromkeys(KEEPERS, SCOPES))


def downgrade() -> None:
    roles.lose(SCOPES)
    op.execute("DROP FUNCTION concern_handler(uuid, uuid)")
    for table in OWN:
        op.execute(f"DROP POLICY of_the_person ON {table}")
    op.drop_index(op.f("ix_sign_in_code_supporter_id"), table_name="sign_in_code")
    op.drop_index(op.f("ix_sign_in_code_person_id_id"), table_name="sign_in_code")
    op.drop_index(
        "ix_sign_in_code_of_supporter",
        table_name="sign_in_code",
        postgresql_where="used_at IS NULL",
    )
    op.drop_index(
        "ix_sign_in_code_of_person",
        table_name="sign_in_code",
        postgresql_where="used_at IS NULL AND supporter_id IS NULL",
    )
    op.drop_table("sign_in_code")
    op.drop_index(op.f("ix_acted_for_supporter_id"), table_name="acted_for")
    op.drop_index(op.f("ix_acted_for_person_id_id"), table_name="acted_for")
    op.drop_table("acted_for")
    op.drop_index(op.f("ix_person_supporter_person_id_id"), table_name="person_supporter")
    op.drop_index(op.f("ix_person_supporter_issuer_subject"), table_name="person_supporter")
    op.drop_table("person_supporter")
    op.drop_table("person_binding")
    op.drop_index(op.f("ix_user_identity_user_id"), table_name="user_identity")
    op.drop_table("user_identity")
    for name in CHECKED:
        op.execute(f"DROP FUNCTION {name}()")
