"""The tables of the involvement register that tell of a person, and of their rights."""

from collections.abc import Sequence
from typing import Final

from app.domain.rights.registry.entries import ERASED, Entry, Erasure, titles

REGISTER: Final = "To run the involvement register (UK GDPR 6(1)(e), a task in the public interest)"
HEALTH: Final = "To involve people fairly and safely (UK GDPR 9(2)(h) and Schedule 1 to the DPA)"
ACCOUNT: Final = "To show who looked at what (UK GDPR 5(2), accountability)"
COUNTED: Final = "The row stays without words, so that figures stay as they were told"
SHOWN: Final = "Who did what to a record and when stays, without words (UK GDPR 5(2))"
PERSON: Final = Entry(
    table="person",
    path=("id",),
    title="Your record",
    purpose=REGISTER,
    columns=titles(
        "name known_as pronouns born_on email phone address preferred_channel language"
        " lived_experience lived_experience_tags interests skills pathways availability"
        " availability_note status status_since paused_until created_at updated_at",
        asked="What you asked for when you joined",
        directorate_id="Directorate",
        lead_id="Involvement lead",
    ),
    labels={"directorate_id": "directorate.name", "lead_id": "app_user.name"},
    erasure=Erasure.BLANK,
    blanks={
        "name": ERASED,
        "known_as": None,
        "pronouns": None,
        "born_on": None,
        "email": None,
        "phone": None,
        "address": None,
        "preferred_channel": None,
        "language": "en",
        "lived_experience": None,
        "lived_experience_tags": "{}",
        "interests": "{}",
        "skills": "{}",
        "pathways": "{}",
        "availability": "{}",
        "availability_note": None,
        "asked": None,
        "lead_id": None,
        "paused_until": None,
    },
    sets={"status": "left", "erased_on": "{today}"},
    because="A row that names nobody stays for the figures of what they took part in",
)
PEOPLE: Final[Sequence[Entry]] = (
    PERSON,
    Entry(
        table="person_status",
        title="How your status went",
        purpose=REGISTER,
        columns=titles("status since reason"),
        review=frozenset({"reason"}),
        erasure=Erasure.BLANK,
        blanks={"reason": None},
        because=COUNTED,
    ),
    Entry(
        table="person_role",
        title="Your involvement roles",
        purpose=REGISTER,
        columns=titles("role valid_from valid_to"),
        erasure=Erasure.KEEP,
        because=COUNTED,
    ),
    Entry(
        table="person_need",
        title="What you need to be told things and to tell them",
        purpose="Accessible Information Standard (DAPB1605; Health and Social Care Act 2012 s250)",
        columns=titles("kind concept words formats languages reviewed_on review_on"),
        review=frozenset({"words"}),
        erasure=Erasure.DELETE,
    ),
    Entry(
        table="person_consent",
        title="What you agreed to",
        purpose=REGISTER,
        columns=titles(
            "purpose channel given_at given_by giver_name withdrawn_at withdrawn_how",
            text_id="Text agreed to",
        ),
        labels={"text_id": "consent_text.title"},
        erasure=Erasure.DELETE,
    ),
    Entry(
        table="person_use",
        path=("consent_id", "person_consent.person_id"),
        title="What was done by your agreement",
        purpose=REGISTER,
        columns=titles("what used_at"),
        erasure=Erasure.DELETE,
    ),
    Entry(
        table="person_binding",
        title="The logins that open your record",
        purpose=REGISTER,
        columns=titles("issuer subject created_at"),
        erasure=Erasure.DELETE,
    ),
    Entry(
        table="person_supporter",
        title="Who acts for you",
        purpose=REGISTER,
        columns=titles("name email relation may valid_from valid_to ended_at issuer subject"),
        erasure=Erasure.DELETE,
    ),
    Entry(
        table="acted_for",
        title="What was done for you, and by whom",
        purpose=ACCOUNT,
        columns=titles("operation created_at"),
        erasure=Erasure.DELETE,
    ),
    Entry(
        table="sign_in_code",
        title="Codes that were sent to bind a login",
        purpose=REGISTER,
        columns=titles("created_at expires_at used_at", hash="Fingerprint of the code"),
        erasure=Erasure.DELETE,
    ),
    Entry(
        table="message",
        title="What you were told",
        purpose=REGISTER,
        columns=titles(
            "kind channel format language recipient_name recipient_email recipient_phone"
            " recipient_address subject text html status by_hand attempts problem sent_at"
            " delivered_at created_at",
            once="What it is about",
        ),
        erasure=Erasure.DELETE,
    ),
    Entry(
        table="equality_monitoring",
        title="Equality monitoring",
        purpose="Equality Act 2010 s149; DPA 2018 Schedule 1 paragraph 8",
        columns=titles(
            "ethnic_category gender gender_same_at_birth sexual_orientation disabilities religion"
            " carer_support"
        ),
        erasure=Erasure.DELETE,
    ),
    Entry(
        table="equality_monitoring_access",
        title="Who read or changed your equality monitoring",
        purpose=ACCOUNT,
        columns=titles("kind reason created_at", accessed_by="By"),
        labels={"accessed_by": "app_user.name"},
        review=frozenset({"reason"}),
        erasure=Erasure.BLANK,
        blanks={"reason": ERASED},
        because=SHOWN,
    ),
    Entry(
        table="subject_access",
        title="Your requests for what is held about you",
        purpose=ACCOUNT,
        columns=titles("received_on due_on identity extended_because state released_on"),
        review=frozenset({"extended_because"}),
        erasure=Erasure.BLANK,
        blanks={"extended_because": ERASED},
        because=SHOWN,
        retention="subject_accesses",
        unfinished=lambda row, _: row["state"] == "open",
    ),
    Entry(
        table="subject_reading",
        title="Who read all that is held about you",
        purpose=ACCOUNT,
        columns=titles("purpose created_at", read_by="By"),
        labels={"read_by": "app_user.name"},
        erasure=Erasure.KEEP,
        because=SHOWN,
    ),
    Entry(
        table="legal_hold",
        title="Legal holds on your record",
        purpose="Establishment, exercise or defence of legal claims (UK GDPR 17(3)(e))",
        columns=titles("reason since lifted_on"),
        review=frozenset({"reason"}),
        erasure=Erasure.BLANK,
        blanks={"reason": ERASED},
        because=SHOWN,
    ),
    Entry(
        table="erasure",
        title="Erasures of your record",
        purpose=ACCOUNT,
        columns=titles("ground received_on erased_on refused"),
        erasure=Erasure.KEEP,
        because="So that the erasure is done again after a restore, and can be shown",
    ),
)
