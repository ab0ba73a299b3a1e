"""Meetings hear people, promises are kept, and teams collect feedback in time."""

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels = None
depends_on = None


RECORDED = (
    "feedback_meeting",
    "feedback_meeting_team",
    "feedback_promise",
    "feedback_empty_period",
    "feedback_denominator",
)
TABLES = {
    "insert": "NEW TABLE AS new_rows",
    "update": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "OLD TABLE AS old_rows",
}
TIME = "'^([01][0-9]|2[0-3])[:][0-5][0-9]$'"


def closed(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)


def entity(table: str, *columns: sa.schema.SchemaItem) -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        *columns,
        sa.Column("created_at", instant, nullable=False),
        sa.Column("updated_at", instant, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def of(table: str, other: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def meetings() -> None:
    name = "feedback_meeting"
    entity(
        name,
        sa.Column(
            "kind",
            closed("meetingkind", "pals_surgery", "feedback_clinic", "hear_say"),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("access", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("access_note", sa.Text(), nullable=True),
        sa.Column("host", sa.Text(), nullable=True),
        sa.Column("state", closed("meetingstate", "planned", "held", "cancelled"), nullable=False),
        sa.Column("cancelled_because", sa.Text(), nullable=True),
        sa.Column("patients", sa.Integer(), nullable=True),
        sa.Column("carers", sa.Integer(), nullable=True),
        sa.Column("staff", sa.Integer(), nullable=True),
        sa.CheckConstraint(f"starts_at ~ {TIME}", name=op.f(f"ck_{name}_starts_at")),
        sa.CheckConstraint(f"ends_at ~ {TIME}", name=op.f(f"ck_{name}_ends_at")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f(f"ck_{name}_ends_later")),
        sa.CheckConstraint("num_nonnulls(place, link) > 0", name=op.f(f"ck_{name}_somewhere")),
        sa.CheckConstraint(
            "num_nonnulls(patients, carers, staff) = CASE state WHEN 'held' THEN 3 ELSE 0 END",
            name=op.f(f"ck_{name}_counted_when_held"),
        ),
        sa.CheckConstraint(
            "patients BETWEEN 0 AND 10000 AND carers BETWEEN 0 AND 10000"
            " AND staff BETWEEN 0 AND 10000",
            name=op.f(f"ck_{name}_counts"),
        ),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancelled_because IS NOT NULL)",
            name=op.f(f"ck_{name}_cancelled_because"),
        ),
    )
    op.create_index(op.f(f"ix_{name}_day"), name, ["day"])
    entity(
        "feedback_meeting_team",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        of("feedback_meeting_team", "feedback_meeting", "meeting_id"),
        of("feedback_meeting_team", "team", "team_id"),
        sa.UniqueConstraint(
            "meeting_id", "team_id", name=op.f("uq_feedback_meeting_team_meeting_id_team_id")
        ),
    )
    op.create_index(op.f("ix_feedback_meeting_team_team_id"), "feedback_meeting_team", ["team_id"])
    entity(
        "feedback_promise",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("kept_on", sa.Date(), nullable=True),
        sa.Column("kept_how", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(kept_on, kept_how) IN (0, 2)",
            name=op.f("ck_feedback_promise_kept_somehow"),
        ),
        of("feedback_promise", "feedback_meeting", "meeting_id"),
    )
    op.create_index(op.f("ix_feedback_promise_meeting_id"), "feedback_promise", ["meeting_id"])
    op.create_index(
        op.f("ix_feedback_promise_due_on"),
        "feedback_promise",
        ["due_on"],
        postgresql_where=sa.text("kept_on IS NULL"),
    )


def upgrade() -> None:
    meetings()
    name = "feedback_empty_period"
    entity(
        name,
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from", name=op.f(f"ck_{name}_not_empty")
        ),
        of(name, "team", "team_id"),
    )
    op.create_index(op.f(f"ix_{name}_team_id"), name, ["team_id"])
    op.execute(
        f"ALTER TABLE {name} ADD CONSTRAINT ex_{name}_once EXCLUDE USING gist"
        " (team_id WITH =, daterange(valid_from, valid_to) WITH &&)"
    )
    name = "feedback_denominator"
    entity(
        name,
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("discharged", sa.Integer(), nullable=True),
        sa.Column("eligible", sa.Integer(), nullable=True),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f(f"ck_{name}_first_of_month")),
        sa.CheckConstraint(
            "discharged BETWEEN 0 AND 1000000 AND eligible BETWEEN 0 AND 1000000",
            name=op.f(f"ck_{name}_counts"),
        ),
        of(name, "team", "team_id"),
        sa.UniqueConstraint("team_id", "month", name=op.f(f"uq_{name}_team_id_month")),
    )
    for table in RECORDED:
        for event, rows in TABLES.items():
            op.execute(
                f"CREATE TRIGGER record_{event} AFTER {event.upper()} ON {table}"
                f" REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION record_{event}()"
            )


def downgrade() -> None:
    for table in reversed(RECORDED):
        op.drop_table(table)
