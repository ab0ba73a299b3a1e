"""Rate cards: what is paid for which days, drafted by one person and activated by another."""

import json
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0037"
down_revision: str | None = "0036"
branch_labels = None
depends_on = None

SHIPPED = Path(__file__).parent.parent / "content" / "rate_cards_1.json"
WRITERS = "everyvoice_app, everyvoice_worker"
SCHEMES = ("ppv", "nihr", "hmrc", "afc", "trust")
STATUSES = ("draft", "proposed", "active", "superseded", "withdrawn")
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
UNITS = (
    "hour",
    "half_day",
    "day",
    "block",
    "fee_share",
    "mile",
    "passenger_mile",
    "time_away",
    "actual",
)
PARTS = (
    "kind",
    "unit",
    "label",
    "level",
    "vehicle",
    "pence",
    "percent",
    "up_to_hours",
    "block_hours",
    "over_hours",
    "over_miles",
    "most_pence",
    "most_per",
)
# A card is a draft at first; from its proposal on only its status goes on, and a successor ends it.
GUARDS = (
    """
CREATE FUNCTION refuse_settled_card() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'draft' OR NEW.shipped THEN
            RAISE EXCEPTION 'a rate card is a draft at first'
                  USING ERRCODE = 'check_violation', CONSTRAINT = 'rate_card_settled';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.shipped IS DISTINCT FROM OLD.shipped
       OR NEW.status <> OLD.status AND (OLD.status || ' ' || NEW.status) NOT IN (
          'draft proposed', 'draft withdrawn', 'proposed active', 'proposed withdrawn',
          'active superseded')
       OR OLD.status <> 'draft' AND (
          (NEW.scheme, NEW.title, NEW.source, NEW.source_confirmed, NEW.valid_from, NEW.proposed_by)
          IS DISTINCT FROM
          (OLD.scheme, OLD.title, OLD.source, OLD.source_confirmed, OLD.valid_from, OLD.proposed_by)
          OR NEW.valid_to IS DISTINCT FROM OLD.valid_to AND (
             OLD.status <> 'active' OR NEW.valid_to IS NULL OR NEW.valid_to > OLD.valid_to))
       OR OLD.activated_on IS NOT NULL AND
          (NEW.activated_by, NEW.activated_on, NEW.alters_from)
          IS DISTINCT FROM (OLD.activated_by, OLD.activated_on, OLD.alters_from) THEN
        RAISE EXCEPTION 'a rate card that was proposed stays as it is'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'rate_card_settled';
    END IF;
    IF OLD.status = 'draft' AND NEW.status = 'proposed' AND (
       NOT EXISTS (SELECT FROM rate r WHERE r.card_id = NEW.id)
       OR EXISTS (SELECT FROM rate r WHERE r.card_id = NEW.id
                     AND CASE r.unit WHEN 'actual' THEN false WHEN 'fee_share' THEN r.percent IS NULL
                         ELSE r.pence IS NULL END)) THEN
        RAISE EXCEPTION 'a rate has no figure'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'rate_card_complete';
    END IF;
    RETURN NEW;
END $$""",
    """
CREATE TRIGGER settled BEFORE INSERT OR UPDATE ON rate_card
FOR EACH ROW EXECUTE FUNCTION refuse_settled_card()""",
    """
CREATE FUNCTION refuse_settled_rate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM rate_card
      WHERE id = coalesce(NEW.card_id, OLD.card_id) AND status = 'draft' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the rates of a card that was proposed stay as they are'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'rate_card_settled';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$""",
    """
CREATE TRIGGER settled BEFORE INSERT OR DELETE ON rate
FOR EACH ROW EXECUTE FUNCTION refuse_settled_rate()""",
)


def closed(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)


def ship() -> None:
    """Write the cards that come with the service; what is not confirmed comes as a draft."""
    card = sa.text(
        "INSERT INTO rate_card (id, scheme, title, source, source_confirmed, shipped, status,"
        " valid_from, valid_to, created_at, updated_at, version) VALUES (CAST(:id AS uuid),"
        " :scheme, :title, :source, :active, :active, :status, CAST(CAST(:valid_from AS text) AS"
        " date), CAST(CAST(:valid_to AS text) AS date), now(), now(), 1)"
    )
    numbers = ", ".join(
        f"CAST(CAST(:{part} AS text) AS {'integer' if part == 'level' else 'numeric'})"
        if part in ("level", *PARTS[5:12])
        else f":{part}"
        for part in PARTS
    )
    rate = sa.text(
        f"INSERT INTO rate (id, card_id, place, {', '.join(PARTS)}, created_at, updated_at, version)"
        f" VALUES (CAST(:id AS uuid), CAST(:card_id AS uuid), :place, {numbers}, now(), now(), 1)"
    )
    for number, told in enumerate(json.loads(SHIPPED.read_text(encoding="utf-8")), 1):
        # Ids tell times, and lists are read by them: these come before all that are made later.
        id_ = f"00000000-0037-7000-8000-{number:012}"
        rates = told.pop("rates")
        op.get_bind().execute(card, {**told, "id": id_, "active": told["status"] == "active"})
        for at, each in enumerate(rates):
            values = dict.fromkeys(PARTS) | {k: str(v) for k, v in each.items()}
            own = f"00000000-0037-7000-9000-{number * 1000 + at:012}"
            op.get_bind().execute(rate, {**values, "id": own, "card_id": id_, "place": at})


def upgrade() -> None:
    op.create_table(
        "rate_card",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scheme", closed("scheme", *SCHEMES), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_confirmed", sa.Boolean(), nullable=False),
        sa.Column("shipped", sa.Boolean(), nullable=False),
        sa.Column("status", closed("ratecardstatus", *STATUSES), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("drafted_by", sa.Uuid(), nullable=True),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("proposed_on", sa.Date(), nullable=True),
        sa.Column("activated_by", sa.Uuid(), nullable=True),
        sa.Column("activated_on", sa.Date(), nullable=True),
        sa.Column("alters_from", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("scheme"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            where=sa.text("status = 'active'"),
            using="gist",
            name="ex_rate_card_once",
        ),
        sa.CheckConstraint("valid_from < valid_to", name=op.f("ck_rate_card_in_order")),
        sa.CheckConstraint(
            "activated_by <> proposed_by", name=op.f("ck_rate_card_activated_by_another")
        ),
        sa.CheckConstraint(
            "(proposed_by IS NULL) = (proposed_on IS NULL)"
            " AND (activated_by IS NULL) = (activated_on IS NULL)",
            name=op.f("ck_rate_card_by_somebody"),
        ),
        sa.CheckConstraint(
            "CASE status WHEN 'draft' THEN num_nonnulls(proposed_by, activated_by) = 0"
            " WHEN 'proposed' THEN source_confirmed AND proposed_by IS NOT NULL"
            " AND activated_by IS NULL"
            " WHEN 'withdrawn' THEN activated_by IS NULL"
            " ELSE source_confirmed AND num_nonnulls(proposed_by, activated_by)"
            " = CASE WHEN shipped THEN 0 ELSE 2 END END",
            name=op.f("ck_rate_card_two_people"),
        ),
        sa.CheckConstraint("alters_from <= activated_on", name=op.f("ck_rate_card_alters_from")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate_card")),
    )
    op.create_index(op.f("ix_rate_card_scheme_valid_from"), "rate_card", ["scheme", "valid_from"])
    op.create_table(
        "rate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", closed("linekind", *KINDS), nullable=False),
        sa.Column("unit", closed("rateunit", *UNITS), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("vehicle", closed("vehicle", "car", "motorcycle", "bicycle"), nullable=True),
        sa.Column("pence", sa.Numeric(12, 3), nullable=True),
        sa.Column("percent", sa.Numeric(5, 2), nullable=True),
        sa.Column("up_to_hours", sa.Numeric(4, 2), nullable=True),
        sa.Column("block_hours", sa.Numeric(4, 2), nullable=True),
        sa.Column("over_hours", sa.Numeric(4, 2), nullable=True),
        sa.Column("over_miles", sa.Numeric(6, 1), nullable=True),
        sa.Column("most_pence", sa.BigInteger(), nullable=True),
        sa.Column("most_per", closed("mostper", "hour", "day"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "CASE unit WHEN 'mile' THEN kind = 'mileage'"
            " WHEN 'passenger_mile' THEN kind = 'mileage'"
            " WHEN 'time_away' THEN kind = 'subsistence'"
            " WHEN 'fee_share' THEN kind = 'cancellation'"
            " WHEN 'actual' THEN kind <> 'involvement_fee' AND kind <> 'preparation'"
            " AND kind <> 'cancellation' AND kind <> 'mileage' AND kind <> 'subsistence'"
            " ELSE kind = 'involvement_fee' OR kind = 'preparation' OR kind = 'cancellation' END",
            name=op.f("ck_rate_unit_of_kind"),
        ),
        sa.CheckConstraint(
            "pence BETWEEN 0 AND 10000000 AND (pence IS NULL"
            " OR unit <> 'fee_share' AND unit <> 'actual') AND percent BETWEEN 0 AND 100"
            " AND (percent IS NULL OR unit = 'fee_share')",
            name=op.f("ck_rate_figure"),
        ),
        sa.CheckConstraint(
            "level BETWEEN 1 AND 4"
            " AND (level IS NULL OR kind = 'involvement_fee' OR kind = 'preparation'"
            " OR kind = 'cancellation')"
            " AND (vehicle IS NOT NULL) = (unit = 'mile')"
            " AND (block_hours IS NOT NULL) = (unit = 'block')"
            " AND (over_hours IS NOT NULL) = (unit = 'time_away')"
            " AND (over_miles IS NOT NULL) = (unit = 'mile')"
            " AND (up_to_hours IS NULL OR unit = 'hour' OR unit = 'half_day' OR unit = 'day'"
            " OR unit = 'block')"
            " AND (up_to_hours IS NOT NULL OR unit <> 'half_day')"
            " AND up_to_hours > 0 AND block_hours > 0 AND over_hours >= 0 AND over_miles >= 0",
            name=op.f("ck_rate_limits"),
        ),
        sa.CheckConstraint(
            "(most_pence IS NULL) = (most_per IS NULL)"
            " AND (most_pence IS NULL OR unit = 'actual')"
            " AND most_pence BETWEEN 1 AND 10000000",
            name=op.f("ck_rate_most"),
        ),
        sa.ForeignKeyConstraint(["card_id"], ["rate_card.id"], name=op.f("fk_rate_card_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate")),
        sa.UniqueConstraint(
            "card_id",
            "kind",
            "level",
            "vehicle",
            "up_to_hours",
            "over_hours",
            "over_miles",
            name="uq_rate_holding",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.execute(f"REVOKE DELETE ON rate_card FROM {WRITERS}")
    op.execute(f"REVOKE UPDATE ON rate FROM {WRITERS}")
    ship()
    for table in ("rate_card", "rate"):
        op.execute(f"SELECT record_changes('{table}')")
    for guard in GUARDS:
        op.execute(guard)


def downgrade() -> None:
    op.drop_table("rate")
    op.drop_table("rate_card")
    op.execute("DROP FUNCTION refuse_settled_rate()")
    op.execute("DROP FUNCTION refuse_settled_card()")
