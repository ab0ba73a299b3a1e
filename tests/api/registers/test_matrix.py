"""Who may do what with whose: every operation of the registers by role and by directorate."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.core.clock import today
from app.domain.identity.models import Role
from app.domain.identity.scopes import SCOPES
from tests.api.conftest import Api
from tests.api.document import Operation, operations, request

ROOT = "/v1/registers/"
ALL = [each for each in operations() if each.path.startswith(ROOT) and each.scopes and not each.own]
BY_ID = {each.id: each for each in ALL}
# Of the trust as a whole, these belong to no directorate.
WHOLE = ("courses/", "consent-texts/", "check-policies/", "resources/", "format-requests/")
WHOLE += ("messages/templates/", "retention/", "erasures/", "pastoral/policy")
# Only the named lead reads these, whoever's directorate it is: rows are secured one by one, which
# has tests of its own.
OF_THE_LEAD = re.compile(r"/pastoral/|check_in_id|concern_id")
NAMES = ("code", "name", "reference")
DRAFT = {"required_courses": [], "apply_by": None}
LATER = str(today() + timedelta(90))
# How each kind that is some directorate's is made from its documented body: the name of its id in
# paths, the operation, and what its body says otherwise.
MADE: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("course_id", "create_course", {"code": ""}),
    ("person_id", "create_person", {"born_on": None}),
    ("", "welcome_person", {}),
    ("", "set_person_status", {}),
    ("", "open_person_calendar", {}),
    ("check_id", "note_person_check", {}),
    ("consent_id", "give_person_consent", {}),
    ("supporter_id", "name_person_supporter", {}),
    ("need_id", "record_person_need", {"review_on": LATER}),
    ("role_id", "give_person_role", {}),
    ("request_id", "receive_subject_access", {}),
    ("completion_id", "note_completion", {}),
    ("opportunity_id", "create_opportunity", DRAFT),
    ("forum_id", "create_forum", {"name": ""}),
    ("member_id", "add_forum_member", {}),
    ("meeting_id", "create_forum_meeting", {}),
    ("issue_id", "raise_forum_issue", {}),
    ("pair_id", "create_mentoring_pair", {}),
    ("champion_id", "name_champion", {}),
    ("post_id", "create_post", {}),
    ("panel_id", "create_panel", {}),
    ("applicant_id", "create_applicant", {"reference": ""}),
    ("application_id", "apply_to_fund", {"opportunity_id": None}),
    ("referral_id", "create_referral", {"reference": ""}),
)


# What belongs to a directorate, and is not told to those of another.
HIDDEN = {name for name, _, _ in MADE if name} - {"course_id"} | {"participation_id", "message_id"}
# Nothing of the kind is made here, so that one's own is absent too.
ABSENT = {"get_person_binding", "get_legal_hold"}


def params(path: str) -> list[str]:
    return re.findall(r"{(\w+)", path)


def fitted(value: Any, ids: dict[str, str]) -> Any:
    """Let what a documented body names be what is there."""
    if isinstance(value, list):
        return [fitted(each, ids) for each in value]
    if not isinstance(value, dict):
        return value
    always = ("directorate_id", "team_id")
    return {
        name: ids[name] if name in ids and (each is not None or name in always) else each
        for name, each in value.items()
    }


async def ask(api: Api, operation: Operation, ids: dict[str, str], **told: Any):
    asked = request(operation)
    path = operation.path
    for name in params(path):
        path = path.replace("{" + name + "}", ids.get(name, "0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e"))
    body = {"json": fitted(asked["json"], ids) | told} if "json" in asked else {}
    headers = asked["headers"] | {"If-Match": "*"} | api.headers
    headers.pop("Idempotency-Key", None)
    return await api.client.request(
        asked["method"], path, params=asked["params"], headers=headers, **body
    )


@pytest.fixture
async def worlds(given, api_of) -> list[dict[str, str]]:
    """One of everything in each of two directorates."""
    everything = await api_of(*SCOPES)
    found = await everything.get("registers/consent-texts", purpose="supporter", current=True)
    text = found.json()["items"][0]["id"]
    made = []
    for code in ("OWN", "OTHER"):
        directorate = await given.directorate(code)
        team = await given.team(await given.service(directorate))
        user = str((await given.user(name=f"User {code}")).id)
        ids = dict.fromkeys(("user_id", "lead_id", "coordinator_id"), user)
        ids |= {"team_id": str(team.id), "directorate_id": str(directorate.id), "text_id": text}
        ids["side"] = "from_person"
        for name, operation, told in MADE:
            changed = {
                each: value or f"{code}-1" if each in NAMES else value
                for each, value in told.items()
            }
            answer = await ask(everything, BY_ID[operation], ids, **changed)
            assert answer.status_code < 300, f"{operation}: {answer.text}"
            if name:
                ids[name] = answer.json()["id"]
        await ask(everything, BY_ID["publish_opportunity"], ids)
        applied = await ask(everything, BY_ID["apply_for_opportunity"], ids)
        assert applied.status_code == 201, applied.text
        ids["participation_id"] = applied.json()["id"]
        ids["opportunity_id"] = (
            await ask(everything, BY_ID["create_opportunity"], ids, **DRAFT)
        ).json()["id"]
        told = await everything.get("registers/messages", kind="welcome")
        (ids["message_id"],) = (
            each["id"] for each in told.json()["items"] if each["person_id"] == ids["person_id"]
        )
        made.append(ids)
    return made


# Roles with a scope of the registers, and those without any.
REACHING = (
    "administrator",
    "analyst",
    "champion",
    "complaints",
    "information_governance",
    "involvement_lead",
    "team_lead",
)
OTHERS = (
    "budget_holder",
    "certifier",
    "finance_officer",
    "moderator",
    "reader",
    "releaser",
    "waiting_list_manager",
)


async def shipped(session) -> dict[str, frozenset[str]]:
    return {each.code: frozenset(each.scopes) for each in await session.scalars(select(Role))}


def whose(operation: Operation) -> bool:
    """Tell whether a path names what is some directorate's."""
    whole = operation.path.startswith(tuple(ROOT + each for each in WHOLE))
    return not whole and any(each.endswith("_id") for each in params(operation.path))


async def refused(api: Api, operation: Operation, ids: dict[str, str], missing: list[str]) -> bool:
    answer = await ask(api, operation, ids)
    return (answer.status_code, answer.json().get("missing")) == (403, missing)


async def unexpected(api: Api, operation: Operation, own: dict[str, str], other: dict[str, str]):
    """Tell what an operation gives that it should not, and what it keeps from whose it is."""
    reads = operation.method == "get"
    if whose(operation):
        answer = await ask(api, operation, other)
        if answer.status_code not in (403, 404):
            yield f"of another: {answer.status_code} {answer.text}"
        if reads and not (operation.id in ABSENT or OF_THE_LEAD.search(operation.path)):
            answer = await ask(api, operation, own)
            if answer.status_code != 200:
                yield f"of one's own: {answer.status_code} {answer.text}"
    elif reads:
        answer = await ask(api, operation, own)
        for name in HIDDEN:
            if other[name] in answer.text:
                yield f"shows another's {name}"


async def test_every_role_is_walked(session):
    roles = await shipped(session)
    needed = {scope for each in ALL for scope in each.scopes}
    assert {code for code, scopes in roles.items() if scopes & needed} == set(REACHING)
    assert {code for code, scopes in roles.items() if not scopes & needed} == set(OTHERS)


@pytest.mark.parametrize("role", OTHERS)
async def test_a_role_without_a_scope_of_the_registers_reaches_nothing(role, session, api_of):
    api = await api_of(*(await shipped(session))[role])
    wrong = [each.id for each in ALL if not await refused(api, each, {}, each.scopes)]
    assert wrong == []


@pytest.mark.parametrize("role", REACHING)
async def test_nobody_reaches_beyond_their_role_and_their_directorate(
    role, session, api_of, worlds
):
    scopes, (own, other) = (await shipped(session))[role], worlds
    api = await api_of(*scopes, directorates=[own["directorate_id"]])
    wrong = []
    for operation in ALL:
        missing = [each for each in operation.scopes if each not in scopes]
        if not missing:
            found = unexpected(api, operation, own, other)
            wrong += [f"{operation.id} {told:.200}" async for told in found]
        elif not await refused(api, operation, own, missing):
            wrong.append(f"{operation.id} without {missing}")
    assert not wrong, "\n".join(wrong)
