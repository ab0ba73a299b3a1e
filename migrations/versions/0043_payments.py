"""Payment runs: made by one, released by another, their file written once."""

import sqlalchemy as sa
from alembic import op

revision: str = "0043"
down_revision: str | None = "0042"
branch_labels = None
depends_on = None

WRITERS = "everyvoice_app, everyvoice_worker"
ROUTES = ("payroll", "accounts_payable", "charity", "voucher")
RUN_STATUSES = ("made", "released", "settled", "void")
STATUSES = ("taken", "sent", "paid", "returned", "void")
HANDS = "('submit', 'edit', 'certify', 'approve', 'approve_again')"
# Whoever lets money go had no hand in a claim of the run, in where its people are paid, and is none
# of them.
BARRED = f"""
CREATE FUNCTION payment_run_barred(run uuid, who uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    them uuid[] := selves(who);
    before text := coalesce(current_setting('everyvoice.task', true), '');
    found boolean;
BEGIN
    PERFORM set_config('everyvoice.task', 'check', true);
    SELECT EXISTS (SELECT FROM payment_run r WHERE r.id = run AND r.created_by = ANY(them))
        OR EXISTS (SELECT FROM claim_payment p
                    WHERE p.run_id = run AND p.person_id = ANY(them))
        OR EXISTS (SELECT FROM claim_payment p
                     JOIN claim c ON c.id = p.claim_id
                     JOIN claim_action a ON a.claim_id = c.id AND a.round = c.round
                    WHERE p.run_id = run AND a.actor_id = ANY(them) AND a.act IN {HANDS})
        OR EXISTS (SELECT FROM claim_payment p
                     JOIN bank_account b ON b.person_id = p.person_id AND b.status = 'confirmed'
                    WHERE p.run_id = run AND ARRAY[b.set_by, b.confirmed_by] && them)
        OR EXISTS (SELECT FROM claim_payment p
                     JOIN payee n ON n.person_id = p.person_id AND n.confirmed_by IS NOT NULL
                    WHERE p.run_id = run AND ARRAY[n.set_by, n.confirmed_by] && them)
        OR EXISTS (SELECT FROM claim_payment p JOIN charity h ON h.id = p.charity_id
                    WHERE p.run_id = run AND ARRAY[h.set_by, h.confirmed_by] && them)
        OR EXISTS (SELECT FROM claim_payment p
                     JOIN payee_access a ON a.person_id = p.person_id OR a.charity_id = p.charity_id
                    WHERE p.run_id = run AND a.accessed_by = ANY(them)
                      AND a.purpose IN ('changed', 'confirmed'))
      INTO found;
    PERFORM set_config('everyvoice.task', before, true);
    RETURN found;
END $$"""
APART = """
CREATE FUNCTION payment_run_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF payment_run_barred(NEW.id, NEW.released_by) THEN
        RAISE EXCEPTION 'a run is released by somebody who had no hand in it'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_run_apart';
    END IF;
    RETURN NEW;
END $$"""
HANDED = f"""
CREATE FUNCTION voucher_apart() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    them uuid[] := selves(NEW.issued_by);
BEGIN
    IF NEW.person_id = ANY(them) OR EXISTS (
        SELECT FROM claim c JOIN claim_action a ON a.claim_id = c.id AND a.round = c.round
         WHERE c.id = NEW.claim_id AND a.actor_id = ANY(them) AND a.act IN {HANDS}) THEN
        RAISE EXCEPTION 'vouchers are handed over by somebody who had no hand in the claim'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'voucher_apart';
    END IF;
    RETURN NEW;
END $$"""
# Nobody takes back what is on its way to them; what came back may be.
UNPAID = """
CREATE FUNCTION claim_unpaid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM claim_payment p
                WHERE p.claim_id = NEW.claim_id AND p.status IN ('taken', 'sent', 'paid')) THEN
        RAISE EXCEPTION 'a part of the claim is being paid, or was'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_unpaid';
    END IF;
    RETURN NEW;
END $$"""
# What was written for a run stays: its route, its days, its totals and its file.
SETTLED = """
CREATE FUNCTION payment_run_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a run pays is written once'
          USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_run_fixed';
END $$"""
FOLLOWS = """
CREATE FUNCTION claim_payment_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.claim_id, OLD.route, OLD.amount_pence, OLD.reference, OLD.run_id)
       IS DISTINCT FROM (NEW.claim_id, NEW.route, NEW.amount_pence, NEW.reference, NEW.run_id)
       OR NOT (OLD.status = NEW.status OR (OLD.status, NEW.status) IN (
               ('taken', 'sent'), ('taken', 'void'), ('sent', 'paid'), ('sent', 'returned'),
               ('paid', 'returned'))) THEN
        RAISE EXCEPTION 'a payment does not become this'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_payment_follows';
    END IF;
    RETURN NEW;
END $$"""
TRIGGERS = (
    (
        "CREATE TRIGGER apart BEFORE INSERT OR UPDATE OF released_by ON payment_run FOR EACH ROW"
        " WHEN (NEW.released_by IS NOT NULL) EXECUTE FUNCTION payment_run_apart()"
    ),
    (
        "CREATE TRIGGER fixed BEFORE UPDATE ON payment_run FOR EACH ROW"
        " WHEN (OLD.file_sha256 <> '' AND (OLD.number, OLD.route, OLD.layout_id, OLD.payments,"
        " OLD.total_pence, OLD.input_on, OLD.processing_on, OLD.arrival_on, OLD.file_sha256,"
        " OLD.created_by) IS DISTINCT FROM (NEW.number, NEW.route, NEW.layout_id, NEW.payments,"
        " NEW.total_pence, NEW.input_on, NEW.processing_on, NEW.arrival_on, NEW.file_sha256,"
        " NEW.created_by)) EXECUTE FUNCTION payment_run_fixed()"
    ),
    (
        "CREATE TRIGGER apart BEFORE INSERT ON claim_payment FOR EACH ROW"
        " WHEN (NEW.issued_by IS NOT NULL) EXECUTE FUNCTION voucher_apart()"
    ),
    (
        "CREATE TRIGGER unpaid BEFORE INSERT ON claim_action FOR EACH ROW"
        " WHEN (NEW.act = 'withdraw') EXECUTE FUNCTION claim_unpaid()"
    ),
    (
        "CREATE TRIGGER follows BEFORE UPDATE ON claim_payment FOR EACH ROW"
        " EXECUTE FUNCTION claim_payment_follows()"
    ),
)
FUNCTIONS = {
    "payment_run_barred(uuid, uuid)": BARRED,
    "payment_run_apart()": APART,
    "voucher_apart()": HANDED,
    "claim_unpaid()": UNPAID,
    "payment_run_fixed()": SETTLED,
    "claim_payment_follows()": FOLLOWS,
}


def closed(name: str, members: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)


def kept() -> tuple[sa.Column, ...]:
    return (
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )


def make_runs() -> None:
    op.execute("CREATE SEQUENCE payment_run_number AS integer")
    op.execute(f"GRANT USAGE ON SEQUENCE payment_run_number TO {WRITERS}")
    op.create_table(
        "payment_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "number",
            sa.Integer(),
            server_default=sa.text("nextval('payment_run_number')"),
            nullable=False,
        ),
        sa.Column("route", closed("route", ROUTES), nullable=False),
        sa.Column("layout_id", sa.Uuid(), nullable=False),
        sa.Column("status", closed("runstatus", RUN_STATUSES), nullable=False),
        sa.Column("payments", sa.Integer(), nullable=False),
        sa.Column("total_pence", sa.BigInteger(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("input_on", sa.Date(), nullable=False),
        sa.Column("processing_on", sa.Date(), nullable=False),
        sa.Column("arrival_on", sa.Date(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_bytes", sa.Integer(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        *kept(),
        sa.CheckConstraint(
            "released_by <> created_by", name=op.f("ck_payment_run_released_by_another")
        ),
        sa.CheckConstraint(
            "(status = 'released' OR status = 'settled') = (released_by IS NOT NULL)"
            " AND (released_by IS NULL) = (released_at IS NULL)",
            name=op.f("ck_payment_run_released"),
        ),
        sa.CheckConstraint("payments >= 0 AND total_pence >= 0", name=op.f("ck_payment_run_pays")),
        sa.CheckConstraint(
            "input_on <= processing_on AND processing_on <= arrival_on",
            name=op.f("ck_payment_run_days_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["layout_id"], ["payment_layout.id"], name=op.f("fk_payment_run_layout_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_run")),
        sa.UniqueConstraint("number", name=op.f("uq_payment_run_number")),
    )
    op.create_index(op.f("ix_payment_run_layout_id"), "payment_run", ["layout_id"])
    op.create_index(op.f("ix_payment_run_status_id"), "payment_run", ["status", "id"])
    op.create_table(
        "payment_file",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["payment_run.id"], name=op.f("fk_payment_file_run_id")
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_payment_file")),
    )


def make_reads() -> None:
    op.create_table(
        "payment_file_read",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("read_by", sa.Uuid(), nullable=False),
        *kept(),
        sa.ForeignKeyConstraint(
            ["run_id"], ["payment_run.id"], name=op.f("fk_payment_file_read_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_file_read")),
    )
    op.create_index(op.f("ix_payment_file_read_run_id_id"), "payment_file_read", ["run_id", "id"])


def make_payments() -> None:
    op.create_table(
        "claim_payment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("budget_id", sa.Uuid(), nullable=False),
        sa.Column("route", closed("route", ROUTES), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=True),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("status", closed("paymentstatus", STATUSES), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("issued_by", sa.Uuid(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("returned_because", sa.Text(), nullable=True),
        sa.Column("replaced", sa.Boolean(), nullable=False),
        *kept(),
        sa.CheckConstraint("amount_pence > 0", name=op.f("ck_claim_payment_amount_pence")),
        sa.CheckConstraint(
            "(route = 'charity') = (charity_id IS NOT NULL)",
            name=op.f("ck_claim_payment_to_a_charity"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(run_id, issued_by) = 1 AND (route = 'voucher') = (issued_by IS NOT NULL)",
            name=op.f("ck_claim_payment_in_a_run"),
        ),
        sa.CheckConstraint(
            "NOT replaced OR status = 'returned'", name=op.f("ck_claim_payment_replaced")
        ),
        sa.CheckConstraint(
            "(status = 'returned') = (returned_because IS NOT NULL)",
            name=op.f("ck_claim_payment_returned_because"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_claim_payment_{column}")
            )
            for column, table in (
                ("claim_id", "claim"),
                ("person_id", "person"),
                ("budget_id", "budget"),
                ("charity_id", "charity"),
                ("run_id", "payment_run"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_payment")),
        sa.UniqueConstraint("reference", name=op.f("uq_claim_payment_reference")),
    )
    op.create_index(
        "uq_claim_payment_live",
        "claim_payment",
        ["claim_id", "route"],
        unique=True,
        postgresql_where=sa.text("status <> 'void' AND NOT replaced"),
    )
    for columns in (
        ["claim_id"],
        ["run_id", "id"],
        ["person_id", "id"],
        ["budget_id"],
        ["charity_id"],
    ):
        op.create_index(op.f(f"ix_claim_payment_{'_'.join(columns)}"), "claim_payment", columns)


def upgrade() -> None:
    make_runs()
    make_reads()
    make_payments()
    for body in FUNCTIONS.values():
        op.execute(body)
    op.execute("REVOKE EXECUTE ON FUNCTION payment_run_barred(uuid, uuid) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION payment_run_barred(uuid, uuid) TO {WRITERS}")
    for trigger in TRIGGERS:
        op.execute(trigger)
    op.execute(f"REVOKE UPDATE, DELETE ON payment_file, payment_file_read FROM {WRITERS}")
    op.execute("REVOKE ALL ON payment_file FROM everyvoice_read")
    op.execute(f"REVOKE DELETE ON payment_run, claim_payment FROM {WRITERS}")
    for table in ("payment_run", "payment_file_read", "claim_payment"):
        op.execute(f"SELECT record_changes('{table}')")
    op.execute("SELECT hold_rows('claim_payment', 'person_id')")


def downgrade() -> None:
    op.execute("DROP TRIGGER unpaid ON claim_action")
    for table in ("claim_payment", "payment_file_read", "payment_file", "payment_run"):
        op.drop_table(table)
    op.execute("DROP SEQUENCE payment_run_number")
    for name in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}")
