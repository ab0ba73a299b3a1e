"""Rules every table keeps, read from the migrated database."""

import enum
import re
from uuid import UUID

import pytest
from sqlalchemy import Enum, Table, text

from app import migrate
from app.core.db import Base
from app.domain.people.monitoring import codes

TRIGGERS = {"record_insert", "record_update", "record_delete"}
# What tells of a person; such a column is marked wherever it stands.
TELLING = re.compile(
    r"comment|ethnic|age_band|gender|disabilit|orientation|religion|carer|birth|nhs_number|email"
    r"|phone|address|postcode|bank|surname|forename|^(?:head|tail|row)$"
)
CLASSES = {"open", "official", "personal", "special"}


def tables() -> list[Table]:
    migrate.models()
    return sorted(Base.metadata.tables.values(), key=lambda table: table.name)


TABLES = tables()
CLOSED = [(t, c) for t in TABLES for c in t.columns if isinstance(c.type, Enum)]


@pytest.mark.parametrize("table", TABLES, ids=str)
async def test_a_table_is_recorded_or_says_why_not(session, table):
    found = await session.scalars(
        text(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = CAST(:table AS regclass)"
            " AND tgname LIKE 'record\\_%' AND tgenabled = 'O'"
        ),
        {"table": table.name},
    )
    if reason := table.info.get("unrecorded"):
        assert len(reason.split()) > 1
        assert set(found) == set()
    else:
        assert set(found) == TRIGGERS
        assert [column.type.python_type for column in table.primary_key] == [UUID]


@pytest.mark.parametrize(("table", "column"), CLOSED, ids=str)
async def test_a_closed_sets_check_holds_just_its_members(session, table, column):
    assert issubclass(column.type.python_type, str)
    definitions = await session.scalars(
        text(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = CAST(:table AS regclass) AND contype = 'c'"
        ),
        {"table": table.name},
    )
    (check,) = [d for d in definitions if re.search(rf"\(+{column.name}\)::text = ANY", d)]
    assert set(re.findall(r"'([^']*)'::", check)) == set(column.type.enums)
    assert column.type.native_enum is False
    assert enum.StrEnum in column.type.enum_class.__mro__


def test_what_tells_of_a_person_is_marked():
    for table in TABLES:
        for column in table.columns:
            marked = column.info.get("class")
            assert marked in CLASSES | {None}
            if TELLING.search(column.name) and table.name != "feedback_monthly":
                assert marked in ("personal", "special"), f"{table.name}.{column.name}"


def test_nobodys_benefits_are_kept():
    """What somebody may earn is shown to everybody, so that nobody is asked what they receive."""
    asked = re.compile(
        r"benefit|welfare|universal_credit|allowance_kind|(?:^|_)(?:esa|pip|uc)(?:_|$)"
    )
    assert {c for t in TABLES for c in t.columns if asked.search(c.name)} == set()


def test_equality_monitoring_is_special():
    table = Base.metadata.tables["feedback_response"]
    told = {c.name for c in table.columns if c.info.get("class") == "special"}
    assert told == {
        "comment_good",
        "comment_better",
        "ethnic_category",
        "age_band",
        "gender",
        "disability",
        "sexual_orientation",
        "religion",
        "carer",
        "answers",
        "texts",
    }
    assert codes.DISABILITY  # the codes themselves are open


async def test_every_foreign_key_that_is_walked_backwards_has_an_index(session):
    """Deleting or joining from the other side would read the whole table."""
    missing = await session.execute(
        text(
            """
            SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
              JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
             WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace
               AND NOT EXISTS (SELECT FROM pg_index i
                                WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1])
            """
        )
    )
    # Small tables, or ones whose other side is never deleted.
    allowed = {
        ("directorate", "trust_code"),
        ("team", "trust_code"),
        ("user_role", "role_id"),
        ("feedback_response", "survey_version_id"),  # a published version is never deleted
        ("theme_coding", "model_id"),
    }
    assert {tuple(row) for row in missing} <= allowed
