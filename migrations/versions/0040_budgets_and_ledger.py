"""Budgets never overspent, a ledger only added to, and the vouchers it counts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0040"
down_revision: str | None = "0039"
branch_labels = None
depends_on = None

WRITERS = "everyvoice_app, everyvoice_worker"
RECORDED = (
    "cost_centre",
    "budget_account",
    "budget_holder",
    "budget",
    "budget_change",
    "ledger_posting",
    "ledger_entry",
    "voucher",
)
ONLY_ADDED = ("budget_change", "ledger_posting", "ledger_entry")

REFUSE = """
CREATE FUNCTION money_refuse(rule text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this violates "%"', rule
        USING ERRCODE = 'check_violation', CONSTRAINT = rule;
END $$"""
KEEP = """
CREATE FUNCTION keep_posted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is only added to; post a reversal';
END $$"""
# At the commit, when all entries of a posting are there; and no other joins them later.
BALANCED = """
CREATE FUNCTION ledger_balanced() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    told uuid := (to_jsonb(NEW) ->> TG_ARGV[0])::uuid;
    found bigint;
    total numeric;
BEGIN
    SELECT count(*), coalesce(sum(amount_pence), 0) INTO found, total
      FROM ledger_entry WHERE posting_id = told;
    IF total <> 0 OR found <> (SELECT entries FROM ledger_posting WHERE id = told) THEN
        PERFORM money_refuse('ck_ledger_posting_balanced');
    END IF;
    RETURN NULL;
END $$"""
MIRRORS = """
CREATE FUNCTION ledger_mirrors() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    turned text := (SELECT kind FROM ledger_posting WHERE id = NEW.reverses_id);
BEGIN
    IF turned NOT IN ('reservation', 'release', 'payment')
       OR (NEW.kind = 'return' AND turned <> 'payment')
       OR EXISTS (SELECT FROM ledger_entry WHERE posting_id IN (NEW.id, NEW.reverses_id)
                   GROUP BY account, budget_id, person_id, line_kind
                  HAVING sum(amount_pence) <> 0)
    THEN
        PERFORM money_refuse('ck_ledger_posting_mirrors');
    END IF;
    RETURN NULL;
END $$"""
# Awards come before budgets, and budgets in one order, as those who spend lock them. A claim is
# looked at when its budget's row is ours, so that what others added to it is seen.
COUNTS = """
CREATE FUNCTION ledger_counts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    moved record;
BEGIN
    FOR moved IN
        SELECT b.fund_application_id AS id, sum(n.amount_pence) AS pence
          FROM new_rows n JOIN budget b ON b.id = n.budget_id
         WHERE n.account = 'expense' AND b.fund_application_id IS NOT NULL
         GROUP BY b.fund_application_id ORDER BY b.fund_application_id
    LOOP
        UPDATE fund_application SET spent_pence = spent_pence + moved.pence,
               version = version + 1 WHERE id = moved.id;
    END LOOP;
    FOR moved IN
        SELECT budget_id AS id,
               coalesce(sum(amount_pence) FILTER (WHERE account = 'commitments'), 0) AS committed,
               coalesce(sum(amount_pence) FILTER (WHERE account = 'expense'), 0) AS spent
          FROM new_rows WHERE account IN ('commitments', 'expense')
         GROUP BY budget_id ORDER BY budget_id
    LOOP
        UPDATE budget SET committed_pence = committed_pence + moved.committed,
               spent_pence = spent_pence + moved.spent, updated_at = greatest(updated_at, now()),
               version = version + 1 WHERE id = moved.id;
    END LOOP;
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT p.budget_id, p.claim_id
                       FROM new_rows n JOIN ledger_posting p ON p.id = n.posting_id
                      WHERE n.account = 'commitments' AND n.amount_pence < 0
                        AND p.claim_id IS NOT NULL) freed
          JOIN ledger_posting p ON p.budget_id = freed.budget_id AND p.claim_id = freed.claim_id
          JOIN ledger_entry e ON e.posting_id = p.id AND e.account = 'commitments'
         GROUP BY freed.budget_id, freed.claim_id HAVING sum(e.amount_pence) < 0)
    THEN
        PERFORM money_refuse('ck_ledger_posting_committed');
    END IF;
    RETURN NULL;
END $$"""
# A budget begins with nothing spent, but what was billed of the award that it is.
BEGINS = """
CREATE FUNCTION budget_begins() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    award record;
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.committed_pence := 0;
        NEW.spent_pence := 0;
        NEW.billed_pence := 0;
    END IF;
    IF NEW.fund_application_id IS NOT NULL THEN
        SELECT award_pence, spent_pence INTO award FROM fund_application
         WHERE id = NEW.fund_application_id FOR NO KEY UPDATE;
        IF award.award_pence IS DISTINCT FROM NEW.amount_pence THEN
            PERFORM money_refuse('ck_budget_of_award');
        END IF;
        IF TG_OP = 'INSERT' THEN
            NEW.billed_pence := award.spent_pence;
        END IF;
    END IF;
    RETURN NEW;
END $$"""
# What is billed to the fund itself is left to no claim.
BILLED = """
CREATE FUNCTION budget_billed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE budget SET billed_pence = billed_pence - OLD.pence, version = version + 1
         WHERE fund_application_id = OLD.application_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE budget SET billed_pence = billed_pence + NEW.pence, version = version + 1
         WHERE fund_application_id = NEW.application_id;
    END IF;
    RETURN NULL;
END $$"""
FOLLOWS = """
CREATE FUNCTION voucher_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'in_stock' OR (NEW.number, NEW.value_pence, NEW.bought_posting_id)
       IS DISTINCT FROM (OLD.number, OLD.value_pence, OLD.bought_posting_id)
    THEN
        PERFORM money_refuse('ck_voucher_follows');
    END IF;
    RETURN NEW;
END $$"""
FUNCTIONS = {
    "money_refuse(text)": REFUSE,
    "keep_posted()": KEEP,
    "ledger_balanced()": BALANCED,
    "ledger_mirrors()": MIRRORS,
    "ledger_counts()": COUNTS,
    "budget_begins()": BEGINS,
    "budget_billed()": BILLED,
    "voucher_follows()": FOLLOWS,
}
TRIGGERS = (
    (
        "CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_posting"
        " FOR EACH STATEMENT EXECUTE FUNCTION keep_posted()"
    ),
    (
        "CREATE TRIGGER only_added_to BEFORE UPDATE OR TRUNCATE ON ledger_entry"
        " FOR EACH STATEMENT EXECUTE FUNCTION keep_posted()"
    ),
    # Named so that a legal hold on the row's person is told first.
    (
        "CREATE TRIGGER only_added_to_rows BEFORE DELETE ON ledger_entry"
        " FOR EACH ROW EXECUTE FUNCTION keep_posted()"
    ),
    (
        "CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON ledger_posting DEFERRABLE INITIALLY"
        " DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balanced('id')"
    ),
    (
        "CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY"
        " DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balanced('posting_id')"
    ),
    (
        "CREATE CONSTRAINT TRIGGER mirrors AFTER INSERT ON ledger_posting DEFERRABLE INITIALLY"
        " DEFERRED FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL)"
        " EXECUTE FUNCTION ledger_mirrors()"
    ),
    (
        "CREATE TRIGGER counts AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS new_rows"
        " FOR EACH STATEMENT EXECUTE FUNCTION ledger_counts()"
    ),
    (
        "CREATE TRIGGER begins BEFORE INSERT OR UPDATE OF amount_pence, fund_application_id"
        " ON budget FOR EACH ROW EXECUTE FUNCTION budget_begins()"
    ),
    # Named so that it comes after `spent`, which holds the award's row.
    (
        "CREATE TRIGGER spent_budget AFTER INSERT OR UPDATE OR DELETE ON fund_spend"
        " FOR EACH ROW EXECUTE FUNCTION budget_billed()"
    ),
    (
        "CREATE TRIGGER follows BEFORE UPDATE ON voucher FOR EACH ROW"
        " EXECUTE FUNCTION voucher_follows()"
    ),
)


def upgrade() -> None:
    op.create_table(
        "cost_centre",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("directorate_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["directorate_id"], ["directorate.id"], name=op.f("fk_cost_centre_directorate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_centre")),
        sa.UniqueConstraint("code", name=op.f("uq_cost_centre_code")),
    )
    op.create_index(
        op.f("ix_cost_centre_directorate_id"), "cost_centre", ["directorate_id"], unique=False
    )
    op.create_table(
        "budget_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cost_centre_id", sa.Uuid(), nullable=False),
        sa.Column(
            "line_kind",
            sa.Enum(
                "involvement_fee",
                "preparation",
                "cancellation",
                "mileage",
                "public_transport",
                "taxi",
                "parking",
                "accommodation",
                "subsistence",
                "carer",
                "childcare",
                "replacement_care",
                "interpreter",
                "personal_assistant",
                "printing",
                "data",
                name="linekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("gl_account", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cost_centre_id"], ["cost_centre.id"], name=op.f("fk_budget_account_cost_centre_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_account")),
        sa.UniqueConstraint(
            "cost_centre_id", "line_kind", name=op.f("uq_budget_account_cost_centre_id_line_kind")
        ),
    )
    op.create_table(
        "budget_holder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cost_centre_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cost_centre_id"], ["cost_centre.id"], name=op.f("fk_budget_holder_cost_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_budget_holder_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_holder")),
        sa.UniqueConstraint(
            "cost_centre_id", "user_id", name=op.f("uq_budget_holder_cost_centre_id_user_id")
        ),
    )
    op.create_index(op.f("ix_budget_holder_user_id"), "budget_holder", ["user_id"], unique=False)
    op.create_table(
        "budget",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cost_centre_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.Column("fund_application_id", sa.Uuid(), nullable=True),
        sa.Column("committed_pence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("spent_pence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("billed_pence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("cost_centre_id"), "="),
            (sa.text("daterange(starts_on, ends_on, '[]')"), "&&"),
            where=sa.text("fund_application_id IS NULL"),
            using="gist",
            name="ex_budget_one_at_a_time",
        ),
        sa.CheckConstraint(
            "amount_pence BETWEEN 1 AND 10000000000", name=op.f("ck_budget_amount_pence")
        ),
        sa.CheckConstraint("billed_pence >= 0", name=op.f("ck_budget_billed_pence")),
        sa.CheckConstraint(
            "committed_pence + spent_pence + billed_pence <= amount_pence",
            name=op.f("ck_budget_within_amount"),
        ),
        sa.CheckConstraint("committed_pence >= 0", name=op.f("ck_budget_committed_pence")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_budget_in_order")),
        sa.CheckConstraint("spent_pence >= 0", name=op.f("ck_budget_spent_pence")),
        sa.ForeignKeyConstraint(
            ["cost_centre_id"], ["cost_centre.id"], name=op.f("fk_budget_cost_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["fund_application_id"],
            ["fund_application.id"],
            name=op.f("fk_budget_fund_application_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget")),
        sa.UniqueConstraint("fund_application_id", name=op.f("uq_budget_fund_application_id")),
    )
    op.create_index(
        op.f("ix_budget_cost_centre_id_id"), "budget", ["cost_centre_id", "id"], unique=False
    )
    op.create_table(
        "budget_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("budget_id", sa.Uuid(), nullable=False),
        sa.Column("before_pence", sa.BigInteger(), nullable=False),
        sa.Column("after_pence", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["budget_id"], ["budget.id"], name=op.f("fk_budget_change_budget_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_change")),
    )
    op.create_index(
        op.f("ix_budget_change_budget_id_id"), "budget_change", ["budget_id", "id"], unique=False
    )
    op.create_table(
        "ledger_posting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "reservation",
                "release",
                "payment",
                "return",
                "reversal",
                "voucher_purchase",
                "voucher_issue",
                "voucher_void",
                name="postingkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("once", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("budget_id", sa.Uuid(), nullable=True),
        sa.Column("claim_id", sa.Uuid(), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'return' OR kind = 'reversal') = (reverses_id IS NOT NULL)",
            name=op.f("ck_ledger_posting_reverses"),
        ),
        sa.CheckConstraint(
            "day <= CAST(timezone('Europe/London', created_at) AS date)",
            name=op.f("ck_ledger_posting_not_in_future"),
        ),
        sa.CheckConstraint("entries >= 2", name=op.f("ck_ledger_posting_entries")),
        sa.ForeignKeyConstraint(
            ["budget_id"], ["budget.id"], name=op.f("fk_ledger_posting_budget_id")
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["ledger_posting.id"], name=op.f("fk_ledger_posting_reverses_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_posting")),
        sa.UniqueConstraint("id", "budget_id", name=op.f("uq_ledger_posting_id_budget_id")),
        sa.UniqueConstraint("once", name=op.f("uq_ledger_posting_once")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_ledger_posting_reverses_id")),
    )
    op.create_index(
        op.f("ix_ledger_posting_budget_id_id"), "ledger_posting", ["budget_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_ledger_posting_claim_id"),
        "ledger_posting",
        ["claim_id"],
        unique=False,
        postgresql_where="claim_id IS NOT NULL",
    )
    op.create_index(op.f("ix_ledger_posting_day"), "ledger_posting", ["day"], unique=False)
    op.create_index(
        op.f("ix_ledger_posting_payment_id"),
        "ledger_posting",
        ["payment_id"],
        unique=False,
        postgresql_where="payment_id IS NOT NULL",
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("posting_id", sa.Uuid(), nullable=False),
        sa.Column(
            "account",
            sa.Enum(
                "commitments",
                "commitments_control",
                "expense",
                "payroll_clearing",
                "payables_clearing",
                "charity_clearing",
                "voucher_stock",
                "voucher_loss",
                "bank",
                name="account",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("budget_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column(
            "line_kind",
            sa.Enum(
                "involvement_fee",
                "preparation",
                "cancellation",
                "mileage",
                "public_transport",
                "taxi",
                "parking",
                "accommodation",
                "subsistence",
                "carer",
                "childcare",
                "replacement_care",
                "interpreter",
                "personal_assistant",
                "printing",
                "data",
                name="linekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "budget_id IS NOT NULL OR account NOT IN ('commitments', 'commitments_control', 'expense')",
            name=op.f("ck_ledger_entry_budgeted"),
        ),
        sa.CheckConstraint("currency = 'GBP'", name=op.f("ck_ledger_entry_currency")),
        sa.CheckConstraint("amount_pence <> 0", name=op.f("ck_ledger_entry_amount_pence")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_ledger_entry_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["posting_id", "budget_id"],
            ["ledger_posting.id", "ledger_posting.budget_id"],
            name=op.f("fk_ledger_entry_posting_id_budget_id"),
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["ledger_posting.id"], name=op.f("fk_ledger_entry_posting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
    )
    op.create_index(
        op.f("ix_ledger_entry_budget_id_id"), "ledger_entry", ["budget_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_ledger_entry_person_id_id"), "ledger_entry", ["person_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_ledger_entry_posting_id"), "ledger_entry", ["posting_id"], unique=False
    )
    op.create_table(
        "voucher",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("value_pence", sa.BigInteger(), nullable=False),
        sa.Column("bought_posting_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "in_stock",
                "issued",
                "void",
                name="voucherstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("signature_reference", sa.Text(), nullable=True),
        sa.Column("issued_by", sa.Uuid(), nullable=True),
        sa.Column("claim_id", sa.Uuid(), nullable=True),
        sa.Column("issue_posting_id", sa.Uuid(), nullable=True),
        sa.Column(
            "void_reason",
            sa.Enum(
                "lost",
                "damaged",
                "expired",
                "sent_back",
                name="voidreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("voided_on", sa.Date(), nullable=True),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.Column("void_posting_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(person_id, issued_on, signature_reference, issued_by, issue_posting_id) = CASE WHEN status = 'issued' THEN 5 ELSE 0 END AND (claim_id IS NULL OR status = 'issued')",
            name=op.f("ck_voucher_issued"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(void_reason, voided_on, voided_by, void_posting_id) = CASE WHEN status = 'void' THEN 4 ELSE 0 END",
            name=op.f("ck_voucher_void"),
        ),
        sa.CheckConstraint(
            "signature_reference ~ '^[A-Z0-9][A-Z0-9/-]{0,39}$'",
            name=op.f("ck_voucher_signature_reference"),
        ),
        sa.CheckConstraint("number BETWEEN 1 AND 1000000000000000", name=op.f("ck_voucher_number")),
        sa.CheckConstraint("value_pence BETWEEN 1 AND 100000", name=op.f("ck_voucher_value_pence")),
        sa.ForeignKeyConstraint(
            ["bought_posting_id"], ["ledger_posting.id"], name=op.f("fk_voucher_bought_posting_id")
        ),
        sa.ForeignKeyConstraint(
            ["issue_posting_id"], ["ledger_posting.id"], name=op.f("fk_voucher_issue_posting_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_voucher_person_id")),
        sa.ForeignKeyConstraint(
            ["void_posting_id"], ["ledger_posting.id"], name=op.f("fk_voucher_void_posting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher")),
        sa.UniqueConstraint("number", name=op.f("uq_voucher_number")),
    )
    op.create_index(
        op.f("ix_voucher_bought_posting_id"), "voucher", ["bought_posting_id"], unique=False
    )
    op.create_index(
        op.f("ix_voucher_claim_id"),
        "voucher",
        ["claim_id"],
        unique=False,
        postgresql_where="claim_id IS NOT NULL",
    )
    op.create_index(
        op.f("ix_voucher_issue_posting_id"), "voucher", ["issue_posting_id"], unique=False
    )
    op.create_index(
        op.f("ix_voucher_person_id_id"),
        "voucher",
        ["person_id", "id"],
        unique=False,
        postgresql_where="person_id IS NOT NULL",
    )
    op.create_index(
        op.f("ix_voucher_value_pence_number"),
        "voucher",
        ["value_pence", "number"],
        unique=False,
        postgresql_where="status = 'in_stock'",
    )
    op.create_index(
        op.f("ix_voucher_void_posting_id"), "voucher", ["void_posting_id"], unique=False
    )
    for table in RECORDED:
        op.execute(f"SELECT record_changes('{table}')")
    for table in ("ledger_entry", "voucher"):
        op.execute(f"SELECT hold_rows('{table}', 'person_id')")
    for signature, function in FUNCTIONS.items():
        op.execute(function)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
    # Called from a trigger that acts as whoever changes a voucher.
    op.execute(f"GRANT EXECUTE ON FUNCTION money_refuse(text) TO {WRITERS}")
    for trigger in TRIGGERS:
        op.execute(trigger)
    for table in ONLY_ADDED:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {WRITERS}")
    op.execute(f"REVOKE DELETE ON cost_centre, voucher FROM {WRITERS}")
    # What is committed, spent and billed is the triggers' to write.
    op.execute(f"REVOKE UPDATE, DELETE ON budget FROM {WRITERS}")
    op.execute(f"GRANT UPDATE (name, amount_pence, updated_at, version) ON budget TO {WRITERS}")


def downgrade() -> None:
    op.execute("DROP TRIGGER spent_budget ON fund_spend")
    op.drop_index(op.f("ix_voucher_void_posting_id"), table_name="voucher")
    op.drop_index(
        op.f("ix_voucher_value_pence_number"),
        table_name="voucher",
        postgresql_where="status = 'in_stock'",
    )
    op.drop_index(
        op.f("ix_voucher_person_id_id"),
        table_name="voucher",
        postgresql_where="person_id IS NOT NULL",
    )
    op.drop_index(op.f("ix_voucher_issue_posting_id"), table_name="voucher")
    op.drop_index(
        op.f("ix_voucher_claim_id"), table_name="voucher", postgresql_where="claim_id IS NOT NULL"
    )
    op.drop_index(op.f("ix_voucher_bought_posting_id"), table_name="voucher")
    op.drop_table("voucher")
    op.drop_index(op.f("ix_ledger_entry_posting_id"), table_name="ledger_entry")
    op.drop_index(op.f("ix_ledger_entry_person_id_id"), table_name="ledger_entry")
    op.drop_index(op.f("ix_ledger_entry_budget_id_id"), table_name="ledger_entry")
    op.drop_table("ledger_entry")
    op.drop_index(
        op.f("ix_ledger_posting_payment_id"),
        table_name="ledger_posting",
        postgresql_where="payment_id IS NOT NULL",
    )
    op.drop_index(op.f("ix_ledger_posting_day"), table_name="ledger_posting")
    op.drop_index(
        op.f("ix_ledger_posting_claim_id"),
        table_name="ledger_posting",
        postgresql_where="claim_id IS NOT NULL",
    )
    op.drop_index(op.f("ix_ledger_posting_budget_id_id"), table_name="ledger_posting")
    op.drop_table("ledger_posting")
    op.drop_index(op.f("ix_budget_change_budget_id_id"), table_name="budget_change")
    op.drop_table("budget_change")
    op.drop_index(op.f("ix_budget_cost_centre_id_id"), table_name="budget")
    op.drop_table("budget")
    op.drop_index(op.f("ix_budget_holder_user_id"), table_name="budget_holder")
    op.drop_table("budget_holder")
    op.drop_table("budget_account")
    op.drop_index(op.f("ix_cost_centre_directorate_id"), table_name="cost_centre")
    op.drop_table("cost_centre")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
