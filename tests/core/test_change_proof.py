"""Whoever may do anything to the database cannot change its log unseen."""

from uuid import uuid4

import asyncpg
import pytest

from app.core import change_proof, changes
from app.core.change_proof import Head
from app.domain.identity.models import Role

COPY = "seq, entity, entity_id, op, fields, actor_id, operation, changed_at, hash"
# A forger who knows the rule writes the whole chain anew.
REWRITE = """
UPDATE change_log l SET hash = c.hash FROM (
    SELECT seq, change_chain('', change_text(seq, entity, entity_id, op, fields, actor_id,
                                             operation, changed_at)) OVER (ORDER BY seq) AS hash
      FROM change_log) c WHERE c.seq = l.seq"""


@pytest.fixture
async def root(scratch_url, committed):
    """A superuser on a log of ten changes, whose guard is taken off."""
    async with committed.begin() as session:
        session.add_all([Role(code=uuid4().hex, name="r", scopes=[]) for _ in range(10)])
    async with committed.begin() as session:
        await changes.sequence(session)
    connection = await asyncpg.connect(scratch_url)
    await connection.execute("ALTER TABLE change_log DISABLE TRIGGER only_added_to")
    yield connection
    await connection.close()


async def test_an_untouched_log_holds_and_shows_its_head(root):
    proof = await change_proof.prove(root)
    assert (proof.rows, proof.broken, proof.kept) == (10, None, True)
    assert proof.head == Head(10, await root.fetchval("SELECT hash FROM change_log WHERE seq = 10"))


async def test_an_empty_log_holds_and_has_no_head(root):
    await root.execute("TRUNCATE change_log")
    proof = await change_proof.prove(root)
    assert (proof.rows, proof.head, proof.broken, proof.kept) == (0, None, None, True)


@pytest.mark.parametrize(
    ("tampering", "broken"),
    [
        ("UPDATE change_log SET operation = 'other' WHERE seq = 4", 4),
        ("UPDATE change_log SET fields = '{name}' WHERE seq = 4", 4),
        ("UPDATE change_log SET actor_id = gen_random_uuid() WHERE seq = 4", 4),
        ("UPDATE change_log SET changed_at = changed_at + interval '1 us' WHERE seq = 10", 10),
        ("UPDATE change_log SET hash = sha256(hash) WHERE seq = 10", 10),
        ("DELETE FROM change_log WHERE seq = 1", 2),
        ("DELETE FROM change_log WHERE seq BETWEEN 4 AND 6", 7),
        (
            (
                f"INSERT INTO change_log ({COPY}) SELECT 11, entity, entity_id, op, fields,"
                " actor_id, operation, changed_at + interval '1 s', hash"
                " FROM change_log WHERE seq = 10"
            ),
            11,
        ),
        (  # inserted in between, all numbers behind it moved up
            (
                "ALTER TABLE change_log DROP CONSTRAINT uq_change_log_changed_at;"
                "UPDATE change_log SET seq = -seq WHERE seq > 4;"
                "UPDATE change_log SET seq = 1 - seq WHERE seq < 0;"
                f"INSERT INTO change_log ({COPY}) SELECT 5, entity, gen_random_uuid(), op, fields,"
                " actor_id, operation, changed_at, hash FROM change_log WHERE seq = 4"
            ),
            5,
        ),
        (  # two changes put in each other's place
            (
                "UPDATE change_log SET seq = 99 WHERE seq = 4;"
                "UPDATE change_log SET seq = 4 WHERE seq = 5;"
                "UPDATE change_log SET seq = 5 WHERE seq = 99"
            ),
            4,
        ),
        (  # a rewritten chain still tells that time went back
            "UPDATE change_log SET changed_at = changed_at - interval '1 day' WHERE seq = 6;"
            + REWRITE,
            6,
        ),
        ("UPDATE change_log SET seq = seq + 5 WHERE seq > 7;" + REWRITE, 13),
    ],
)
async def test_tampering_is_found_at_its_first_number(root, tampering, broken):
    await root.execute(tampering)
    assert (await change_proof.prove(root)).broken == broken


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM change_log WHERE seq > 7",
        "TRUNCATE change_log",
        "UPDATE change_log SET operation = 'other' WHERE seq = 4;" + REWRITE,
        "DELETE FROM change_log WHERE seq > 8; INSERT INTO change_log (" + COPY + ")"
        " SELECT seq + 2, entity, gen_random_uuid(), op, fields, actor_id, operation,"
        " changed_at + interval '1 s', hash FROM change_log WHERE seq IN (7, 8);" + REWRITE,
    ],
)
async def test_what_was_cut_off_or_written_anew_only_a_kept_head_shows(root, tampering):
    kept = (await change_proof.prove(root)).head
    await root.execute(tampering)
    assert (await change_proof.prove(root)).broken is None
    assert not (await change_proof.prove(root, kept)).kept


async def test_a_kept_head_stands_while_the_log_grows(root, committed):
    kept = (await change_proof.prove(root)).head
    async with committed.begin() as session:
        session.add(Role(code=uuid4().hex, name="r", scopes=[]))
    async with committed.begin() as session:
        await changes.sequence(session)
    proof = await change_proof.prove(root, kept)
    assert (proof.rows, proof.broken, proof.kept) == (11, None, True)


def test_a_head_is_read_as_it_writes_itself():
    head = Head(12, bytes(range(32)))
    assert Head.read(str(head)) == head


@pytest.mark.parametrize("text", ["", "12", "x:00", "1:zz", f"1:{'0' * 63}", f"-1:{'0' * 64}"])
def test_what_is_no_head_is_refused(text):
    with pytest.raises(ValueError, match="64 hexadecimal"):
        Head.read(text)
