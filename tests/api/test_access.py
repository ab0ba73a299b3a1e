"""Who may use each operation, walked from the document: what it declares is what holds."""

import pytest

from app.domain.identity import keys
from app.domain.identity.scopes import SCOPES
from tests.api.document import Operation, operations, request

# What needs no key, each with its reason.
PUBLIC = {
    "live": "the platform's probe",
    "ready": "the platform's probe",
    "ask_to_join": "whoever wants to be involved is nobody we know yet",
    "list_public_opportunities": "whoever wants to be involved must be able to find in what",
    "read_calendar": "opened by its address alone, which nobody else has",
    "list_public_meetings": "whoever wants to be heard must be able to find where",
    "list_reference_lists": "holds nothing of anybody, and public forms show it",
    "list_you_said_we_did": "told to patients; only what was published",
    "list_public_feedback": "told to patients; only what was released",
    "get_reference_list": "holds nothing of anybody, and public forms show it",
    "get_survey_form": "a published survey is for everybody who answers it",
    "open_public_code": "what a poster's QR code opens; shows a team's name and its survey",
    "submit_response": "whoever answers is nobody we know; counted by public code",
    "submit_batch": "a kiosk shows its public code's token",
    "read_receipt": "opened by the receipt alone, which nobody else has",
    "receive_notify_receipt": "GOV.UK Notify shows a token of its own, which is no key",
    "withdraw_response": "opened by the receipt alone, which nobody else has",
}
SIGNED = {"receive_iwgc_event"}
SECURED = [each for each in operations() if each.id not in PUBLIC.keys() | SIGNED]


def by_id(each: Operation) -> str:
    return each.id


secured = pytest.mark.parametrize("operation", SECURED, ids=by_id)
scoped = pytest.mark.parametrize("operation", [o for o in SECURED if o.scopes], ids=by_id)


async def ask(client, operation, headers):
    asked = request(operation)
    return await client.request(**asked | {"headers": asked["headers"] | headers})


def test_an_operation_without_a_key_is_on_the_list():
    open_ones = {each.id for each in operations() if not each.told.get("security")}
    assert open_ones - PUBLIC.keys() == set(), "declare Security(authenticate, scopes=[...])"


def test_only_the_feed_signs():
    signed = {o.id for o in operations() if {"signature": []} in o.told.get("security", [])}
    assert signed == SIGNED


@secured
async def test_without_a_known_key_nothing_is_done(client, operation):
    for credential in (None, "Bearer ev_test_x", "Basic YTpi", f"Bearer {keys.make('test')}"):
        answer = await ask(client, operation, {"Authorization": credential} if credential else {})
        told = (answer.status_code, answer.json()["type"])
        assert told == (401, "/problems/unauthenticated"), credential
        assert answer.headers["www-authenticate"] == "Bearer"


@scoped
async def test_a_key_without_the_scopes_is_refused(client, as_, operation):
    answer = await ask(client, operation, await as_())
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden")
    assert answer.json()["missing"] == operation.scopes


@scoped
async def test_every_scope_is_needed(client, as_, operation):
    for scope in operation.scopes:
        others = [other for other in operation.scopes if other != scope]
        answer = await ask(client, operation, await as_(*others))
        assert (answer.status_code, answer.json()["missing"]) == (403, [scope])


@secured
async def test_exactly_the_declared_scopes_suffice(client, as_, operation):
    answer = await ask(client, operation, await as_(*operation.scopes))
    assert answer.status_code != 401, answer.text
    # Whoever gives must hold what is given: that is a rule of its own, beside the scopes.
    assert answer.status_code != 403 or answer.json()["type"] == "/problems/grant-exceeds-own"
    assert answer.status_code < 500, answer.text


@pytest.mark.parametrize("name", sorted(SIGNED))
async def test_a_key_is_no_signature(client, as_, name):
    (operation,) = [each for each in operations() if each.id == name]
    answer = await ask(client, operation, await as_("inbox:manage"))
    assert answer.status_code == 401


OWN = [each for each in SECURED if each.own]
STAFF = [each for each in SECURED if not each.own]
# What a login may do before it is bound to a record.
UNBOUND = {"bind_own_login", "list_whom_one_supports"}


@pytest.mark.parametrize("operation", STAFF, ids=by_id)
async def test_a_member_of_the_public_is_refused_at_what_is_for_staff(signed, bound, operation):
    answer = await ask(signed, operation, (await bound()).headers)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden")
    assert answer.json()["missing"] == operation.scopes


@pytest.mark.parametrize("operation", OWN, ids=by_id)
async def test_a_bound_login_may_ask_for_what_is_its_own(signed, bound, operation):
    answer = await ask(signed, operation, (await bound()).headers)
    assert answer.status_code not in (401, 403), answer.text
    assert answer.status_code < 500, answer.text


@pytest.mark.parametrize("operation", OWN, ids=by_id)
async def test_a_login_that_is_not_bound_does_nothing_but_bind(signed, public, operation):
    answer = await ask(signed, operation, public("nobody").headers)
    refused = (answer.status_code, answer.json().get("type")) == (403, "/problems/not-bound")
    assert refused == (operation.id not in UNBOUND), answer.text
    assert answer.status_code < 500


@pytest.mark.parametrize("operation", OWN, ids=by_id)
async def test_staff_have_no_record_of_their_own(signed, as_, operation):
    answer = await ask(signed, operation, await as_(*SCOPES))
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/own-record-not-found")


@pytest.mark.parametrize("operation", OWN, ids=by_id)
async def test_a_strangers_record_is_as_good_as_absent(signed, bound, operation):
    """Naming somebody who did not name one opens nothing, at the operations that take a name."""
    stranger = await bound("s-2")
    mine = await bound("s-1")
    headers = mine.headers | {"On-Behalf-Of": stranger.id}
    answer = await ask(signed, operation, headers)
    if operation.scopes:
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/person-not-found")
    else:
        assert stranger.id not in answer.text
