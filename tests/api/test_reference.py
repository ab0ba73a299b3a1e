from enum import StrEnum

import pytest

from app.api.v1.reference.routes import LISTS
from app.domain.feedback import codes
from app.domain.feedback.actions import codes as actions
from app.domain.feedback.actions.strategy import MEASURES
from app.domain.feedback.themes.framework import CURRENT
from app.domain.involvement.checks.models import DbsLevel
from app.domain.involvement.forums.issues.models import RaisedBy
from app.domain.involvement.forums.models import ForumKind
from app.domain.involvement.opportunities.models import OpportunityKind
from app.domain.involvement.participation.models import ParticipationStatus
from app.domain.involvement.posts.models import PostKind
from app.domain.involvement.recovery.models import RecoveryService
from app.domain.organisation import models as organisation
from app.domain.people.consents import models as consents
from app.domain.people.monitoring import codes as dictionary
from app.domain.people.needs import codes as needs
from app.domain.people.register import models as register
from app.domain.people.supporters import models as supporters
from app.domain.reimbursements import kinds
from app.domain.reimbursements.choices.models import Choice
from app.domain.reimbursements.claims.acts import ClaimStatus, Holder
from app.domain.reimbursements.flags.codes import FlagCode
from app.domain.reimbursements.rates.models import Scheme

URL = "/v1/reference"
EXPECTED = {
    "fft_answer": codes.FftAnswer,
    "channel": codes.Channel,
    "respondent_type": codes.RespondentType,
    "publication_status": codes.PublicationStatus,
    "moderation_status": codes.ModerationStatus,
    "collection_point": codes.CollectionPoint,
    "involved": codes.Involved,
    "ethnic_category": dictionary.ETHNIC_CATEGORY,
    "gender": dictionary.GENDER,
    "sexual_orientation": dictionary.SEXUAL_ORIENTATION,
    "disability": dictionary.DISABILITY,
    "religion": dictionary.RELIGION,
    "gender_same_at_birth": dictionary.GENDER_SAME_AT_BIRTH,
    "carer_support": dictionary.CARER_SUPPORT,
    "action_decision": actions.Decision,
    "action_co_producer": actions.CoProducer,
    "action_display_place": actions.DisplayPlace,
    "action_measure": MEASURES,
    "theme": CURRENT.codes,
    "sentiment": "12345",
    "segment": organisation.Segment,
    "setting": organisation.Setting,
    "fft_category": organisation.FftCategory,
    "consent_purpose": consents.Purpose,
    "consent_channel": consents.ConsentChannel,
    "need_kind": needs.NeedKind,
    "need_reference_set": needs.REFERENCE_SETS.values(),
    "information_format": needs.Format,
    "involvement_role": register.InvolvementRole,
    "person_status": register.PersonStatus,
    "contact_channel": register.ContactChannel,
    "availability": register.Availability,
    "supporter_relation": supporters.Relation,
    "supporter_may": supporters.May,
    "opportunity_kind": OpportunityKind,
    "participation_status": ParticipationStatus,
    "dbs_level": DbsLevel,
    "forum_kind": ForumKind,
    "issue_raised_by": RaisedBy,
    "involvement_post_kind": PostKind,
    "recovery_service": RecoveryService,
    "claim_line_kind": kinds.LineKind,
    "payment_route": kinds.Route,
    "vehicle": kinds.Vehicle,
    "rate_scheme": Scheme,
    "payment_choice": Choice,
    "claim_status": ClaimStatus,
    "claim_holder": Holder,
    "claim_check": FlagCode,
}


def test_each_list_holds_just_the_codes_that_are_taken_in():
    assert LISTS.keys() == EXPECTED.keys()
    for name, known in EXPECTED.items():
        values = [str(member) for member in known]
        assert [code.code for code in LISTS[name].codes] == values, name


def test_every_closed_set_of_the_domain_has_a_list():
    closed = [
        found
        for module in (codes, organisation)
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, StrEnum) and found is not StrEnum
    ]
    # Told by where a figure or a theme comes from, never chosen.
    told = (codes.Scale, codes.Source, codes.CodedBy)
    assert [f for f in closed if f not in EXPECTED.values() and f not in told] == []


@pytest.mark.parametrize("name", EXPECTED)
def test_labels_are_there_once_and_easy_read_is_short(name):
    found = LISTS[name].codes
    assert len({code.label for code in found}) == len(found)
    assert len({code.easy_read_label for code in found}) == len(found)
    for code in found:
        assert code.label.strip() == code.label != ""
        assert 1 <= len(code.easy_read_label.split()) <= 9
        assert max(map(len, code.easy_read_label.split())) <= 12


async def test_the_lists_are_listed_without_a_key(client):
    answer = await client.get(URL)
    assert answer.status_code == 200
    assert answer.json()["next"] is None
    assert [item["name"] for item in answer.json()["items"]] == list(LISTS)


async def test_a_list_tells_code_labels_and_order(client):
    answer = await client.get(f"{URL}/fft_answer")
    assert answer.status_code == 200
    assert answer.json()["items"][2] == {
        "code": "neither_good_nor_poor",
        "label": "Neither good nor poor",
        "easy_read_label": "OK",
        "order": 3,
        "retired": False,
    }


@pytest.mark.parametrize("path", ["", "/disability"])
async def test_what_a_cache_holds_is_not_sent_again(client, path):
    first = await client.get(URL + path)
    assert first.headers["cache-control"] == "public, max-age=3600"
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await client.get(URL + path, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert (again.headers["etag"], again.headers["cache-control"]) == (
            tag,
            "public, max-age=3600",
        )
    changed = await client.get(URL + path, headers={"If-None-Match": '"other"'})
    assert (changed.status_code, changed.content) == (200, first.content)


async def test_each_list_has_a_tag_of_its_own(client):
    tags = {(await client.get(f"{URL}/{name}")).headers["etag"] for name in LISTS}
    assert len(tags) == len(LISTS)


async def test_an_unknown_list_is_not_found(client):
    for name in ("nothing", "FFT_ANSWER", "%00", "role"):
        answer = await client.get(f"{URL}/{name}")
        assert answer.status_code in (404, 422), name
        assert answer.headers["content-type"] == "application/problem+json"
    assert (await client.get(f"{URL}/role")).json()["type"] == "/problems/reference-list-not-found"


async def test_an_unknown_parameter_is_refused(client):
    assert (await client.get(f"{URL}/gender?lang=cy")).status_code == 422
