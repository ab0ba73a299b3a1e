"""Claims: what people ask for, each thing that was done with it, and what they chose before."""

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0041"
down_revision: str | None = "0040"
branch_labels = None
depends_on = None

WRITERS = "everyvoice_app, everyvoice_worker"
KINDS = (
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
)
ROUTES = ("payroll", "accounts_payable", "charity", "voucher")
STATUSES = (
    "draft",
    "submitted",
    "certified",
    "part_approved",
    "approved",
    "in_run",
    "sent",
    "paid",
    "returned",
    "sent_back",
    "rejected",
    "withdrawn",
)
UNDER_WAY = ("submitted", "certified", "part_approved", "approved")
STEPS = {
    "make": ((), ("draft",)),
    "submit": (("draft", "sent_back"), ("submitted",)),
    "edit": (UNDER_WAY, ("submitted",)),
    "certify": (("submitted",), ("certified",)),
    "approve": (("certified",), ("approved", "part_approved")),
    "approve_again": (("part_approved",), ("approved",)),
    "send_back": (UNDER_WAY, ("sent_back",)),
    "reject": (UNDER_WAY, ("rejected",)),
    "withdraw": (("draft", *UNDER_WAY, "sent_back", "returned"), ("withdrawn",)),
    "take": (("approved",), ("in_run",)),
    "put_back": (("in_run",), ("approved",)),
    "send": (("in_run",), ("sent",)),
    "pay": (("approved", "in_run", "sent"), ("paid",)),
    "return": (("in_run", "sent", "paid"), ("returned",)),
    "retry": (("returned",), ("approved", "in_run")),
}


def one_of(column: str, *members: str) -> str:
    told = " OR ".join(f"{column} = '{each}'" for each in members)
    return f"({told})"


HANDS = one_of("act", "submit", "edit", "certify", "approve", "approve_again")
JUDGED = one_of("act", "certify", "approve", "approve_again", "send_back", "reject")
REASONED = one_of("act", "send_back", "reject", "return")
EMPTY = ("draft", "sent_back", "withdrawn", "rejected")
MOST = 10_000_000
TELLING = (
    "claim_id, position, kind, day, level, hours, miles, vehicle, passengers, hours_away,"
    " told_pence, amount_pence, route, rate_id, explanation"
)
VALIDATE = (
    "-- squawk-ignore constraint-missing-not-valid\n"
    "ALTER TABLE person_supporter VALIDATE CONSTRAINT ck_person_supporter_may_known"
)
MAY = ("profile", "contact", "consents", "applications")
# What is usual, for the trust to confirm or change; no law gives these figures.
MONTHS = 3
SECOND_ABOVE = 50_000
WITHIN = (30, 14, 42)
ADVANCE = 20_000
PAY_DAY = 28
CLOSES = 10
ADVICE = [
    {
        "name": "Citizens Advice",
        "link": "https://www.citizensadvice.org.uk/benefits/",
        "phone": "0800 144 8848",
    },
    {
        "name": "Turn2us benefits calculator",
        "link": "https://benefits-calculator.turn2us.org.uk/",
        "phone": None,
    },
]

BEGINS = """
CREATE FUNCTION activity_begins(participation uuid, day date) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT coalesce(min(t.starts_at), (day + 1)::timestamp AT TIME ZONE 'Europe/London')
  FROM participation p
  JOIN opportunity_time t ON t.opportunity_id = p.opportunity_id
   AND (t.starts_at AT TIME ZONE 'Europe/London')::date = day
 WHERE p.id = participation $$"""
# Before the last session begins; where no time is told, no later than the day people came.
CHOSEN_BEFORE = """
CREATE FUNCTION chosen_before() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ends timestamptz;
BEGIN
    SELECT coalesce(max(t.starts_at),
                    CASE WHEN p.status IN ('attended', 'did_not_attend', 'completed')
                         THEN (p.status_since + 1)::timestamp AT TIME ZONE 'Europe/London'
                         ELSE 'infinity' END)
      INTO ends
      FROM participation p LEFT JOIN opportunity_time t ON t.opportunity_id = p.opportunity_id
     WHERE p.id = NEW.participation_id
     GROUP BY p.id;
    IF NEW.made_at >= ends THEN
        RAISE EXCEPTION 'a choice is made before the activity'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_choice_before';
    END IF;
    RETURN NEW;
END $$"""
BARRED = """
CREATE FUNCTION barred_from(actor uuid, claimant uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT claimant = ANY(selves(actor))
        OR EXISTS (SELECT FROM claim_action a
                    WHERE a.actor_id = ANY(selves(actor))
                      AND a.claimant_id = claimant AND a.on_behalf)
$$"""
APART = f"""
CREATE FUNCTION claim_apart() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF barred_from(NEW.actor_id, NEW.claimant_id) THEN
        RAISE EXCEPTION 'nobody decides for themselves, or for whom they acted for'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_action_apart';
    END IF;
    IF {HANDS.replace("act", "NEW.act")} AND EXISTS (
        SELECT FROM claim_action a
         WHERE a.claim_id = NEW.claim_id AND a.round = NEW.round
           AND {HANDS.replace("act", "a.act")} AND a.actor_id = ANY(selves(NEW.actor_id))) THEN
        RAISE EXCEPTION 'nobody has two hands in one claim'
              USING ERRCODE = 'unique_violation', CONSTRAINT = 'uq_claim_action_hands';
    END IF;
    RETURN NEW;
END $$"""
LINES_OPEN = """
CREATE FUNCTION claim_line_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    line claim_line;
BEGIN
    IF TG_OP = 'DELETE' THEN
        line := OLD;
    ELSE
        line := NEW;
    END IF;
    PERFORM FROM claim WHERE id = line.claim_id
       AND status IN ('draft', 'submitted', 'sent_back') FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the lines of this claim are settled'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_line_open';
    END IF;
    RETURN line;
END $$"""
TOTALLED = """
CREATE FUNCTION claim_totalled() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    which uuid;
BEGIN
    IF TG_TABLE_NAME = 'claim' THEN
        which := NEW.id;
    ELSIF TG_OP = 'DELETE' THEN
        which := OLD.claim_id;
    ELSE
        which := NEW.claim_id;
    END IF;
    IF EXISTS (SELECT FROM claim c WHERE c.id = which AND c.total_pence IS DISTINCT FROM
               (SELECT coalesce(sum(l.amount_pence), 0) FROM claim_line l
                 WHERE l.claim_id = c.id)) THEN
        RAISE EXCEPTION 'a claim comes to what its lines come to'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_totalled';
    END IF;
    RETURN NULL;
END $$"""
OCCASIONS = """
CREATE FUNCTION claim_occasions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO claim_occasion (claim_id, kind, day, participation_id, live)
        SELECT DISTINCT c.id, l.kind, l.day, c.participation_id, true
          FROM changed l JOIN claim c ON c.id = l.claim_id
         WHERE c.tops_up_id IS NULL
        ON CONFLICT (claim_id, kind, day) DO NOTHING;
    ELSE
        DELETE FROM claim_occasion o USING changed l
         WHERE (o.claim_id, o.kind, o.day) = (l.claim_id, l.kind, l.day)
           AND NOT EXISTS (SELECT FROM claim_line s
                            WHERE (s.claim_id, s.kind, s.day) = (o.claim_id, o.kind, o.day));
    END IF;
    RETURN NULL;
END $$"""
ENDED = """
CREATE FUNCTION claim_ended() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE claim_occasion SET live = false WHERE claim_id = NEW.id AND live;
    UPDATE claim_receipt SET live = false WHERE claim_id = NEW.id AND live;
    RETURN NULL;
END $$"""
TRIGGERS = (
    (
        "CREATE TRIGGER before_the_activity BEFORE INSERT ON payment_choice FOR EACH ROW"
        " EXECUTE FUNCTION chosen_before()"
    ),
    (
        f"CREATE TRIGGER apart BEFORE INSERT ON claim_action FOR EACH ROW"
        f" WHEN ({JUDGED.replace('act', 'NEW.act')}) EXECUTE FUNCTION claim_apart()"
    ),
    (
        "CREATE TRIGGER lines_open BEFORE INSERT OR DELETE ON claim_line FOR EACH ROW"
        " EXECUTE FUNCTION claim_line_open()"
    ),
    (
        f"CREATE TRIGGER lines_settled BEFORE UPDATE OF {TELLING} ON claim_line FOR EACH ROW"
        " EXECUTE FUNCTION claim_line_open()"
    ),
    (
        "CREATE CONSTRAINT TRIGGER totalled AFTER INSERT OR UPDATE OF total_pence ON claim"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION claim_totalled()"
    ),
    (
        "CREATE CONSTRAINT TRIGGER totalled AFTER INSERT OR DELETE OR UPDATE OF amount_pence, claim_id"
        " ON claim_line DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION claim_totalled()"
    ),
    (
        "CREATE TRIGGER occasions_told AFTER INSERT ON claim_line REFERENCING NEW TABLE AS changed"
        " FOR EACH STATEMENT EXECUTE FUNCTION claim_occasions()"
    ),
    (
        "CREATE TRIGGER occasions_gone AFTER DELETE ON claim_line REFERENCING OLD TABLE AS changed"
        " FOR EACH STATEMENT EXECUTE FUNCTION claim_occasions()"
    ),
    (
        "CREATE TRIGGER ended AFTER UPDATE OF status ON claim FOR EACH ROW"
        " WHEN (NEW.status IN ('rejected', 'withdrawn')) EXECUTE FUNCTION claim_ended()"
    ),
)
FUNCTIONS = {
    "activity_begins(uuid, date)": BEGINS,
    "chosen_before()": CHOSEN_BEFORE,
    "barred_from(uuid, uuid)": BARRED,
    "claim_apart()": APART,
    "claim_line_open()": LINES_OPEN,
    "claim_totalled()": TOTALLED,
    "claim_occasions()": OCCASIONS,
    "claim_ended()": ENDED,
}
RECORDED = ("reimbursement_policy", "payment_choice", "claim", "claim_action")
RECORDED += ("claim_line",)
ONLY_ADDED = ("payment_choice", "claim_action")
HELD = {
    "payment_choice": "'person_id'",
    "claim": "'person_id'",
    "claim_action": "'claim_id', 'claim'",
    "claim_line": "'claim_id', 'claim'",
}


def listed(members: tuple[str, ...]) -> str:
    return ", ".join(f"'{each}'" for each in members)


def step() -> str:
    return " OR ".join(
        f"(act = '{act}' AND "
        + (one_of("from_status", *starts) if starts else "from_status IS NULL")
        + f" AND {one_of('to_status', *ends)})"
        for act, (starts, ends) in STEPS.items()
    )


def closed(name: str, members: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)


def kept() -> tuple[sa.Column, ...]:
    return (
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )


def make_policy() -> None:
    op.create_table(
        "reimbursement_policy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("singleton", sa.Boolean(), nullable=False),
        sa.Column("deadline_months", postgresql.JSONB(), nullable=False),
        sa.Column("second_approval_above_pence", sa.BigInteger(), nullable=False),
        sa.Column("claim_within_days", sa.Integer(), nullable=False),
        sa.Column("approve_within_days", sa.Integer(), nullable=False),
        sa.Column("pay_within_days", sa.Integer(), nullable=False),
        sa.Column("payroll_pay_day", sa.Integer(), nullable=False),
        sa.Column("payroll_closes_days", sa.Integer(), nullable=False),
        sa.Column("vouchers_allowed", sa.Boolean(), nullable=False),
        sa.Column("advance_most_pence", sa.BigInteger(), nullable=False),
        sa.Column("advice", postgresql.JSONB(), nullable=False),
        *kept(),
        sa.CheckConstraint("singleton", name=op.f("ck_reimbursement_policy_singleton")),
        sa.CheckConstraint(
            f"deadline_months ?& ARRAY[{listed(KINDS)}]",
            name=op.f("ck_reimbursement_policy_deadline_of_each_kind"),
        ),
        sa.CheckConstraint(
            "second_approval_above_pence >= 0"
            " AND claim_within_days BETWEEN 1 AND 366"
            " AND approve_within_days BETWEEN 1 AND 366"
            " AND pay_within_days BETWEEN 1 AND 366"
            " AND payroll_pay_day BETWEEN 1 AND 31 AND payroll_closes_days BETWEEN 2 AND 20"
            " AND advance_most_pence BETWEEN 0 AND 10000000",
            name=op.f("ck_reimbursement_policy_in_bounds"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reimbursement_policy")),
        sa.UniqueConstraint("singleton", name=op.f("uq_reimbursement_policy_singleton")),
    )
    claim, approve, pay = WITHIN
    values = {
        "deadlines": json.dumps(dict.fromkeys(KINDS, MONTHS)),
        "advice": json.dumps(ADVICE),
        "second": SECOND_ABOVE,
        "claim": claim,
        "approve": approve,
        "pay": pay,
        "advance": ADVANCE,
        "pay_day": PAY_DAY,
        "closes": CLOSES,
    }
    op.get_bind().execute(
        sa.text(
            "INSERT INTO reimbursement_policy (id, singleton, deadline_months,"
            " second_approval_above_pence, claim_within_days, approve_within_days,"
            " pay_within_days, payroll_pay_day, payroll_closes_days, vouchers_allowed, advance_most_pence, advice, created_at,"
            " updated_at, version) VALUES (gen_random_uuid(), true, CAST(:deadlines AS jsonb),"
            " :second, :claim, :approve, :pay, :pay_day, :closes, false, :advance, CAST(:advice AS jsonb),"
            " now(), now(), 1)"
        ),
        values,
    )


def make_choices() -> None:
    op.create_table(
        "payment_choice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("participation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "choice", closed("choice", ("accept", "less", "decline", "to_charity")), nullable=False
        ),
        sa.Column("most_pence", sa.BigInteger(), nullable=True),
        sa.Column("charity_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_by", sa.Uuid(), nullable=False),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        *kept(),
        sa.CheckConstraint(
            "(choice = 'less') = (most_pence IS NOT NULL)", name=op.f("ck_payment_choice_limit")
        ),
        sa.CheckConstraint(
            "(choice = 'to_charity') = (charity_id IS NOT NULL)",
            name=op.f("ck_payment_choice_charity"),
        ),
        sa.CheckConstraint("most_pence > 0", name=op.f("ck_payment_choice_most_pence")),
        sa.CheckConstraint(
            "made_at <= created_at", name=op.f("ck_payment_choice_made_before_told")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_payment_choice_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["participation.id"],
            name=op.f("fk_payment_choice_participation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["charity_id"], ["charity.id"], name=op.f("fk_payment_choice_charity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_choice")),
    )
    op.create_index(
        op.f("ix_payment_choice_participation_id_made_at"),
        "payment_choice",
        ["participation_id", "made_at"],
    )
    op.create_index(op.f("ix_payment_choice_charity_id"), "payment_choice", ["charity_id"])
    op.create_index(op.f("ix_payment_choice_person_id_id"), "payment_choice", ["person_id", "id"])


def make_claims() -> None:
    op.execute("CREATE SEQUENCE claim_number AS integer")
    op.execute(f"GRANT USAGE ON SEQUENCE claim_number TO {WRITERS}")
    op.create_table(
        "claim",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "number",
            sa.Integer(),
            server_default=sa.text("nextval('claim_number')"),
            nullable=False,
        ),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("participation_id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("directorate_id", sa.Uuid(), nullable=True),
        sa.Column("activity_on", sa.Date(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=True),
        sa.Column("fees_by_voucher", sa.Boolean(), nullable=False),
        sa.Column("budget_id", sa.Uuid(), nullable=True),
        sa.Column("charity_id", sa.Uuid(), nullable=True),
        sa.Column("total_pence", sa.BigInteger(), nullable=False),
        sa.Column("status", closed("claimstatus", STATUSES), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("repeats_id", sa.Uuid(), nullable=True),
        sa.Column("tops_up_id", sa.Uuid(), nullable=True),
        *kept(),
        sa.CheckConstraint(f"total_pence BETWEEN 0 AND {MOST}", name=op.f("ck_claim_total_pence")),
        sa.CheckConstraint(
            f"total_pence > 0 OR {one_of('status', *EMPTY)}",
            name=op.f("ck_claim_comes_to_something"),
        ),
        sa.CheckConstraint("round >= 0 AND moves > 0", name=op.f("ck_claim_counted")),
        sa.CheckConstraint(
            f"budget_id IS NOT NULL OR {one_of('status', *EMPTY, 'submitted', 'certified')}",
            name=op.f("ck_claim_budgeted"),
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_claim_{column}"))
            for column, table in (
                ("person_id", "person"),
                ("participation_id", "participation"),
                ("opportunity_id", "opportunity"),
                ("directorate_id", "directorate"),
                ("budget_id", "budget"),
                ("charity_id", "charity"),
                ("repeats_id", "claim"),
                ("tops_up_id", "claim"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint("id", "person_id", name=op.f("uq_claim_id_person_id")),
        sa.UniqueConstraint("number", name=op.f("uq_claim_number")),
    )
    for columns in (
        ["person_id", "id"],
        ["status", "id"],
        ["directorate_id", "id"],
        ["opportunity_id", "id"],
        ["participation_id"],
        ["budget_id"],
        ["charity_id"],
        ["repeats_id"],
        ["tops_up_id"],
    ):
        op.create_index(op.f(f"ix_claim_{'_'.join(columns)}"), "claim", columns)
    make_actions()
    make_lines()


def make_actions() -> None:
    op.create_table(
        "claim_action",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("claimant_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("before", sa.Integer(), sa.Computed("nullif(number - 1, 0)", persisted=True)),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("act", closed("act", tuple(STEPS)), nullable=False),
        sa.Column("from_status", closed("from_status", STATUSES), nullable=True),
        sa.Column("to_status", closed("to_status", STATUSES), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        *kept(),
        sa.CheckConstraint(step(), name=op.f("ck_claim_action_step")),
        sa.CheckConstraint("(number = 1) = (act = 'make')", name=op.f("ck_claim_action_first")),
        sa.CheckConstraint(
            f"NOT {JUDGED} OR actor_id <> claimant_id",
            name=op.f("ck_claim_action_not_oneself"),
        ),
        sa.CheckConstraint(
            f"NOT {REASONED} OR reason IS NOT NULL", name=op.f("ck_claim_action_reasoned")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_action")),
        sa.UniqueConstraint(
            "claim_id",
            "number",
            "to_status",
            name=op.f("uq_claim_action_claim_id_number_to_status"),
        ),
        sa.UniqueConstraint("claim_id", "number", name=op.f("uq_claim_action_claim_id_number")),
        sa.ForeignKeyConstraint(
            ["claim_id", "claimant_id"],
            ["claim.id", "claim.person_id"],
            name=op.f("fk_claim_action_claim_id_claimant_id"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["claim_id", "before", "from_status"],
            ["claim_action.claim_id", "claim_action.number", "claim_action.to_status"],
            name="fk_claim_action_before",
        ),
    )
    op.create_index(
        "uq_claim_action_hands",
        "claim_action",
        ["claim_id", "round", "actor_id"],
        unique=True,
        postgresql_where=sa.text(HANDS),
    )
    op.create_index(
        op.f("ix_claim_action_actor_id_claimant_id"),
        "claim_action",
        ["actor_id", "claimant_id"],
        postgresql_where=sa.text("on_behalf"),
    )
    # Both tables are empty, so that nothing is looked through.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "ALTER TABLE claim ADD CONSTRAINT fk_claim_moves FOREIGN KEY (id, moves, status)"
        " REFERENCES claim_action (claim_id, number, to_status) DEFERRABLE INITIALLY DEFERRED"
    )


def make_lines() -> None:
    op.create_table(
        "claim_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", closed("linekind", KINDS), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("hours", sa.Numeric(4, 2), nullable=True),
        sa.Column("miles", sa.Numeric(6, 1), nullable=True),
        sa.Column("vehicle", closed("vehicle", ("car", "motorcycle", "bicycle")), nullable=True),
        sa.Column("passengers", sa.Integer(), nullable=True),
        sa.Column("hours_away", sa.Numeric(4, 2), nullable=True),
        sa.Column("told_pence", sa.BigInteger(), nullable=True),
        sa.Column("from_place", sa.Text(), nullable=True),
        sa.Column("to_place", sa.Text(), nullable=True),
        sa.Column("no_receipt_because", sa.Text(), nullable=True),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.Column("route", closed("route", ROUTES), nullable=False),
        sa.Column("rate_id", sa.Uuid(), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=False),
        *kept(),
        sa.CheckConstraint("position BETWEEN 1 AND 100", name=op.f("ck_claim_line_position")),
        sa.CheckConstraint(
            f"amount_pence BETWEEN 0 AND {MOST}", name=op.f("ck_claim_line_amount_pence")
        ),
        sa.CheckConstraint(
            f"told_pence BETWEEN 1 AND {MOST}", name=op.f("ck_claim_line_told_pence")
        ),
        sa.CheckConstraint("miles > 0 AND miles <= 24901", name=op.f("ck_claim_line_miles")),
        sa.CheckConstraint("hours > 0 AND hours <= 24", name=op.f("ck_claim_line_hours")),
        sa.CheckConstraint(
            "hours_away > 0 AND hours_away <= 24", name=op.f("ck_claim_line_hours_away")
        ),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_claim_line_level")),
        sa.CheckConstraint("passengers BETWEEN 0 AND 8", name=op.f("ck_claim_line_passengers")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_line_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_line")),
        sa.UniqueConstraint("claim_id", "position", name=op.f("uq_claim_line_claim_id_position")),
    )
    op.create_table(
        "claim_occasion",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("kind", closed("linekind", KINDS), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("participation_id", sa.Uuid(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claim.id"], name=op.f("fk_claim_occasion_claim_id")
        ),
        sa.PrimaryKeyConstraint("claim_id", "kind", "day", name=op.f("pk_claim_occasion")),
    )
    op.create_index(
        "uq_claim_occasion_live",
        "claim_occasion",
        ["participation_id", "kind", "day"],
        unique=True,
        postgresql_where=sa.text("live"),
    )


def make_receipts() -> None:
    op.create_table(
        "claim_receipt",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_receipt_claim_id")),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipt.id"], name=op.f("fk_claim_receipt_receipt_id")
        ),
        sa.PrimaryKeyConstraint(
            "claim_id", "receipt_id", "position", name=op.f("pk_claim_receipt")
        ),
    )
    op.create_index(
        "uq_claim_receipt_live",
        "claim_receipt",
        ["receipt_id"],
        unique=True,
        postgresql_where=sa.text("live"),
    )
    op.create_index(op.f("ix_claim_receipt_receipt_id"), "claim_receipt", ["receipt_id"])
    op.execute("SELECT receipt_uses('claim_receipt')")


def widen_may(*may: str) -> None:
    """Let supporters be named for these; rows that stand already are looked through afterwards."""
    op.execute(
        "-- squawk-ignore ban-drop-constraint\n"
        "ALTER TABLE person_supporter DROP CONSTRAINT ck_person_supporter_may_known"
    )
    op.execute(
        "ALTER TABLE person_supporter ADD CONSTRAINT ck_person_supporter_may_known"
        f" CHECK (may <@ ARRAY[{listed(may)}]) NOT VALID"
    )


def upgrade() -> None:
    widen_may(*MAY, "claims")
    make_policy()
    make_choices()
    make_claims()
    make_receipts()
    for body in FUNCTIONS.values():
        op.execute(body)
    op.execute("REVOKE EXECUTE ON FUNCTION barred_from(uuid, uuid) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION barred_from(uuid, uuid) TO {WRITERS}")
    for trigger in TRIGGERS:
        op.execute(trigger)
    for table in ONLY_ADDED:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {WRITERS}")
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON claim_occasion FROM {WRITERS}")
    op.execute(f"REVOKE DELETE ON claim FROM {WRITERS}")
    for table in RECORDED:
        op.execute(f"SELECT record_changes('{table}')")
    for table, way in HELD.items():
        op.execute(f"SELECT hold_rows('{table}', {way})")
    # In a transaction of its own: nobody waits while supporters are looked through.
    with op.get_context().autocommit_block():
        op.execute(VALIDATE)


def downgrade() -> None:
    op.execute("ALTER TABLE claim DROP CONSTRAINT fk_claim_moves")
    for table in ("claim_receipt", "claim_occasion", "claim_line", "claim_action", "claim"):
        op.drop_table(table)
    for table in ("payment_choice", "reimbursement_policy"):
        op.drop_table(table)
    op.execute("DROP SEQUENCE claim_number")
    op.execute(
        "UPDATE person_supporter SET may = array_remove(may, 'claims') WHERE 'claims' = ANY(may) AND cardinality(may) > 1"
    )
    op.execute("DELETE FROM person_supporter WHERE may = '{claims}'")
    widen_may(*MAY)
    op.execute(VALIDATE)
    for name in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}")
