"""What each category of records is: which rows, from which day they count, how they go."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.domain.rights.retention.models import Category


@dataclass(frozen=True, slots=True)
class Records:
    """Rows of `table`, aliased `t`, where `where` holds; kept so long from `since`, a day.

    `person` is the column that a legal hold is looked up by. They go by the statements in
    `removals`, of which each takes `:ids`; None erases the person.
    """

    title: str
    event: str
    table: str
    where: str
    since: str
    person: str | None
    removals: tuple[str, ...] | None


def _delete(table: str, column: str = "id") -> str:
    return f"DELETE FROM {table} WHERE {column} = ANY(CAST(:ids AS uuid[]))"


def _blank(table: str, what: str, column: str = "id") -> str:
    return (
        f"UPDATE {table} SET {what}, version = version + 1, updated_at = now()"
        f" WHERE {column} = ANY(CAST(:ids AS uuid[]))"
    )


_PEOPLE: Final = "t.merged_into IS NULL AND t.erased_on IS NULL AND t.status = '{}'"
RECORDS: Final[Mapping[Category, Records]] = {
    Category.PEOPLE_LEFT: Records(
        "People who left", "the day they left", "person", _PEOPLE.format("left"),
        "t.status_since", "id", None,
    ),
    Category.ENQUIRIES: Records(
        "Enquiries that nobody was welcomed after", "the day of the enquiry", "person",
        _PEOPLE.format("enquiry"), "t.status_since", "id", None,
    ),
    Category.CHECKS: Records(
        "Checks that were seen", "the day the check ends", "dbs_check", "true", "t.expires_on",
        "person_id", (_delete("dbs_check"),),
    ),
    Category.COMPLETIONS: Records(
        "Training of people", "the day it ends", "course_completion",
        "t.person_id IS NOT NULL AND t.expires_on IS NOT NULL", "t.expires_on", "person_id",
        (_delete("course_completion"),),
    ),
    Category.APPLICANTS: Records(
        "Who an application for a role was of", "the day of its last stage",
        "recruitment_applicant",
        "t.stage IN ('started', 'not_selected', 'withdrawn') AND t.reference NOT LIKE '(erased)%'",
        "t.stage_since", "person_id",
        (
            _blank("recruitment_survey", "words = NULL", "applicant_id"),
            _blank("recruitment_applicant", "reference = '(erased) ' || id, person_id = NULL"),
        ),
    ),
    Category.RECOVERY_REFERRALS: Records(
        "By which pseudonym a referral is known", "the day it ended", "recovery_referral",
        "t.ended_on IS NOT NULL AND t.pseudonym <> decode(replace(t.id::text, '-', ''), 'hex')",
        "t.ended_on", None,
        (
            _blank(
                "recovery_referral", "pseudonym = decode(replace(id::text, '-', ''), 'hex')"
            ),
        ),
    ),
    Category.SUBJECT_ACCESSES: Records(
        "Requests for what is held of somebody", "the day of the answer", "subject_access",
        "t.state = 'released'", "t.released_on", "person_id", (_delete("subject_access"),),
    ),
}  # fmt: skip
