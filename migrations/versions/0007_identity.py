"""Roles are shipped, keys rotate in two slots, and changes of either are told and recorded."""

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels = None
depends_on = None


READ = ("feedback:read", "organisation:read")
COMMENTS = "feedback:read:comments"
SMALL = "feedback:read:small_numbers"

# Each job gets what it needs: words where somebody must read them, small numbers where a team's
# or the trust's own few answers are the work.
ROLES = {
    "administrator": (
        "Administrator",
        (
            *READ,
            COMMENTS,
            SMALL,
            "audit:read",
            "bi:read",
            "feedback:import",
            "inbox:manage",
            "inbox:read",
            "keys:manage",
            "keys:read",
            "metrics:read",
            "organisation:manage",
        ),
    ),
    "analyst": ("Analyst", (*READ, SMALL, "bi:read")),
    "budget_holder": ("Budget holder", READ),
    "certifier": ("Certifier", READ),
    "champion": ("Experience champion", READ),
    "complaints": ("Complaints team", READ),
    "involvement_lead": (
        "Involvement lead",
        (*READ, COMMENTS, SMALL, "feedback:import", "inbox:read"),
    ),
    "moderator": ("Moderator", (*READ, COMMENTS, SMALL)),
    "reader": ("Reader", READ),
    "releaser": ("Releaser", READ),
    "team_lead": ("Team lead", (*READ, COMMENTS, SMALL)),
    "waiting_list_manager": ("Waiting-list manager", READ),
}

SEED = sa.text(
    """
    INSERT INTO role (id, code, name, scopes, created_at, updated_at, version)
    VALUES (gen_random_uuid(), :code, :name, :scopes, now(), now(), 1)
    ON CONFLICT (code) DO UPDATE
       SET name = excluded.name, scopes = excluded.scopes, updated_at = now(),
           version = role.version + 1
     WHERE (role.name, role.scopes) IS DISTINCT FROM (excluded.name, excluded.scopes)"""
).bindparams(sa.bindparam("scopes", type_=sa.ARRAY(sa.Text())))

# A key lives from its making to its end, whichever comes first; never backwards.
LIVE = (
    "tstzrange(created_at, greatest(created_at,"
    " coalesce(least(expires_at, revoked_at), 'infinity')))"
)

# Roles have no row of their own in the log: they are a field of their user.
RECORD = """
CREATE FUNCTION log_roles() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO change_pending (entity, entity_id, op, fields, actor_id, operation)
    SELECT DISTINCT 'app_user', user_id, 'U', ARRAY['roles'],
           nullif(current_setting('everyvoice.actor', true), '')::uuid,
           coalesce(current_setting('everyvoice.operation', true), '')
      FROM changed;
    RETURN NULL;
END $$"""
ROWS = {
    "insert": "NEW TABLE AS changed",
    "update": "NEW TABLE AS changed",
    "delete": "OLD TABLE AS changed",
}

# However a key, its user or their roles change, every process drops what it remembers.
TELL = """
CREATE FUNCTION tell_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('everyvoice_keys', '');
    RETURN NULL;
END $$"""
TOLD = ("api_key", "app_user", "role", "user_role")


def upgrade() -> None:
    # No version before this one makes keys, so that no two stand in one slot.
    op.add_column("api_key", sa.Column("slot", sa.Integer(), server_default="1", nullable=False))
    op.create_check_constraint(op.f("ck_api_key_slot"), "api_key", "slot IN (1, 2)")
    op.execute(
        "ALTER TABLE api_key ADD CONSTRAINT ex_api_key_one_live_a_slot"
        f" EXCLUDE USING gist (user_id WITH =, name WITH =, slot WITH =, {LIVE} WITH &&)"
    )
    op.execute(RECORD)
    for event, rows in ROWS.items():
        op.execute(
            f"CREATE TRIGGER log_roles_{event} AFTER {event.upper()} ON user_role"
            f" REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION log_roles()"
        )
    op.execute(TELL)
    for table in TOLD:
        op.execute(
            f"CREATE TRIGGER tell_keys AFTER INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION tell_keys()"
        )
    # What is shipped is no change that somebody made: the log begins with the first of those.
    op.execute("ALTER TABLE role DISABLE TRIGGER record_insert")
    for code, (name, scopes) in ROLES.items():
        values = {"code": code, "name": name, "scopes": sorted(scopes)}
        op.get_bind().execute(SEED, values)
    op.execute("ALTER TABLE role ENABLE TRIGGER record_insert")


def downgrade() -> None:
    # A role that somebody has stays, and is brought up to date when this comes back.
    codes = ", ".join(f"'{code}'" for code in ROLES)
    op.execute(
        f"DELETE FROM role r WHERE code IN ({codes})"
        " AND NOT EXISTS (SELECT FROM user_role u WHERE u.role_id = r.id)"
    )
    for table in TOLD:
        op.execute(f"DROP TRIGGER tell_keys ON {table}")
    op.execute("DROP FUNCTION tell_keys()")
    for event in ROWS:
        op.execute(f"DROP TRIGGER log_roles_{event} ON user_role")
    op.execute("DROP FUNCTION log_roles()")
    op.drop_constraint("ex_api_key_one_live_a_slot", "api_key")
    op.drop_constraint("ck_api_key_slot", "api_key")
    op.drop_column("api_key", "slot")
