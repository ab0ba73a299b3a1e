"""What people of the register agreed to, what they need to be told things, and the library."""

import json
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import roles

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels = None
depends_on = None

SHIPPED = Path(__file__).parent.parent / "content" / "consent_texts_1.json"
PURPOSES = (
    "involvement_agreement",
    "opportunities",
    "newsletter",
    "research",
    "stories",
    "photographs",
    "equality_monitoring",
    "supporter",
    "text_messages",
)
CHANNELS = ("online", "paper", "spoken", "email")
FORMATS = ("plain_text", "large_print", "easy_read", "audio", "bsl_video", "braille")
RECORDED = (
    "consent_text",
    "person_consent",
    "person_use",
    "person_need",
    "information_resource",
    "resource_format",
    "format_request",
)
# Each role, and what it gains: the library is for staff who tell patients things.
GAINS = {
    "administrator": ["registers:configure", "resources:ask", "resources:manage", "resources:read"],
    "involvement_lead": [
        "registers:configure",
        "resources:ask",
        "resources:manage",
        "resources:read",
    ],
    "champion": ["resources:ask", "resources:read"],
    "complaints": ["resources:ask", "resources:read"],
    "team_lead": ["resources:ask", "resources:read"],
}

TEXT_FIXED = """
CREATE FUNCTION consent_text_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a consent text never changes'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'consent_text_fixed';
END $$"""
# The time of giving and the text are as the person gave them; their age is that of the day of it.
CONSENT_GIVEN = """
CREATE FUNCTION person_consent_given() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    born date := (SELECT born_on FROM person WHERE id = NEW.person_id);
    day date := (NEW.given_at AT TIME ZONE 'Europe/London')::date;
BEGIN
    IF born > day THEN
        RAISE EXCEPTION 'given before birth'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_person_consent_given';
    END IF;
    IF (NEW.given_by <> 'parent' AND born > day - interval '16 years')
       OR (NEW.given_by = 'parent' AND born <= day - interval '18 years') THEN
        RAISE EXCEPTION 'given by who may not'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'person_consent_parent';
    END IF;
    IF EXISTS (SELECT FROM consent_text mine JOIN consent_text later USING (purpose)
                WHERE mine.id = NEW.text_id AND later.number > mine.number
                  AND later.created_at <= NEW.given_at) THEN
        RAISE EXCEPTION 'the text was superseded'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'person_consent_text';
    END IF;
    RETURN NEW;
END $$"""
# Whose it is may change, when two records become one; the end is told once.
CONSENT_CHANGED = """
CREATE FUNCTION person_consent_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.text_id, NEW.purpose, NEW.channel, NEW.given_at, NEW.given_by)
       IS DISTINCT FROM (OLD.text_id, OLD.purpose, OLD.channel, OLD.given_at, OLD.given_by)
       OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at)
    THEN
        RAISE EXCEPTION 'a consent only ends, and once'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'person_consent_fixed';
    END IF;
    IF EXISTS (SELECT FROM person_use
                WHERE consent_id = NEW.id AND used_at >= NEW.withdrawn_at) THEN
        RAISE EXCEPTION 'the consent was used since'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'person_consent_used';
    END IF;
    RETURN NEW;
END $$"""
# The lock lets a withdrawal wait until the use is committed, and then see it.
USE_CONSENTED = """
CREATE FUNCTION person_use_consented() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM person_consent c
      WHERE c.id = NEW.consent_id AND c.given_at <= NEW.used_at
        AND (c.withdrawn_at IS NULL OR c.withdrawn_at > NEW.used_at)
        AND (c.given_by = 'parent' OR NOT EXISTS
             (SELECT FROM person p WHERE p.id = c.person_id AND p.born_on
                     > (c.given_at AT TIME ZONE 'Europe/London')::date - interval '16 years'))
        FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'nothing is used without an active consent'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'person_use_consent';
    END IF;
    RETURN NEW;
END $$"""
# SNOMED CT identifiers end with a digit by Verhoeff's check, after two that say what they identify.
CONCEPT = """
CREATE FUNCTION snomed_concept(code text) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    product text[] := '{0123456789,1234067895,2340178956,3401289567,4012395678,'
                      '5987604321,6598710432,7659821043,8765932104,9876543210}';
    place text[] := '{0123456789,1576283094,5803796142,8916043527,'
                    '9453126870,4286573901,2793806415,7046913258}';
    sum int := 0;
    digit int;
BEGIN
    IF code !~ '^[1-9][0-9]{2,14}[01]0[0-9]$' THEN RETURN false; END IF;
    FOR at IN 0 .. length(code) - 1 LOOP
        digit := substr(code, length(code) - at, 1)::int;
        digit := substr(place[at % 8 + 1], digit + 1, 1)::int;
        sum := substr(product[sum + 1], digit + 1, 1)::int;
    END LOOP;
    RETURN sum = 0;
END $$"""
REQUEST_MISSING = """
CREATE FUNCTION format_request_missing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM resource_format
                WHERE (resource_id, format, language)
                    = (NEW.resource_id, NEW.format, NEW.language)) THEN
        RAISE EXCEPTION 'the resource has this format'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'format_request_missing';
    END IF;
    RETURN NEW;
END $$"""
FUNCTIONS = (TEXT_FIXED, CONSENT_GIVEN, CONSENT_CHANGED, USE_CONSENTED, REQUEST_MISSING)
TRIGGERS = (
    ("fixed", "UPDATE OR DELETE ON consent_text", "consent_text_fixed"),
    ("given", "INSERT ON person_consent", "person_consent_given"),
    ("changed", "UPDATE ON person_consent", "person_consent_changed"),
    ("consented", "INSERT OR UPDATE ON person_use", "person_use_consented"),
    ("missing", "INSERT ON format_request", "format_request_missing"),
)


def enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def stamped() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )


def ship() -> None:
    """Bring the first texts, for the trust to replace; before the recording, for nobody made it."""
    statement = sa.text(
        """
        INSERT INTO consent_text (id, purpose, number, title, text, easy_read, shipped,
                                  created_at, updated_at, version)
        VALUES (:id, :purpose, 1, :title, :text, :easy_read, true, now(), now(), 1)"""
    )
    texts = json.loads(SHIPPED.read_text(encoding="utf-8")).items()
    for number, (purpose, told) in enumerate(texts, 1):
        # Ids tell times, and lists are read by them: these come before all that are made later.
        id_ = f"00000000-0027-7000-8000-{number:012}"
        op.get_bind().execute(statement, {"id": id_, "purpose": purpose, **told})


def upgrade() -> None:
    op.execute(CONCEPT)
    op.create_table(
        "consent_text",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", enum("purpose", *PURPOSES), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("easy_read", sa.Text(), nullable=False),
        sa.Column("shipped", sa.Boolean(), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        *stamped(),
        sa.CheckConstraint("number > 0", name=op.f("ck_consent_text_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_text")),
        sa.UniqueConstraint("id", "purpose", name=op.f("uq_consent_text_id_purpose")),
        sa.UniqueConstraint("purpose", "number", name=op.f("uq_consent_text_purpose_number")),
    )
    op.create_table(
        "information_resource",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        *stamped(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_information_resource")),
    )
    op.create_index(
        op.f("ix_information_resource_review_on"),
        "information_resource",
        ["review_on"],
        unique=False,
    )
    op.create_table(
        "format_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("format", enum("format", *FORMATS), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("state", enum("requeststate", "asked", "made", "declined"), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        *stamped(),
        sa.CheckConstraint(
            "(state = 'asked') = (answered_at IS NULL)", name=op.f("ck_format_request_answered")
        ),
        sa.CheckConstraint(
            "(state = 'declined') = (reason IS NOT NULL)",
            name=op.f("ck_format_request_declined_because"),
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["information_resource.id"], name=op.f("fk_format_request_resource_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_format_request")),
    )
    op.create_index(
        op.f("ix_format_request_resource_id_id"),
        "format_request",
        ["resource_id", "id"],
        unique=False,
    )
    op.create_index(
        "uq_format_request_open",
        "format_request",
        ["resource_id", "format", "language"],
        unique=True,
        postgresql_where="state = 'asked'",
    )
    op.create_table(
        "resource_format",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("format", enum("format", *FORMATS), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        *stamped(),
        sa.CheckConstraint(
            "made_on <= (created_at AT TIME ZONE 'Europe/London')::date",
            name=op.f("ck_resource_format_made"),
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"],
            ["information_resource.id"],
            name=op.f("fk_resource_format_resource_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_format")),
        sa.UniqueConstraint(
            "resource_id",
            "format",
            "language",
            name=op.f("uq_resource_format_resource_id_format_language"),
        ),
    )
    op.create_table(
        "person_consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("text_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", enum("purpose", *PURPOSES), nullable=False),
        sa.Column("channel", enum("consentchannel", *CHANNELS), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", enum("givenby", "person", "parent", "supporter"), nullable=False),
        sa.Column("giver_name", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_how", enum("withdrawalhow", *CHANNELS, "renewed"), nullable=True),
        sa.Column("withdrawal_recorded_by", sa.Uuid(), nullable=True),
        *stamped(),
        postgresql.ExcludeConstraint(
            (sa.column("person_id"), "="),
            (sa.column("purpose"), "="),
            (sa.text("tstzrange(given_at, withdrawn_at)"), "&&"),
            using="gist",
            name="ex_person_consent_once",
        ),
        sa.CheckConstraint(
            "(given_by = 'person') = (giver_name IS NULL)", name=op.f("ck_person_consent_giver")
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_how IS NULL)",
            name=op.f("ck_person_consent_withdrawn_somehow"),
        ),
        sa.CheckConstraint("given_at <= created_at", name=op.f("ck_person_consent_given")),
        sa.CheckConstraint(
            "withdrawn_at > given_at", name=op.f("ck_person_consent_withdrawn_later")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_consent_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["text_id", "purpose"],
            ["consent_text.id", "consent_text.purpose"],
            name=op.f("fk_person_consent_text_id_purpose"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_consent")),
    )
    op.create_index(
        op.f("ix_person_consent_person_id_id"), "person_consent", ["person_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_person_consent_text_id_purpose"),
        "person_consent",
        ["text_id", "purpose"],
        unique=False,
    )
    op.create_table(
        "person_need",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            enum(
                "needkind",
                "communication_support",
                "contact_method",
                "information_format",
                "communication_professional",
            ),
            nullable=False,
        ),
        sa.Column("concept", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("formats", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("languages", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        *stamped(),
        sa.CheckConstraint(
            "formats <@ ARRAY['plain_text', 'large_print', 'easy_read', 'audio', 'bsl_video', 'braille']",
            name=op.f("ck_person_need_formats_known"),
        ),
        sa.CheckConstraint(
            "kind = 'information_format' OR cardinality(formats) + cardinality(languages) = 0",
            name=op.f("ck_person_need_formats_of_kind"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(words, concept) + cardinality(formats) + cardinality(languages) > 0",
            name=op.f("ck_person_need_says_something"),
        ),
        sa.CheckConstraint("review_on > reviewed_on", name=op.f("ck_person_need_review_later")),
        sa.CheckConstraint("snomed_concept(concept)", name=op.f("ck_person_need_concept")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_need_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_need")),
    )
    op.create_index(
        op.f("ix_person_need_person_id_id"), "person_need", ["person_id", "id"], unique=False
    )
    op.create_index(op.f("ix_person_need_review_on"), "person_need", ["review_on"], unique=False)
    op.create_table(
        "person_use",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_by", sa.Uuid(), nullable=True),
        *stamped(),
        sa.CheckConstraint("what ~ '^[a-z][a-z_]*$'", name=op.f("ck_person_use_what")),
        sa.CheckConstraint("used_at <= created_at", name=op.f("ck_person_use_used")),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["person_consent.id"], name=op.f("fk_person_use_consent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_use")),
    )
    op.create_index(
        op.f("ix_person_use_consent_id_used_at"),
        "person_use",
        ["consent_id", "used_at"],
        unique=False,
    )
    for function in FUNCTIONS:
        op.execute(function)
    for name, event, function in TRIGGERS:
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function}() FROM PUBLIC")
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
    ship()
    for table in RECORDED:
        op.execute(f"SELECT record_changes('{table}')")
    roles.gain(GAINS)


def downgrade() -> None:
    roles.lose(GAINS["administrator"])
    op.drop_index(op.f("ix_person_use_consent_id_used_at"), table_name="person_use")
    op.drop_table("person_use")
    op.drop_index(op.f("ix_person_need_review_on"), table_name="person_need")
    op.drop_index(op.f("ix_person_need_person_id_id"), table_name="person_need")
    op.drop_table("person_need")
    op.drop_index(op.f("ix_person_consent_text_id_purpose"), table_name="person_consent")
    op.drop_index(op.f("ix_person_consent_person_id_id"), table_name="person_consent")
    op.drop_table("person_consent")
    op.drop_table("resource_format")
    op.drop_index(
        "uq_format_request_open", table_name="format_request", postgresql_where="state = 'asked'"
    )
    op.drop_index(op.f("ix_format_request_resource_id_id"), table_name="format_request")
    op.drop_table("format_request")
    op.drop_index(op.f("ix_information_resource_review_on"), table_name="information_resource")
    op.drop_table("information_resource")
    op.drop_table("consent_text")
    for _, _, function in TRIGGERS:
        op.execute(f"DROP FUNCTION {function}()")
    op.execute("DROP FUNCTION snomed_concept(text)")
