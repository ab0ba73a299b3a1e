"""Layouts of payment files are data: never changed, and brought into use by two people."""

import json
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0042"
down_revision: str | None = "0041"
branch_labels = None
depends_on = None

SHIPPED = Path(__file__).parent.parent / "content" / "payment_layouts_1.json"
ROUTES = ("payroll", "accounts_payable", "charity", "voucher")
FORMATS = ("csv", "fixed", "bacs18")
STATUSES = ("draft", "active", "superseded", "withdrawn")
RUN = (
    "run_number,created_on,input_on,processing_on,arrival_on,originator_name,originator_sort_code,"
    "originator_account,service_user_number,payments,rows,total_pence,hash_total"
)
ROW = (
    "number,reference,route,payee_name,payroll_number,supplier_number,sort_code,account_number,"
    "voucher_number,amount_pence,cost_centre,account_code,line_kind,description,claim_reference,"
    f"activity_on,{RUN}"
)
FIELDS_KNOWN = """
CREATE FUNCTION payment_fields_known(cells jsonb, known text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT coalesce(bool_and(CASE WHEN cell ->> 'field' IS NULL THEN cell ->> 'text' IS NOT NULL
                              ELSE cell ->> 'text' IS NULL AND cell ->> 'field' = ANY (known) END),
                true)
  FROM jsonb_array_elements(cells) cell $$"""
# What is shipped as a draft was proposed by nobody, and so is never brought into use itself.
FOLLOWING = """
CREATE FUNCTION payment_layout_following() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> OLD.status
       AND (OLD.status || ' ' || NEW.status) NOT IN ('draft active', 'draft withdrawn',
                                                     'active superseded', 'active withdrawn') THEN
        RAISE EXCEPTION 'a layout''s status does not turn so'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_payment_layout_following';
    END IF;
    IF OLD.status = 'draft' AND NEW.status = 'active' AND NEW.activated_by IS NULL THEN
        RAISE EXCEPTION 'two people bring a layout into use'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_payment_layout_two_people';
    END IF;
    RETURN NEW;
END $$"""
FOLLOWS = """
CREATE TRIGGER following BEFORE UPDATE ON payment_layout FOR EACH ROW
EXECUTE FUNCTION payment_layout_following()"""
# All that ever changes; what a layout says stays.
CHANGED = "status, activated_by, activated_at, withdrawn_by, withdrawn_at, updated_at, version"
WRITERS = "everyvoice_app, everyvoice_worker"
CELL: dict[str, Any] = {
    "title": "",
    "field": None,
    "text": None,
    "format": None,
    "width": None,
    "align": "left",
    "pad": " ",
    "cut": False,
    "required": False,
}
# The last line, by which whoever loads the file sees that all of it came.
FOOTER = (
    {"title": "Control", "text": "TOTAL"},
    {"title": "Run", "field": "run_number"},
    {"title": "Payments", "field": "payments"},
    {"title": "Rows", "field": "rows"},
    {"title": "Total", "field": "total_pence"},
    {"title": "Hash total", "field": "hash_total"},
)


def closed(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)


def cells(told: Any) -> str:
    return json.dumps([CELL | each for each in told])


def ship() -> None:
    """Write the layouts that come with the service; Bacs stays off until two people want it."""
    statement = sa.text(
        "INSERT INTO payment_layout (id, code, number, name, route, format, per, titles, columns,"
        " header, footer, delimiter, quoting, line_ending, encoding, date_format, amount_format,"
        " file_name, multi_day, status, shipped, created_at, updated_at, version) VALUES"
        " (CAST(:id AS uuid), :code, 1, :name, :route, :format, :per, :csv,"
        " CAST(:columns AS jsonb), '[]', CAST(:footer AS jsonb), 'comma', 'needed', 'crlf', :encoding,"
        " 'dd/mm/yyyy', 'pounds', :file_name, false, :status, true, now(), now(), 1)"
    )
    for number, told in enumerate(json.loads(SHIPPED.read_text(encoding="utf-8")), 1):
        # Ids tell times, and lists are read by them: these come before all that are made later.
        csv = told["format"] == "csv"
        values = {
            **told,
            "id": f"00000000-0042-7000-8000-{number:012}",
            "columns": cells(told["columns"]),
            "footer": cells(FOOTER if csv else ()),
            "csv": csv,
            "encoding": "utf_8" if csv else "ascii",
            "status": "active" if csv else "draft",
        }
        op.get_bind().execute(statement, values)


def upgrade() -> None:
    op.execute(FIELDS_KNOWN)
    op.execute(FOLLOWING)
    listed = postgresql.JSONB(astext_type=sa.Text())
    op.create_table(
        "payment_layout",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("route", closed("route", *ROUTES), nullable=False),
        sa.Column("format", closed("fileformat", *FORMATS), nullable=False),
        sa.Column("per", closed("per", "line", "payment"), nullable=False),
        sa.Column("titles", sa.Boolean(), nullable=False),
        sa.Column("columns", listed, nullable=False),
        sa.Column("header", listed, nullable=False),
        sa.Column("footer", listed, nullable=False),
        sa.Column(
            "delimiter", closed("delimiter", "comma", "semicolon", "tab", "pipe"), nullable=False
        ),
        sa.Column("quoting", closed("quoting", "needed", "all"), nullable=False),
        sa.Column("line_ending", closed("lineending", "crlf", "lf"), nullable=False),
        sa.Column(
            "encoding",
            closed("encoding", "utf_8", "utf_8_bom", "windows_1252", "ascii"),
            nullable=False,
        ),
        sa.Column(
            "date_format",
            closed("dateformat", "yyyy-mm-dd", "dd/mm/yyyy", "yyyymmdd", "ddmmyyyy", "ddmmyy"),
            nullable=False,
        ),
        sa.Column("amount_format", closed("amountformat", "pounds", "pence"), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("multi_day", sa.Boolean(), nullable=False),
        sa.Column("status", closed("layoutstatus", *STATUSES), nullable=False),
        sa.Column("shipped", sa.Boolean(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("activated_by", sa.Uuid(), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(
            sa.CheckConstraint(condition, name=op.f(f"ck_payment_layout_{name}"))
            for name, condition in CHECKS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_layout")),
        sa.UniqueConstraint("code", "number", name=op.f("uq_payment_layout_code_number")),
    )
    op.create_index(
        "uq_payment_layout_active",
        "payment_layout",
        ["code"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.execute(FOLLOWS)
    op.execute(f"REVOKE UPDATE, DELETE ON payment_layout FROM {WRITERS}")
    op.execute(f"GRANT UPDATE ({CHANGED}) ON payment_layout TO {WRITERS}")
    ship()
    op.execute("SELECT record_changes('payment_layout')")


CHECKS = {
    "number": "number > 0",
    "code": "code ~ '^[a-z][a-z0-9_]{1,39}$'",
    "fields_known": f"payment_fields_known(columns, '{{{ROW}}}')"
    f" AND payment_fields_known(header, '{{{RUN}}}') AND payment_fields_known(footer, '{{{RUN}}}')",
    "shape": "(format = 'bacs18') = (columns = '[]')"
    " AND (format <> 'bacs18' OR (header = '[]' AND footer = '[]'))",
    "proposed": "shipped = (proposed_by IS NULL)",
    "by_another": "activated_by <> proposed_by",
    "two_people": "shipped OR activated_by IS NOT NULL"
    " OR (status <> 'active' AND status <> 'superseded')",
    "activated": "num_nonnulls(activated_by, activated_at) <> 1",
    "withdrawn": "num_nonnulls(withdrawn_by, withdrawn_at)"
    " = CASE WHEN status = 'withdrawn' THEN 2 ELSE 0 END",
}


def downgrade() -> None:
    op.drop_table("payment_layout")
    op.execute("DROP FUNCTION payment_layout_following()")
    op.execute("DROP FUNCTION payment_fields_known(jsonb, text[])")
