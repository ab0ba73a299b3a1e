"""Each role may do what it must, and nothing else."""

import asyncpg
import pytest

DAYS = "'2026-01-01', '2026-01-31'"
NOBODY = "gen_random_uuid()"
ROLES = ("app", "worker", "read", "report", "bi")
WORDS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
ALL = {"SELECT", "INSERT", "UPDATE", "DELETE"}
NOTHING: set[str] = set()
SEEN = {"SELECT"}
ADDED = {"SELECT", "INSERT"}

# Where a table differs from: app and worker read and write, read reads, nobody else does anything.
RIGHTS = {
    "change_pending": {"app": NOTHING, "worker": {"SELECT", "DELETE"}, "read": NOTHING},
    "change_log": {"app": SEEN, "worker": {"SELECT", "INSERT"}},
    "change_epoch": {"app": SEEN, "worker": SEEN},
    "feedback_daily": {"app": SEEN, "worker": SEEN},
    "feedback_monthly": {"app": SEEN},
    "idempotency_key": {"read": NOTHING},
    "feedback_import_row": {"read": NOTHING},
    "feedback_import_chunk": {"read": NOTHING},
    "equality_monitoring": {"read": NOTHING},
    "equality_monitoring_access": {"app": ADDED, "worker": ADDED, "read": NOTHING},
    "pastoral_plan": {"read": NOTHING},
    "pastoral_check_in": {"read": NOTHING},
    "pastoral_concern": {"read": NOTHING},
    "pastoral_break_glass": {"app": ADDED, "worker": ADDED, "read": NOTHING},
    "pastoral_lead": {"app": ALL - {"DELETE"}, "worker": ALL - {"DELETE"}, "read": NOTHING},
    "bank_account": {"app": ADDED, "worker": ADDED, "read": NOTHING},  # some columns are updated
    "charity": {"app": ADDED, "worker": ADDED, "read": NOTHING},  # as above
    "payee": {"app": ALL - {"DELETE"}, "worker": ALL - {"DELETE"}, "read": NOTHING},
    "payee_access": {"app": ADDED, "worker": ADDED, "read": NOTHING},
    "modulus_release": {"app": ADDED, "worker": ADDED},
    "modulus_weight": {"app": ADDED, "worker": ADDED},
    "modulus_substitution": {"app": ADDED, "worker": ADDED},
    "acted_for": {"app": ADDED, "worker": ADDED},
    "sign_in_code": {"read": NOTHING},
    "subject_access": {"read": NOTHING},
    "subject_reading": {"app": ADDED, "worker": ADDED, "read": NOTHING},
    "legal_hold": {"app": ALL - {"DELETE"}, "worker": ALL - {"DELETE"}, "read": NOTHING},
    "erasure": {"app": ADDED, "worker": ADDED},
    "cost_centre": {"app": ALL - {"DELETE"}, "worker": ALL - {"DELETE"}},
    "voucher": {"app": ALL - {"DELETE"}, "worker": ALL - {"DELETE"}},
    "budget": {"app": ADDED, "worker": ADDED},  # and a right to change what no trigger writes
    "budget_change": {"app": ADDED, "worker": ADDED},
    "ledger_posting": {"app": ADDED, "worker": ADDED},
    "ledger_entry": {"app": ADDED, "worker": ADDED},
    "message": {"read": NOTHING},  # it has a right to columns that tell of nobody
    "message_template": {"app": ADDED, "worker": ADDED},
    "payment_choice": {"app": ADDED, "worker": ADDED},
    "claim": {"app": ALL - {"DELETE"}, "worker": ALL - {"DELETE"}},
    "claim_action": {"app": ADDED, "worker": ADDED},
    "claim_occasion": {"app": SEEN, "worker": SEEN},
    "claim_flag": {"app": ALL - {"DELETE"}, "worker": ALL - {"DELETE"}, "read": NOTHING},
    "payment_run": {"app": ALL - {"DELETE"}, "worker": ALL - {"DELETE"}},
    "claim_payment": {"app": ALL - {"DELETE"}, "worker": ALL - {"DELETE"}},
    "payment_file_read": {"app": ADDED, "worker": ADDED},
    "payment_file": {"app": ADDED, "worker": ADDED, "read": NOTHING},
    "payment_cap": {"read": NOTHING},
    "benefit_figure": {"app": ADDED, "worker": ADDED},
    "advance": {"app": ALL - {"DELETE"}, "worker": ALL - {"DELETE"}},
    "advance_settlement": {"app": ADDED, "worker": ADDED},
    "claim_top_up": {"app": ADDED, "worker": ADDED},
    "rate_card": {"app": ALL - {"DELETE"}, "worker": ALL - {"DELETE"}},
    "rate": {"app": ALL - {"UPDATE"}, "worker": ALL - {"UPDATE"}},
    "payment_layout": {"app": ADDED, "worker": ADDED},  # and what tells how it stands
    "receipt_content": {"app": ADDED, "worker": ADDED, "read": NOTHING},
    "receipt_quarantine": {"app": {"INSERT"}, "worker": {"INSERT"}, "read": NOTHING},
    "inbox_event": {"read": {"SELECT", "INSERT"}},
    "inbox_alert": {"read": {"SELECT", "INSERT"}},
    "api_key_use": {"read": {"SELECT", "INSERT", "UPDATE"}},
    "backlog": {"app": NOTHING, "worker": SEEN},
    "alembic_version": {},
}
USUAL = {"app": ALL, "worker": ALL, "read": SEEN, "report": NOTHING, "bi": NOTHING}


@pytest.fixture
async def connection(database_url):
    connection = await asyncpg.connect(database_url)
    undone = connection.transaction()
    await undone.start()
    yield connection
    await undone.rollback()
    await connection.close()


async def rights(connection, schema: str) -> dict[str, dict[str, set[str]]]:
    rows = await connection.fetch(
        "SELECT c.relname AS relation, role, word FROM pg_class c"
        " CROSS JOIN unnest($1::text[]) role CROSS JOIN unnest($2::text[]) word"
        " WHERE c.relnamespace = $3::regnamespace AND c.relkind IN ('r', 'v', 'p')"
        "   AND has_table_privilege('everyvoice_' || role, c.oid, word)",
        list(ROLES),
        list(WORDS),
        schema,
    )
    tables = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = $1::regnamespace"
        " AND relkind IN ('r', 'v', 'p')",
        schema,
    )
    found: dict[str, dict[str, set[str]]] = {
        row["relname"]: {role: set() for role in ROLES} for row in tables
    }
    for row in rows:
        found[row["relation"]][row["role"]].add(row["word"])
    return found


async def test_each_role_holds_just_its_rights(connection):
    found = await rights(connection, "public")
    expected = {table: USUAL | RIGHTS.get(table, {}) for table in found}
    assert found == expected
    assert RIGHTS.keys() <= found.keys()


async def test_jobs_are_for_those_who_put_and_take_them(connection):
    for table, by_role in (await rights(connection, "jobs")).items():
        assert by_role == USUAL | {"read": NOTHING}, table


async def test_everything_is_the_owners(connection):
    owners = await connection.fetch(
        "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class"
        " WHERE relnamespace::regnamespace::text IN ('public', 'jobs', 'reporting')"
    )
    assert [row[0] for row in owners] == ["everyvoice_owner"]


async def test_no_role_but_the_owner_makes_anything(connection):
    rows = await connection.fetch(
        "SELECT role, nspname FROM unnest($1::text[]) role, pg_namespace n"
        " WHERE has_schema_privilege('everyvoice_' || role, n.oid, 'CREATE')"
        "   AND nspname IN ('public', 'jobs', 'reporting')",
        list(ROLES),
    )
    assert rows == []


async def test_no_role_logs_in_or_stands_above_rules(connection):
    rows = await connection.fetch(
        "SELECT rolname FROM pg_roles WHERE rolname LIKE 'everyvoice\\_%'"
        " AND (rolcanlogin OR rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)"
    )
    assert rows == []


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("app", "UPDATE change_log SET op = 'D'"),
        ("app", "DELETE FROM change_log"),
        ("app", "INSERT INTO change_pending (entity) VALUES ('x')"),
        ("worker", "UPDATE change_log SET op = 'D'"),
        ("worker", "INSERT INTO change_pending (entity) VALUES ('x')"),
        ("worker", "UPDATE change_epoch SET generation = 0"),
        ("read", "SELECT * FROM change_pending"),
        ("read", "SELECT * FROM idempotency_key"),
        ("read", "SELECT * FROM jobs.pgqueuer"),
        ("read", "SELECT recipient_email FROM message"),
        ("read", "SELECT * FROM message"),
        ("read", "SELECT * FROM equality_monitoring"),
        ("read", "SELECT * FROM pastoral_plan"),
        ("read", "SELECT * FROM pastoral_check_in"),
        ("read", "SELECT * FROM pastoral_concern"),
        ("app", "UPDATE pastoral_break_glass SET reason = ''"),
        ("app", "DELETE FROM pastoral_break_glass"),
        ("app", "UPDATE equality_monitoring_access SET reason = ''"),
        ("app", "DELETE FROM equality_monitoring_access"),
        ("read", "SELECT hash FROM sign_in_code"),
        ("app", "UPDATE acted_for SET operation = ''"),
        ("app", "DELETE FROM acted_for"),
        *(
            (role, statement)
            for role in ("app", "worker")
            for statement in (
                "UPDATE ledger_entry SET amount_pence = 1",
                "DELETE FROM ledger_entry",
                "TRUNCATE ledger_entry",
                "UPDATE ledger_posting SET words = ''",
                "DELETE FROM ledger_posting",
                "UPDATE budget_change SET reason = ''",
                "UPDATE budget SET committed_pence = 0",
                "UPDATE budget SET spent_pence = 0, amount_pence = 1",
                "DELETE FROM budget",
                "DELETE FROM voucher",
            )
        ),
        ("read", "DELETE FROM inbox_event"),
        ("read", "UPDATE team SET name = ''"),
        ("bi", "SELECT * FROM feedback_response"),
        ("bi", "SELECT * FROM change_log"),
        ("report", "SELECT * FROM feedback_response"),
        ("app", "SELECT feedback_recount('2026-01-01', '2026-01-31')"),
        *((role, f"SELECT * FROM check_ins_due({DAYS})") for role in ROLES if role != "worker"),
        *((role, f"SELECT concern_handler({NOBODY}, NULL)") for role in ROLES[2:]),
        ("app", "CREATE TABLE mine (id int)"),
        ("app", "ALTER TABLE change_log DISABLE TRIGGER only_added_to"),
    ],
)
async def test_what_a_role_must_not_do_is_refused(connection, role, statement):
    await connection.execute(f"SET ROLE everyvoice_{role}")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement)


async def test_the_statement_door_counts_what_waits_without_seeing_it(connection):
    await connection.execute("SET ROLE everyvoice_read")
    row = await connection.fetchrow("SELECT * FROM backlog")
    assert set(row.values()) == {0, None}


async def test_the_worker_asks_which_check_ins_are_due(connection):
    await connection.execute("SET ROLE everyvoice_worker")
    assert await connection.fetch(f"SELECT * FROM check_ins_due({DAYS})") == []


@pytest.mark.parametrize("role", ["app", "worker"])
async def test_who_writes_concerns_has_a_handler_chosen(connection, role):
    await connection.execute(f"SET ROLE everyvoice_{role}")
    assert await connection.fetchval(f"SELECT concern_handler({NOBODY}, NULL)") is None
