from sqlalchemy import Integer, Text, bindparam, literal, select

from app.core.statement import Kept, open_pool
from app.domain.identity.models import Role


def kept() -> Kept:
    code, most = bindparam("code", type_=Text()), bindparam("most", type_=Integer())
    return Kept.of(
        select(Role.code).where(Role.code == code, Role.name != literal("x")).limit(most)
    )


def test_a_kept_statement_knows_its_parameters_and_their_places():
    found = kept()
    assert set(found.names) > {"code", "most"}
    assert found.text.count(found.place("code")) == 1
    values = found.arguments({"code": "a", "most": 3, "not asked for": 1})
    assert values[found.names.index("code")] == "a"
    assert values[found.names.index("most")] == 3
    assert sorted(map(str, values)) == ["3", "a", "x"]


def test_a_kept_statement_is_wrapped_with_its_places():
    whole = kept().within("SELECT count(*) FROM ({inner}) found WHERE {extra}", extra="true")
    assert whole.text.startswith("SELECT count(*) FROM (SELECT role.code")
    assert whole.text.endswith("found WHERE true")
    assert whole.names == kept().names


async def test_a_kept_statement_runs_on_the_door(door, given):
    await given.add(Role(code="kept", name="A role", scopes=[]))
    found = kept()
    row = await door.fetchrow(found.text, *found.arguments({"code": "kept", "most": 1}))
    assert row["code"] == "kept"


async def test_every_connection_of_the_pool_starts_the_same(scratch_url):
    pool = await open_pool(scratch_url, "read", size=1, statement_ms=1234)
    shown = await pool.fetchrow(
        "SELECT current_user, current_setting('timezone') AS zone, current_setting('jit') AS jit,"
        " current_setting('statement_timeout') AS statement,"
        " current_setting('lock_timeout') AS lock"
    )
    await pool.close()
    assert tuple(shown) == ("everyvoice_read", "UTC", "off", "1234ms", "2s")
