"""PgQueuer's tables, in a schema of their own."""

from alembic import op

from app.core.jobs import install_sql

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA jobs")
    connection = op.get_bind().connection.dbapi_connection
    # Several statements in one text: only the driver's own execute takes them.
    connection.run_async(lambda driver: driver.execute(install_sql()))


def downgrade() -> None:
    op.execute("DROP SCHEMA jobs CASCADE")
