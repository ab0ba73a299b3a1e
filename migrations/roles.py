"""What migrations give to the shipped roles, and take away again."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

_GAIN = sa.text(
    """
    UPDATE role SET updated_at = now(), version = version + 1,
           scopes = (SELECT array_agg(DISTINCT scope ORDER BY scope)
                       FROM unnest(scopes || CAST(:scopes AS text[])) scope)
     WHERE code = :code"""
)
_LOSE = sa.text(
    """
    UPDATE role SET updated_at = now(), version = version + 1,
           scopes = (SELECT coalesce(array_agg(scope ORDER BY scope), '{}')
                       FROM unnest(scopes) scope WHERE scope <> ALL(CAST(:scopes AS text[])))
     WHERE scopes && CAST(:scopes AS text[])"""
)
_ADD = sa.text(
    "INSERT INTO role (id, code, name, scopes, created_at, updated_at, version)"
    " VALUES (gen_random_uuid(), :code, :name, CAST(:scopes AS text[]), now(), now(), 1)"
    " ON CONFLICT (code) DO UPDATE SET scopes = excluded.scopes"
)


def gain(scopes: Mapping[str, Collection[str]]) -> None:
    """Give scopes to roles, by the roles' codes."""
    with _unrecorded():
        for code, gained in scopes.items():
            op.get_bind().execute(_GAIN, {"code": code, "scopes": list(gained)})


def lose(scopes: Collection[str]) -> None:
    """Take scopes from every role that has them."""
    with _unrecorded():
        op.get_bind().execute(_LOSE, {"scopes": sorted(scopes)})


def add(code: str, name: str, scopes: Collection[str]) -> None:
    """Ship another role."""
    with _unrecorded():
        op.get_bind().execute(_ADD, {"code": code, "name": name, "scopes": sorted(scopes)})


@contextmanager
def _unrecorded() -> Iterator[None]:
    """What is shipped is no change that somebody made."""
    for event in ("insert", "update"):
        op.execute(f"ALTER TABLE role DISABLE TRIGGER record_{event}")
    yield
    for event in ("insert", "update"):
        op.execute(f"ALTER TABLE role ENABLE TRIGGER record_{event}")
