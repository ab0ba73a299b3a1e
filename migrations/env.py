"""Runs migrations as the owner's role, on the connection that `app.migrate` hands over."""

from alembic import context

from app.core.db import Base
from app.migrate import models

models()


def _ours(_object: object, name: str | None, type_: str, *_: object) -> bool:
    return not (type_ == "table" and name == "alembic_version")


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    include_object=_ours,
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
