"""Caps that people set for themselves, published figures, advances, and top-ups of paid claims."""

import sqlalchemy as sa
from alembic import op

revision: str = "0044"
down_revision: str | None = "0043"
branch_labels = None
depends_on = None

WRITERS = "everyvoice_app, everyvoice_worker"
MOST = 10_000_000
MONEY_ONCE = "kind = 'advance' AND status <> 'declined'"
# What may follow a status, and by whom: neither the person, nor who asked or acted for them.
TO_COME = """
CREATE FUNCTION advance_to_come() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM participation p LEFT JOIN opportunity_time t ON t.opportunity_id = p.opportunity_id
      WHERE p.id = NEW.participation_id AND p.person_id = NEW.person_id AND p.status = 'accepted'
      GROUP BY p.id HAVING coalesce(max(t.starts_at) > NEW.created_at, true);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the activity of an advance is to come'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'advance_to_come';
    END IF;
    IF NEW.status <> 'asked' THEN
        RAISE EXCEPTION 'an advance is asked for at first'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'advance_step';
    END IF;
    IF NEW.pence > (SELECT advance_most_pence FROM reimbursement_policy) THEN
        RAISE EXCEPTION 'no more is paid in advance than the policy says'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'advance_most';
    END IF;
    RETURN NEW;
END $$"""
STEPS = """
CREATE FUNCTION advance_steps() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    actor uuid := coalesce(NEW.done_by, NEW.decided_by);
BEGIN
    IF (OLD.status || ' ' || NEW.status) NOT IN ('asked agreed', 'asked declined', 'agreed paid',
                                                 'agreed booked', 'paid settled') THEN
        RAISE EXCEPTION 'an advance goes on from where it stands'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'advance_step';
    END IF;
    IF NEW.status = 'settled' THEN
        RETURN NEW;
    END IF;
    -- Who acted for a person may book their travel, but decides nothing and pays nothing.
    IF NEW.person_id = ANY(selves(actor)) OR NEW.status <> 'booked' AND (
       barred_from(actor, NEW.person_id) OR NEW.asked_by = ANY(selves(actor)) OR EXISTS (
       SELECT FROM advance a WHERE a.person_id = NEW.person_id AND a.on_behalf
          AND a.asked_by = ANY(selves(actor)))) THEN
        RAISE EXCEPTION 'nobody decides for themselves, or for whom they acted for'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'advance_apart';
    END IF;
    IF NEW.status = 'paid' AND NEW.decided_by = ANY(selves(NEW.done_by)) THEN
        RAISE EXCEPTION 'who agreed does not pay'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'advance_hands';
    END IF;
    RETURN NEW;
END $$"""
TRIGGERS = (
    (
        "CREATE TRIGGER to_come BEFORE INSERT ON advance FOR EACH ROW"
        " EXECUTE FUNCTION advance_to_come()"
    ),
    (
        "CREATE TRIGGER steps BEFORE UPDATE OF status ON advance FOR EACH ROW"
        " WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION advance_steps()"
    ),
)
FUNCTIONS = {"advance_to_come()": TO_COME, "advance_steps()": STEPS}
# The sources tell the month from which a figure holds.
NAME = "ESA permitted work"
FIGURES = (
    (18_350, "2024-04-01", "Green Paper on health and disability benefits, 2025, paragraph 122"),
    (19_550, "2025-04-01", "Green Paper on health and disability benefits, 2025, paragraph 122"),
)
TABLES = ("payment_cap", "benefit_figure", "advance", "advance_settlement", "claim_top_up")
ONLY_ADDED = ("benefit_figure", "advance_settlement", "claim_top_up")
HELD = {
    "payment_cap": "'person_id'",
    "advance": "'person_id'",
    "advance_settlement": "'advance_id', 'advance'",
    "claim_top_up": "'claim_id', 'claim'",
}


def closed(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)


def kept() -> tuple[sa.Column, ...]:
    return (
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )


def refers(table: str, **columns: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    return tuple(
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in columns.items()
    )


def make_caps() -> None:
    op.create_table(
        "payment_cap",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("most_pence", sa.BigInteger(), nullable=False),
        sa.Column("period", closed("capperiod", "week", "month"), nullable=False),
        sa.Column("starts_on", sa.Integer(), nullable=False),
        sa.Column("counted_by", closed("countedby", "activity_day", "payment_day"), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        *kept(),
        sa.CheckConstraint(
            f"most_pence BETWEEN 1 AND {MOST}", name=op.f("ck_payment_cap_most_pence")
        ),
        sa.CheckConstraint(
            "starts_on BETWEEN 1 AND CASE period WHEN 'week' THEN 7 ELSE 31 END",
            name=op.f("ck_payment_cap_starts_on"),
        ),
        *refers("payment_cap", person_id="person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_cap")),
        sa.UniqueConstraint("person_id", name=op.f("uq_payment_cap_person_id")),
    )
    # It is the person's own, and of no list that anybody reads.
    op.execute("REVOKE SELECT ON payment_cap FROM everyvoice_read")


def make_figures() -> None:
    op.create_table(
        "benefit_figure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("weekly_pence", sa.BigInteger(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        *kept(),
        sa.CheckConstraint(
            "weekly_pence BETWEEN 1 AND 1000000", name=op.f("ck_benefit_figure_weekly_pence")
        ),
        sa.CheckConstraint("hours BETWEEN 1 AND 168", name=op.f("ck_benefit_figure_hours")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefit_figure")),
    )
    op.create_index(
        op.f("ix_benefit_figure_name_valid_from_id"), "benefit_figure", ["name", "valid_from", "id"]
    )
    figure = sa.text(
        "INSERT INTO benefit_figure (id, name, weekly_pence, hours, valid_from, source, created_at,"
        " updated_at, version) VALUES (CAST(:id AS uuid), :name, :pence, 16,"
        " CAST(CAST(:valid_from AS text) AS date), :source, now(), now(), 1)"
    )
    for number, (pence, valid_from, source) in enumerate(FIGURES, 1):
        # Ids tell times: these come before all that are added later.
        own = {"id": f"00000000-0044-7000-8000-{number:012}", "name": NAME}
        told = {"pence": pence, "valid_from": valid_from, "source": source}
        op.get_bind().execute(figure, own | told)


def make_advances() -> None:
    op.create_table(
        "advance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("participation_id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("directorate_id", sa.Uuid(), nullable=True),
        sa.Column("kind", closed("advancekind", "advance", "booked_travel"), nullable=False),
        sa.Column("pence", sa.BigInteger(), nullable=True),
        sa.Column("what", sa.Text(), nullable=True),
        sa.Column("from_place", sa.Text(), nullable=True),
        sa.Column("to_place", sa.Text(), nullable=True),
        sa.Column("travel_on", sa.Date(), nullable=True),
        sa.Column(
            "status",
            closed("advancestatus", "asked", "agreed", "declined", "paid", "settled", "booked"),
            nullable=False,
        ),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("settled_pence", sa.BigInteger(), nullable=False),
        *kept(),
        sa.CheckConstraint(f"pence BETWEEN 1 AND {MOST}", name=op.f("ck_advance_pence")),
        sa.CheckConstraint(
            "(kind = 'advance') = (pence IS NOT NULL)"
            " AND (kind = 'booked_travel') = (travel_on IS NOT NULL)"
            " AND (kind = 'booked_travel' OR num_nonnulls(what, from_place, to_place) = 0)",
            name=op.f("ck_advance_parts"),
        ),
        sa.CheckConstraint(
            "CASE status WHEN 'paid' THEN kind = 'advance' WHEN 'settled' THEN kind = 'advance'"
            " WHEN 'booked' THEN kind = 'booked_travel' ELSE true END",
            name=op.f("ck_advance_status_of_kind"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(decided_by, decided_on) = CASE status WHEN 'asked' THEN 0 ELSE 2 END"
            " AND num_nonnulls(done_by, done_on) = CASE WHEN status = 'asked'"
            " OR status = 'agreed' OR status = 'declined' THEN 0 ELSE 2 END",
            name=op.f("ck_advance_by_somebody"),
        ),
        sa.CheckConstraint(
            "(status = 'declined') = (reason IS NOT NULL)", name=op.f("ck_advance_reasoned")
        ),
        sa.CheckConstraint(
            "settled_pence BETWEEN 0 AND coalesce(pence, 0)"
            " AND (settled_pence = 0 OR status = 'paid' OR status = 'settled')"
            " AND (status = 'settled') = (settled_pence > 0 AND settled_pence = pence)",
            name=op.f("ck_advance_settled_pence"),
        ),
        *refers(
            "advance",
            person_id="person",
            participation_id="participation",
            opportunity_id="opportunity",
            directorate_id="directorate",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advance")),
    )
    for columns in (
        ["person_id", "id"],
        ["status", "id"],
        ["directorate_id", "id"],
        ["participation_id"],
        ["opportunity_id"],
    ):
        op.create_index(op.f(f"ix_advance_{'_'.join(columns)}"), "advance", columns)
    op.create_index(
        "uq_advance_money_once",
        "advance",
        ["participation_id"],
        unique=True,
        postgresql_where=sa.text(MONEY_ONCE),
    )
    op.create_table(
        "advance_settlement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("advance_id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("pence", sa.BigInteger(), nullable=False),
        *kept(),
        sa.CheckConstraint("pence > 0", name=op.f("ck_advance_settlement_pence")),
        *refers("advance_settlement", advance_id="advance", claim_id="claim"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advance_settlement")),
        sa.UniqueConstraint(
            "advance_id", "claim_id", name=op.f("uq_advance_settlement_advance_id_claim_id")
        ),
    )
    op.create_index(op.f("ix_advance_settlement_claim_id"), "advance_settlement", ["claim_id"])


def make_top_ups() -> None:
    op.create_table(
        "claim_top_up",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("tops_up_id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        *kept(),
        *refers("claim_top_up", claim_id="claim", tops_up_id="claim", card_id="rate_card"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_top_up")),
        sa.UniqueConstraint("claim_id", name=op.f("uq_claim_top_up_claim_id")),
        sa.UniqueConstraint(
            "tops_up_id", "card_id", name=op.f("uq_claim_top_up_tops_up_id_card_id")
        ),
    )
    op.create_index(op.f("ix_claim_top_up_card_id"), "claim_top_up", ["card_id"])


def upgrade() -> None:
    make_caps()
    make_figures()
    make_advances()
    make_top_ups()
    for body in FUNCTIONS.values():
        op.execute(body)
    for trigger in TRIGGERS:
        op.execute(trigger)
    op.execute(f"REVOKE DELETE ON advance FROM {WRITERS}")
    for table in ONLY_ADDED:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {WRITERS}")
    for table in TABLES:
        op.execute(f"SELECT record_changes('{table}')")
    for table, way in HELD.items():
        op.execute(f"SELECT hold_rows('{table}', {way})")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}")
