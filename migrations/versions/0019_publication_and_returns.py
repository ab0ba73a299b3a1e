"""Channels are told as national modes, and national returns are drafted, signed and kept."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels = None
depends_on = None


SERVICES = ("mental_health", "community")
MODES = (
    "sms",
    "electronic",
    "electronic_before_discharge",
    "electronic_after_discharge",
    "paper",
    "paper_before_discharge",
    "paper_after_discharge",
    "telephone",
    "online",
    "other",
)
CHANNELS = (
    "sms",
    "online",
    "app",
    "tablet",
    "kiosk",
    "paper",
    "telephone",
    "in_person",
    "other",
    "not_recorded",
)
POINTS = ("before_or_at_discharge", "after_discharge")
FITS = (
    "service = 'mental_health' AND mode NOT IN ('electronic', 'paper')"
    " OR service = 'community' AND mode NOT IN ('electronic_before_discharge',"
    " 'electronic_after_discharge', 'paper_before_discharge', 'paper_after_discharge')"
)
# What the names of the modes say by themselves. What they do not say is left to the trust: how a
# mental health answer by tablet or on paper is told that nobody recorded the point of, and any
# answer without a channel. Until it decides, such answers block the return.
BY_POINT = {"electronic": ("app", "tablet", "kiosk"), "paper": ("paper",)}
ALIKE = {
    "sms": "sms",
    "online": "online",
    "telephone": "telephone",
    "in_person": "other",
    "other": "other",
}
SHIPPED = [
    *((service, channel, None, mode) for service in SERVICES for channel, mode in ALIKE.items()),
    *(
        ("mental_health", channel, point, f"{mode}_{when}_discharge")
        for mode, channels in BY_POINT.items()
        for channel in channels
        for point, when in zip(POINTS, ("before", "after"), strict=True)
    ),
    *(
        ("community", channel, None, mode)
        for mode, channels in BY_POINT.items()
        for channel in channels
    ),
]

# A signed return is what was sent to NHS England: nobody, the owner's own tools included, changes
# it by mistake.
LOCK = """
CREATE FUNCTION keep_signed_return() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a signed return never changes'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'fft_return_signed';
END $$"""


def enum(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)


def entity() -> tuple[sa.Column, ...]:
    return (
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )


def upgrade() -> None:
    op.create_table(
        "feedback_mode_map",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service", enum("nationalservice", *SERVICES), nullable=False),
        *entity(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_mode_map")),
        sa.UniqueConstraint("service", name=op.f("uq_feedback_mode_map_service")),
    )
    op.create_table(
        "feedback_mode_mapping",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("map_id", sa.Uuid(), nullable=False),
        sa.Column("service", enum("nationalservice", *SERVICES), nullable=False),
        sa.Column("channel", enum("mappedchannel", *CHANNELS), nullable=False),
        sa.Column("collection_point", enum("collectionpoint", *POINTS), nullable=True),
        sa.Column("mode", enum("mode", *MODES), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        *entity(),
        sa.CheckConstraint(FITS, name=op.f("ck_feedback_mode_mapping_mode_of_service")),
        sa.CheckConstraint(
            "extract(day FROM valid_from) = 1",
            name=op.f("ck_feedback_mode_mapping_from_first_of_month"),
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR extract(day FROM valid_to) = 1",
            name=op.f("ck_feedback_mode_mapping_to_first_of_month"),
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from",
            name=op.f("ck_feedback_mode_mapping_not_empty"),
        ),
        postgresql.ExcludeConstraint(
            ("service", "="),
            ("channel", "="),
            (sa.text("coalesce(collection_point, '')"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            name="ex_feedback_mode_mapping_one_mode_at_a_time",
            using="gist",
        ),
        sa.ForeignKeyConstraint(
            ["map_id"], ["feedback_mode_map.id"], name=op.f("fk_feedback_mode_mapping_map_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_mode_mapping")),
    )
    op.create_index(op.f("ix_feedback_mode_mapping_map_id"), "feedback_mode_mapping", ["map_id"])
    op.create_table(
        "fft_return",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("service", enum("nationalservice", *SERVICES), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", enum("returnstatus", "draft", "signed"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("signed_by", sa.Uuid(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        *entity(),
        sa.CheckConstraint(
            "extract(day FROM month) = 1", name=op.f("ck_fft_return_first_of_month")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_fft_return_number")),
        sa.CheckConstraint(
            "(status = 'signed') = (signed_by IS NOT NULL)"
            " AND (signed_by IS NULL) = (signed_at IS NULL)",
            name=op.f("ck_fft_return_signed_by_somebody"),
        ),
        sa.CheckConstraint("signed_by <> drafted_by", name=op.f("ck_fft_return_signed_by_another")),
        sa.CheckConstraint(
            "number = 1 OR reason IS NOT NULL",
            name=op.f("ck_fft_return_correction_has_reason"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fft_return")),
        sa.UniqueConstraint(
            "month", "service", "number", name=op.f("uq_fft_return_month_service_number")
        ),
    )
    op.create_index(
        "ix_fft_return_one_draft",
        "fft_return",
        ["month", "service"],
        unique=True,
        postgresql_where="status = 'draft'",
    )
    op.execute(LOCK)
    op.execute(
        "CREATE TRIGGER keep_signed BEFORE UPDATE OR DELETE ON fft_return FOR EACH ROW"
        " WHEN (OLD.status = 'signed') EXECUTE FUNCTION keep_signed_return()"
    )
    op.execute(
        "CREATE TRIGGER keep_all BEFORE TRUNCATE ON fft_return FOR EACH STATEMENT"
        " EXECUTE FUNCTION keep_signed_return()"
    )
    # What is shipped is no change that somebody made, so that it is there before the recording.
    for service in SERVICES:
        op.execute(
            "INSERT INTO feedback_mode_map (id, service, created_at, updated_at, version)"
            f" VALUES (gen_random_uuid(), '{service}', now(), now(), 1)"
        )
    for service, channel, point, mode in SHIPPED:
        told = "NULL" if point is None else f"'{point}'"
        op.execute(
            "INSERT INTO feedback_mode_mapping (id, map_id, service, channel, collection_point,"
            " mode, valid_from, created_at, updated_at, version)"
            f" SELECT gen_random_uuid(), id, service, '{channel}', {told}, '{mode}',"
            f" '2000-01-01', now(), now(), 1 FROM feedback_mode_map WHERE service = '{service}'"
        )
    for table in ("feedback_mode_map", "feedback_mode_mapping", "fft_return"):
        op.execute(f"SELECT record_changes('{table}')")


def downgrade() -> None:
    op.drop_table("fft_return")
    op.execute("DROP FUNCTION keep_signed_return()")
    op.drop_table("feedback_mode_mapping")
    op.drop_table("feedback_mode_map")
