"""Every table that tells of a person has an exporter and an eraser."""

import pytest
from sqlalchemy import Table, text

from app import migrate
from app.core.db import Base
from app.domain.rights.registry import ENTRIES, LETTERS, MENTIONS, NOBODYS, Erasure

migrate.models()
TABLES = Base.metadata.tables
KNOWN = {each.table: each for each in ENTRIES}
TELLING = ("personal", "special")
# What says nothing of the person: keys, the lock, and what the trust's own books are kept by.
TECHNICAL = {"id", "version", "created_at", "updated_at", "person_id", "merged_into"}

# A hold must not keep a login or a code alive; attendance is corrected; no key leads from a turn;
# what a claim stands for and its receipts belong to claims, which stay.
UNHELD = {
    "person_binding",
    "sign_in_code",
    "forum_attendance",
    "involvement_turn",
    "claim_occasion",
    "claim_receipt",
}


def referring() -> set[str]:
    """Every table with a chain of foreign keys to a person, and those that hold ids without."""
    found = {"person"}
    while True:
        more = {
            table.name
            for table in TABLES.values()
            if any(key.column.table.name in found for key in table.foreign_keys)
            or "person_id" in table.columns
        }
        if more <= found:
            return found
        found |= more


def telling(table: Table) -> set[str]:
    return {c.name for c in table.columns if c.info.get("class") in TELLING} - sealed(table)


def sealed(table: Table) -> set[str]:
    """What only the keys open: a ciphertext is nobody's data to read, and goes with its row."""
    return {c.name for c in table.columns if c.info.get("sealed")}


def test_a_table_that_refers_to_a_person_has_an_entry():
    assert referring() == KNOWN.keys()
    assert len(KNOWN) == len(ENTRIES)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda each: each.table)
def test_an_entry_exports_and_erases_every_personal_column(entry):
    table = TABLES[entry.table]
    columns = set(table.columns.keys())
    assert columns >= {*entry.columns, *entry.blanks, *entry.sets, *entry.kept, *entry.review}
    assert telling(table) - {"person_id"} <= entry.columns.keys(), "exported"
    assert not sealed(table) & entry.columns.keys()
    if entry.erasure is not Erasure.DELETE:
        assert not sealed(table)
        assert telling(table) <= entry.blanks.keys() | entry.kept.keys(), "erased"
        assert entry.because
    assert (entry.erasure is Erasure.BLANK) == bool(entry.blanks)
    assert entry.labels.keys() | entry.review <= entry.columns.keys()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda each: each.table)
def test_an_entry_leaves_nothing_out_but_what_is_not_about_the_person(entry):
    staff = {c.name for c in TABLES[entry.table].columns if c.name.endswith(("_by", "_id", "_ids"))}
    left = TABLES[entry.table].columns.keys() - entry.columns.keys() - TECHNICAL - staff
    left -= sealed(TABLES[entry.table])
    assert left <= {"subject_id", "records", "erased_on", "lived_experience"}, left


def test_erasure_comes_to_a_table_before_to_those_that_lead_it_to_the_person():
    places = {each.table: place for place, each in enumerate(ENTRIES)}
    for entry in ENTRIES:
        over = [places[step.partition(".")[0]] for step in entry.path[1:]]
        assert all(place < places[entry.table] for place in over), entry.table


def test_a_table_with_personal_columns_that_refers_to_nobody_says_how_it_is_found():
    loose = {name for name, table in TABLES.items() if telling(table)} - KNOWN.keys()
    mentions = {each.table for each in MENTIONS}
    assert loose <= mentions | NOBODYS.keys() | {LETTERS}
    assert not mentions & NOBODYS.keys()
    assert all(len(reason.split()) > 2 for reason in NOBODYS.values())


async def test_the_database_holds_every_table_that_refers_to_a_person(session):
    found = await session.scalars(
        text("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'legal_hold'")
    )
    assert set(found) == KNOWN.keys() - UNHELD
