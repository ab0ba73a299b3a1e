"""Who did one thing is refused the next, by the API and by the database itself."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.actor import Actor, Login
from app.core.clock import today
from app.core.db import constraint_of
from app.domain.identity.identities.models import UserIdentity
from app.domain.identity.scopes import SCOPES
from app.domain.people.bindings.models import Binding
from app.domain.people.register.models import Person
from app.domain.people.supporters.models import Supporter
from app.domain.people.supporters.service import Whose
from app.domain.reimbursements.budgets.models import BudgetHolder
from app.domain.reimbursements.claims import queries
from app.domain.reimbursements.flags import service
from app.domain.reimbursements.ties.models import PersonUser
from tests.api.conftest import Api
from tests.api.registers.conftest import refused
from tests.api.reimbursements.conftest import CLAIMS, held_budget
from tests.api.reimbursements.paying import CANARY, place

RUNS = "reimbursements/payment-runs"
ISSUER, SUBJECT = "https://issuer.example", "one-human-being"
NIGHT = {
    "kind": "accommodation",
    "no_receipt_because": "It was lost.",
    "amount_pence": 60_000,
}
NUMBERS = {"payroll_number": "P1", "supplier_number": "S1", "prefers": "supplier_number"}
# All that is done for one claim of 600 pounds, in its order; each is somebody else's hand.
STEPS = (
    "submit",
    "certify",
    "approve",
    "approve_again",
    "set_payee",
    "confirm_payee",
    "make_run",
    "release",
)
SELF = ("claim-self", "claim_action_apart")
HANDS = ("claim-hands", "uq_claim_action_hands")
RELEASER = ("payment-run-releaser", "payment_run_apart")
SECOND = ("payee-second-person", "ck_payee_confirmed_by_another")
ONESELF = ("payee-oneself", "ck_payee_not_the_payee")
# Who did the first does not do the second: the refusal's slug, and the constraint's name.
PAIRS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("submit", "certify"): SELF,
    ("submit", "approve"): SELF,
    ("submit", "approve_again"): SELF,
    ("certify", "approve"): HANDS,
    ("certify", "approve_again"): HANDS,
    ("approve", "approve_again"): HANDS,
    ("set_payee", "confirm_payee"): SECOND,
    **{(step, "release"): RELEASER for step in STEPS[:-1]},
    ("claim", "certify"): SELF,
    ("claim", "approve"): SELF,
    ("claim", "approve_again"): SELF,
    ("claim", "set_payee"): ONESELF,
    ("claim", "confirm_payee"): ONESELF,
    ("claim", "release"): RELEASER,
}
ACT = text(
    """
    INSERT INTO claim_action (id, claim_id, claimant_id, number, round, act, from_status,
           to_status, actor_id, on_behalf, created_at, updated_at, version)
    SELECT gen_random_uuid(), c.id, c.person_id, c.moves + 1, c.round, :act, c.status, :after,
           :who, false, now(), now(), 1
      FROM claim c"""
)
WRITTEN = {
    "set_payee": text(
        "INSERT INTO payee (id, person_id, supplier_number, prefers, set_by, created_at,"
        " updated_at, version) SELECT gen_random_uuid(), person_id, 'S', 'supplier_number', :who,"
        " now(), now(), 1 FROM claim"
    ),
    "confirm_payee": text("UPDATE payee SET confirmed_by = :who, confirmed_on = current_date"),
    "release": text(
        "UPDATE payment_run SET status = 'released', released_by = :who, released_at = now()"
    ),
}
AFTER = {"certify": "certified", "approve": "part_approved", "approve_again": "approved"}


class Story:
    """One claim, and who takes which part in it; whoever is not told is nobody else."""

    def __init__(self, someone, given, activity) -> None:
        self.someone, self.given, self.activity = someone, given, activity
        self.cast: dict[str, Api] = {}

    async def begin(self, **cast: Api) -> None:
        """Let these take their parts, and others the rest, in a claim that is a draft."""
        for step in STEPS:
            self.cast[step] = cast.get(step) or await self.someone(*SCOPES, name=step)
        self.came = await self.activity(coordinator_id=self.cast["certify"].id)
        self.budget = await held_budget(self.given, self.cast["approve"])
        if self.cast["approve_again"] is not self.cast["approve"]:
            await self._hold(self.cast["approve_again"])
        line = NIGHT | {"day": str(today() - timedelta(days=3))}
        self.claim = await self.cast["submit"].made(
            CLAIMS,
            person_id=str(self.came.person_id),
            participation_id=str(self.came.id),
            activity_on=line["day"],
            lines=[line],
        )
        self.run: dict = {}

    async def _hold(self, who: Api) -> None:
        told = {"cost_centre_id": self.budget.cost_centre_id, "user_id": who.id}
        await self.given.add(BudgetHolder(**told))

    async def until(self, step: str, after: str | None = None) -> None:
        """Do all that comes before a step, by those whose parts these are."""
        first = 0 if after is None else STEPS.index(after) + 1
        for each in STEPS[first : STEPS.index(step)]:
            answer = await self.done(each, self.cast[each])
            assert answer.status_code in (200, 201), (each, answer.text)
            if each == "make_run":
                self.run = answer.json()

    async def _answers(self, by: Api) -> list[dict[str, str]]:
        """Give a reason for whatever the checks of the claim found, as far as one may see it."""
        found = (await by.get(f"{CLAIMS}/{self.claim['id']}/checks")).json().get("items", [])
        return [{"code": each["code"], "reason": "Looked into."} for each in found]

    async def done(self, step: str, by: Api):
        claim, payee = f"{CLAIMS}/{self.claim['id']}", place(str(self.came.person_id), "numbers")
        answers = await self._answers(by) if step.startswith("approve") else []
        told = {
            "submit": ("POST", f"{claim}/submission", {}),
            "certify": ("POST", f"{claim}/certification", None),
            "approve": (
                "POST",
                f"{claim}/approval",
                {"budget_id": str(self.budget.id), "answers": answers},
            ),
            "approve_again": ("POST", f"{claim}/approval", {"answers": answers}),
            "set_payee": ("PUT", payee, NUMBERS),
            "confirm_payee": ("POST", f"{payee}/confirmation", None),
            "make_run": ("POST", RUNS, {"route": "accounts_payable"}),
            "release": ("POST", f"{RUNS}/{self.run.get('id')}/release", {}),
        }
        return await by.send(*told[step])

    async def written(self, step: str, who: str) -> str | None:
        """Do a step past the service, as its role; gives the constraint that refuses."""
        session = self.given.session
        await session.rollback()
        statement, told = WRITTEN.get(step, ACT), {"who": UUID(who)}
        if statement is ACT:
            told |= {"act": step, "after": AFTER[step]}
        tried = await session.begin_nested()
        await session.execute(text("SET LOCAL ROLE everyvoice_app"))
        try:
            await session.execute(statement, told)
        except IntegrityError as error:
            return constraint_of(error)
        finally:
            await tried.rollback()
        return None


@pytest.fixture
def story(someone, given, activity) -> Story:
    return Story(someone, given, activity)


Tied = Callable[[str, str], Awaitable[None]]


@pytest.fixture
def tie(given):
    """Note that a member of staff is somebody on the register."""

    async def made(person_id: str, user_id: str) -> None:
        told = {"person_id": UUID(person_id), "user_id": UUID(user_id)}
        await given.add(PersonUser(**told, noted_by=uuid4()))

    return made


@pytest.fixture
def login(given):
    """Let a member of staff and somebody on the register sign in by the same login."""

    async def made(person_id: str, user_id: str) -> None:
        one = {"issuer": ISSUER, "subject": SUBJECT}
        await given.add(UserIdentity(user_id=UUID(user_id), **one))
        await given.add(Binding(person_id=UUID(person_id), **one))

    return made


async def refuses(story: Story, step: str, by: Api, expected: tuple[str, str]) -> None:
    slug, constraint = expected
    refused(await story.done(step, by), 403, slug)
    assert await story.written(step, by.id) == constraint


@pytest.mark.parametrize(("did", "tries"), [each for each in PAIRS if each[0] != "claim"])
async def test_who_did_one_thing_is_refused_the_other(story, someone, did, tries):
    both = await someone(*SCOPES, name="Both")
    await story.begin(**{did: both, tries: both})
    await story.until(tries)
    await refuses(story, tries, both, PAIRS[did, tries])


@pytest.mark.parametrize("how", ["tie", "login"])
@pytest.mark.parametrize("tries", [pair[1] for pair in PAIRS if pair[0] == "claim"])
async def test_a_claimant_who_is_staff_too_is_refused(story, someone, request, how, tries):
    both = await someone(*SCOPES, name="Both")
    await story.begin(**{tries: both})
    await request.getfixturevalue(how)(str(story.came.person_id), both.id)
    await story.until(tries)
    await refuses(story, tries, both, PAIRS["claim", tries])


@pytest.mark.parametrize("tries", ["certify", "approve", "approve_again", "release"])
async def test_a_supporter_who_submitted_and_is_staff_too_is_refused(story, someone, given, tries):
    both = await someone(*SCOPES, name="Both")
    await story.begin(**{tries: both})
    await submitted_by_supporter(given, story, both)
    await story.until(tries, after="submit")
    await refuses(story, tries, both, RELEASER if tries == "release" else SELF)


async def submitted_by_supporter(given, story: Story, staff: Api) -> None:
    """Let a claimant's supporter hand the claim in, by a login that a member of staff has."""
    login = Login(ISSUER, SUBJECT)
    one = {"issuer": ISSUER, "subject": SUBJECT}
    await given.add(UserIdentity(user_id=UUID(staff.id), **one))
    supporter = await given.add(
        Supporter(
            person_id=story.came.person_id,
            name="Sol Supporter",
            relation="friend",
            may=["claims"],
            valid_from=today(),
            valid_to=today() + timedelta(days=30),
            named_by=story.came.person_id,
            **one,
        )
    )
    session = given.session
    person = await session.get_one(Person, story.came.person_id)
    actor = Actor(id=supporter.id, name="Sol Supporter", scopes=frozenset(), login=login)
    claim = await queries.get_own(session, UUID(story.claim["id"]), person)
    await service.submit(session, claim, by=Whose(person, actor, supporter))
    await session.commit()


async def test_a_supporter_under_another_login_does_not_decide_on_a_later_round(
    story, someone, given
):
    both = await someone(*SCOPES, name="Both")
    await story.begin(certify=both)
    await submitted_by_supporter(given, story, both)
    claim = f"{CLAIMS}/{story.claim['id']}"
    asked = await story.cast["approve"].send("POST", f"{claim}/sending-back", {"questions": "Why?"})
    assert asked.status_code == 200, asked.text
    assert (await story.done("submit", story.cast["submit"])).json()["round"] == 2
    await refuses(story, "certify", both, SELF)


async def test_who_proposed_a_bank_account_does_not_confirm_it(setter, payable, session):
    person = await payable()
    where = place(person, "bank-account")
    assert (await setter.send("PUT", where, CANARY)).status_code == 200
    answer = await setter.send("POST", f"{where}/confirmation", {"how": "called_back"})
    refused(answer, 403, "payee-second-person")
    await session.execute(text("SET LOCAL ROLE everyvoice_app"))
    told = {"who": UUID(setter.id), "person": person["id"]}
    opened = text("SELECT set_config('everyvoice.payee', :person, true)")
    await session.execute(opened, {"person": person["id"]})
    statement = text(
        "UPDATE bank_account SET status = 'confirmed', confirmed_by = :who, confirmed_how ="
        " 'called_back', confirmed_on = current_date, usable_from = current_date"
    )
    with pytest.raises(IntegrityError) as error:
        await session.execute(statement, {"who": told["who"]})
    assert constraint_of(error.value) == "ck_bank_account_confirmed_by_another"
