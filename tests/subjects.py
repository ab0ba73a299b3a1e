"""A row of every table that tells of somebody, with a word of its own in every personal column."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Column, Table

from app import migrate
from app.core.db import Base
from app.domain.rights.registry import ENTRIES, MENTIONS

migrate.models()
TABLES = Base.metadata.tables
PERSONAL = ("personal", "special")
Execute = Callable[[str], Awaitable[object]]
# What a table needs beside what its columns' types tell, as SQL; a list where one row is not all.
DAYS = {"valid_from": "'2024-04-01'", "valid_to": "'2025-04-01'"}
SHAPES: Mapping[str, list[dict[str, str]]] = {
    "person_need": [
        {
            "review_on": "'2021-01-01'",
            "kind": "'information_format'",
            "concept": "NULL",
            "formats": "'{braille}'",
        }
    ],
    "person_consent": [{"given_by": "'parent'", "given_at": "now() - interval '1 day'"}],
    "person_supporter": [
        {"may": "'{profile}'", "valid_to": "'2020-02-01'", "issuer": "'i'", "relation": "'friend'"}
    ],
    "sign_in_code": [{"expires_at": "now() + interval '1 hour'"}],
    "message": [{"status": "'failed'", "channel": "'email'", "kind": "'x'"}],
    "equality_monitoring": [
        {
            "ethnic_category": "'A'",
            "gender": "'1'",
            "gender_same_at_birth": "'Y'",
            "sexual_orientation": "'1'",
            "disabilities": "'{NN}'",
            "religion": "'L'",
            "carer_support": "'01'",
        }
    ],
    "subject_access": [
        {
            "state": "'released'",
            "due_on": "'2020-02-01'",
            "released_on": "'2020-01-10'",
            "released_by": "gen_random_uuid()",
        }
    ],
    "legal_hold": [{"lifted_on": "'2020-02-01'", "lifted_by": "gen_random_uuid()"}],
    "person_role": [DAYS],
    "involvement_post": [
        DAYS | {"kind": "'peer_support_worker'", "trained_on": "'2024-06-01'", "wte": "0.6"}
    ],
    "champion": [DAYS],
    "forum_member": [DAYS],
    "participation": [{"status": "'completed'"}],
    "mentoring_pair": [{"ended_on": "'2020-03-01'"}],
    "recruitment_applicant": [{"stage": "'withdrawn'"}],
    "claim_payment": [{"replaced": "false", "status": "'paid'", "run_id": "gen_random_uuid()"}],
    "claim_receipt": [{"receipt_id": "gen_random_uuid()"}],
    "claim_flag": [{"answered_by": "gen_random_uuid()", "answered_at": "now()"}],
    "dbs_check": [{"expires_on": "'2023-01-01'"}],
    "course_completion": [{"expires_on": "'2023-01-01'"}],
    "advance": [
        {
            "kind": "'booked_travel'",
            "travel_on": "'2020-01-01'",
            "status": "'declined'",
            "decided_by": "gen_random_uuid()",
            "decided_on": "'2020-01-01'",
            "settled_pence": "0",
        }
    ],
    "pastoral_check_in": [
        {"kind": "'debrief'", "state": "'missed'", "notes": "NULL"},
        {
            "kind": "'check_in'",
            "state": "'held'",
            "held_on": "'2020-01-01'",
            "about": "NULL",
            "missed_because": "NULL",
        },
    ],
    "pastoral_concern": [
        {
            "state": "'answered'",
            "answer_by": "'2020-02-01'",
            "acknowledged_on": "'2020-01-02'",
            "answered_on": "'2020-01-03'",
        }
    ],
    "receipt": [
        {
            "status": "'quarantined'",
            "reason": "'unreadable'",
            "quarantine_id": "gen_random_uuid()",
            "uses": "0",
        }
    ],
    "bank_account": [
        {
            "sort_code": "'v1.sealed'",
            "account_number": "'v1.sealed'",
            "account_name": "'v1.sealed'",
            "last_digits": "'958'",
            "fingerprint": "'x'",
        }
    ],
    "payee": [{"set_by": "gen_random_uuid()"}],
    "pastoral_break_glass": [{"denied_because": "'unseen'"}],
    "ledger_entry": [{"account": "'bank'", "currency": "'GBP'"}],
    "voucher": [
        {
            "status": "'issued'",
            "issued_on": "'2020-01-01'",
            "signature_reference": "'R-1'",
            "issued_by": "gen_random_uuid()",
            "issue_posting_id": "gen_random_uuid()",
        }
    ],
}
# What rows of a person stand in.
PARENTS: Mapping[str, dict[str, str]] = {
    "forum": {"kind": "'youth_board'"},
    "forum_meeting": {"day": "'2024-06-01'", "state": "'held'", "place": "'Hall'"},
    "opportunity": {"title": "'A kinder door'"},
    "information_resource": {},
    "feedback_meeting": {"place": "'Hall'", "starts_at": "'10:00'", "ends_at": "'11:00'"},
}
# Texts that a name is searched in; what their tables' own rules want beside.
MENTIONED: Mapping[str, dict[str, str]] = {
    "forum_issue": {
        "first_team_id": "'{team}'",
        "second_team_id": "'{second_team}'",
        "first_answered_on": "'2020-01-01'",
        "second_answered_on": "'2020-01-01'",
        "closed_on": "'2020-01-02'",
    },
    "fund_application": {
        "status": "'completed'",
        "asked_pence": "100",
        "award_pence": "100",
        "spent_pence": "1",
        "decided_on": "'2020-01-02'",
        "decided_by": "gen_random_uuid()",
    },
    "format_request": {"state": "'declined'", "answered_at": "now()"},
    "opportunity": {"status": "'cancelled'"},
    "feedback_promise": {"kept_on": "'2020-01-01'"},
    "feedback_action": {"level": "'trust'", "counts": "NULL"},
}
BY_TYPE = {
    "UUID": "gen_random_uuid()",
    "DATE": "'2020-01-01'",
    "DATETIME": "now() - interval '1 minute'",
    "BOOLEAN": "true",
    "INTEGER": "1",
    "BIGINT": "1",
    "NUMERIC(4, 2)": "1",
    "JSONB": "'[]'",
}
STAMPS = {"id": "gen_random_uuid()", "created_at": "now()", "updated_at": "now()", "version": "1"}


def word(table: str, column: str) -> str:
    return f"sown{table}{column}".replace("_", "")


def holds_words(column: Column) -> bool:
    kind = str(column.type)
    return kind in ("TEXT", "ARRAY", "BLOB") and not hasattr(column.type, "enums")


def personal(table: Table) -> Iterator[Column]:
    return (c for c in table.columns if c.info.get("class") in PERSONAL and not c.foreign_keys)


def written(column: Column, told: str) -> str:
    if str(column.type) == "BLOB":
        return f"convert_to('{told}', 'UTF8')"
    if str(column.type) == "ARRAY":
        return f"ARRAY['{told}']"
    return f'\'[{{"name": "{told}"}}]\'' if str(column.type) == "JSONB" else f"'{told}'"


def of_type(table: Table, column: Column) -> str:
    """Write a value that says nothing, of a column that must have one."""
    if enums := getattr(column.type, "enums", None):
        return f"'{enums[0]}'"
    if holds_words(column):
        return (
            "'{}'"
            if str(column.type) == "ARRAY"
            else written(column, word(table.name, column.name))
        )
    kind = "UUID" if column.type.python_type is UUID else str(column.type)
    return BY_TYPE[kind]


def values(
    table: Table, shape: Mapping[str, str], known: Mapping[str, UUID], words: Mapping[str, str]
) -> dict[str, str]:
    found: dict[str, str] = {}
    for column in table.columns:
        keys = [key.column for key in column.foreign_keys if key.column.name == "id"]
        referred = [known.get(key.table.name) for key in keys]
        if column.name in shape:
            found[column.name] = shape[column.name]
        elif column.name in words:
            found[column.name] = written(column, words[column.name])
        elif any(key.column.name == "person_id" for key in column.foreign_keys):
            found[column.name] = f"'{known['person']}'"
        elif column.name == "person_id" or (not column.nullable and any(referred)):
            id_ = known["person"] if column.name == "person_id" else next(filter(None, referred))
            found[column.name] = f"'{id_}'"
        elif not column.nullable:
            found[column.name] = STAMPS.get(column.name) or of_type(table, column)
    return found


async def add(execute: Execute, table: Table, told: Mapping[str, str]) -> None:
    names, cells = ", ".join(told), ", ".join(told.values())
    await execute(f"INSERT INTO {table.name} ({names}) VALUES ({cells}) ON CONFLICT DO NOTHING")


async def plant(execute: Execute, known: dict[str, UUID], **own: dict[str, Any]) -> list[str]:
    """Add a row of every table, past its triggers, as one who may; gives the words that are in.

    `known` gives the person and what rows refer to, by table; ids of parents are added to it.
    """
    sown = []
    await execute("SET LOCAL session_replication_role = replica")
    for name, shape in PARENTS.items():
        known[name] = uuid4()
        told = values(TABLES[name], shape, known, {}) | {"id": f"'{known[name]}'"}
        await add(execute, TABLES[name], told)
    for entry in ENTRIES:
        if entry.table in ("person", "erasure"):
            continue
        table = TABLES[entry.table]
        for shape in SHAPES.get(entry.table, [{}]):
            words = {
                c.name: word(entry.table, c.name)
                for c in personal(table)
                if holds_words(c) and c.name not in shape
            }
            told = values(table, shape | own.get(entry.table, {}), known, words)
            known[entry.table] = uuid4()
            if "id" in table.columns:
                told["id"] = f"'{known[entry.table]}'"
            await add(execute, table, told)
            sown += words.values()
    await execute("SET LOCAL session_replication_role = origin")
    return sown


async def mention(execute: Execute, told: str, known: dict[str, UUID]) -> None:
    """Name somebody in every column that is searched for names."""
    await execute("SET LOCAL session_replication_role = replica")
    for each in MENTIONS:
        table = TABLES[each.table]
        words = {name: f"{told} in {each.table} {name}" for name in each.columns}
        shape = {
            name: cell.replace("{team}", str(known["team"])).replace(
                "{second_team}", str(known["second_team"])
            )
            for name, cell in MENTIONED.get(each.table, {}).items()
        }
        known[each.table] = uuid4()
        row = values(table, shape, known, words) | {"id": f"'{known[each.table]}'"}
        await add(execute, table, row)
    await execute("SET LOCAL session_replication_role = origin")
