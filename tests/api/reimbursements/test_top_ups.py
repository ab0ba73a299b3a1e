"""What a rate card, activated for days gone by, adds to claims that were paid by then."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from dirty_equals import IsPartialDict
from sqlalchemy import text

from app.domain.reimbursements.claims.acts import Act, ClaimStatus
from app.domain.reimbursements.claims.models import Claim
from app.domain.reimbursements.kinds import LineKind, Vehicle
from app.domain.reimbursements.rates.models import Scheme
from app.domain.reimbursements.rates.units import MostPer, RateUnit
from tests.api.registers.conftest import refused
from tests.api.reimbursements.conftest import CLAIMS, DAY, FARE, FEE
from tests.reimbursing import active, draft

CARDS = "reimbursements/rate-cards"
FROM = DAY - timedelta(10)
MILES = {"kind": "mileage", "day": str(DAY), "vehicle": "car", "miles": "30"}
CAR = {"vehicle": Vehicle.CAR, "over_miles": 0}
PAYING = (
    (Act.TAKE, ClaimStatus.IN_RUN),
    (Act.SEND, ClaimStatus.SENT),
    (Act.PAY, ClaimStatus.PAID),
)


@pytest.fixture
async def keeper(someone):
    return await someone("rates:read", "rates:manage", "claims:read", name="Kai Keeper")


@pytest.fixture
def paid(turned, session):
    """Make a claim and let it be paid: `await paid(FEE)`."""

    async def made(*lines, **told) -> dict:
        found = await turned("approval", *lines, **told)
        await pay(session, found)
        return found

    return made


async def pay(session, found) -> None:
    claim = await session.get(Claim, UUID(found["id"]), populate_existing=True)
    for act, status in PAYING:
        session.add(claim.act(act, status, by=uuid4()))
        await session.flush()
    await session.commit()


@pytest.fixture
def steps(clerk, coordinator, approver, budget):
    """What takes a claim from its draft to its approval, each by somebody else."""
    return (
        (clerk, "submission", {}),
        (coordinator, "certification", None),
        (approver, "approval", {"budget_id": str(budget.id)}),
    )


@pytest.fixture
def mileage(session):
    """Activate a mileage card from ten days before on: so many pence, then 25."""

    async def made(pence: int, first=FROM) -> str:
        more = (LineKind.MILEAGE, RateUnit.MILE, CAR | {"over_miles": 10_000, "pence": 25})
        rate = (LineKind.MILEAGE, RateUnit.MILE, CAR | {"pence": pence})
        card = await active(session, Scheme.HMRC, rate, more, valid_from=first)
        await session.commit()
        return str(card.id)

    return made


async def lines(api, card: str, **params) -> list[dict]:
    answer = await api.get(f"{CARDS}/{card}/altered-lines", **params)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def drafted(api, card: str) -> list[dict]:
    answer = await api.send("POST", f"{CARDS}/{card}/top-ups", None)
    assert answer.status_code == 201, answer.text
    return answer.json()["items"]


async def test_a_card_for_days_gone_by_lists_what_it_alters_and_drafts_top_ups_once(
    paid, claimed, mileage, keeper, clerk
):
    claim = await paid(FARE, MILES)
    await claimed(MILES)
    card = await mileage(60)
    (line,) = await lines(keeper, card)
    assert line == IsPartialDict(
        claim_id=claim["id"],
        position=2,
        kind="mileage",
        old_pence=1_650,
        new_pence=1_800,
        difference_pence=150,
        top_up_id=None,
    )
    (made,) = await drafted(keeper, card)
    assert made == IsPartialDict(
        status="draft",
        total_pence=150,
        tops_up_id=claim["id"],
        person_id=claim["person_id"],
        participation_id=claim["participation_id"],
        activity_on=claim["activity_on"],
    )
    (shown,) = (await clerk.get(f"{CLAIMS}/{made['id']}")).json()["lines"]
    assert shown == IsPartialDict(position=2, amount_pence=150, miles="30.0", vehicle="car")
    assert shown["explanation"].startswith("Top-up by a new rate. ")
    assert shown["explanation"].endswith("Paid before: £16.50.")
    assert await drafted(keeper, card) == []
    assert await lines(keeper, card) == [line | {"top_up_id": made["id"]}]
    after = (await clerk.get(f"{CLAIMS}/{claim['id']}")).json()
    assert after["lines"] == claim["lines"]
    assert after["status"] == "paid"


async def test_a_top_up_goes_the_way_of_any_claim_at_its_difference(
    paid, mileage, keeper, clerk, steps, session
):
    await paid(MILES)
    (made,) = await drafted(keeper, await mileage(60))
    place = f"{CLAIMS}/{made['id']}"
    answer = await clerk.send("PUT", f"{place}/lines", {"lines": [MILES]})
    refused(answer, 409, "claim-status")
    for api, step, body in steps:
        answer = await api.send("POST", f"{place}/{step}", body)
        assert answer.status_code == 200, answer.text
    assert answer.json() == IsPartialDict(status="approved", total_pence=150)
    await pay(session, made)
    later = await mileage(61, FROM)
    (line,) = await lines(keeper, later)
    assert line == IsPartialDict(old_pence=1_800, new_pence=1_830)
    (more,) = await drafted(keeper, later)
    assert more == IsPartialDict(total_pence=30, tops_up_id=made["tops_up_id"])


async def test_two_top_ups_of_a_claim_never_add_the_same(paid, mileage, keeper, clerk):
    await paid(MILES)
    (first,) = await drafted(keeper, await mileage(60))
    (second,) = await drafted(keeper, await mileage(65))
    assert (first["total_pence"], second["total_pence"]) == (150, 150)
    await clerk.send("POST", f"{CLAIMS}/{first['id']}/withdrawal", None)
    answer = await clerk.send("POST", f"{CLAIMS}/{second['id']}/submission", {})
    assert answer.json()["total_pence"] == 300


async def test_a_top_up_that_comes_to_nothing_any_more_is_not_handed_in(
    paid, mileage, keeper, clerk
):
    await paid(MILES)
    (made,) = await drafted(keeper, await mileage(60))
    await mileage(55)
    answer = await clerk.send("POST", f"{CLAIMS}/{made['id']}/submission", {})
    refused(answer, 409, "claim-empty")


async def test_what_fell_is_listed_and_not_taken_back(paid, mileage, keeper):
    await paid(MILES)
    card = await mileage(50)
    (line,) = await lines(keeper, card)
    assert line["difference_pence"] == -150
    assert await drafted(keeper, card) == []


async def test_claims_paid_at_the_new_rate_and_other_days_are_left_alone(paid, mileage, keeper):
    await paid(MILES | {"day": str(FROM - timedelta(1))})
    card = await mileage(60)
    await paid(MILES)
    assert await lines(keeper, card) == []
    assert await drafted(keeper, card) == []


async def test_miles_count_from_where_they_did_when_the_claim_was_handed_in(
    paid, activity, mileage, keeper, clerk, session
):
    change = text("UPDATE reimbursement_policy SET second_approval_above_pence = 1000000")
    await session.execute(change)
    await session.commit()
    came = await activity()
    first = await paid(MILES | {"miles": "9990"}, participation=came)
    day = str(DAY - timedelta(1))
    second = await paid(MILES | {"day": day}, participation=came)
    assert second["total_pence"] == 1_050
    card = await mileage(60)
    found = {each["claim_id"]: each["new_pence"] for each in await lines(keeper, card)}
    assert found == {first["id"]: 9_990 * 60, second["id"]: 10 * 60 + 20 * 25}
    made = await drafted(keeper, card)
    assert {each["total_pence"] for each in made} == {9_990 * 5, 50}
    last = MILES | {"day": str(DAY - timedelta(2)), "miles": "1"}
    body = {"person_id": str(came.person_id), "participation_id": str(came.id)}
    claim = await clerk.made(CLAIMS, **body, activity_on=str(DAY), lines=[last])
    assert claim["total_pence"] == 25


async def test_a_fee_is_topped_up_as_it_was_chosen(paid, session, keeper):
    await paid(FEE)
    half = (LineKind.INVOLVEMENT_FEE, RateUnit.HALF_DAY, {"level": 4, "up_to_hours": 4})
    rate = (*half[:2], half[2] | {"pence": 8_250})
    card = await active(session, Scheme.PPV, rate, valid_from=FROM)
    await session.commit()
    (made,) = await drafted(keeper, str(card.id))
    assert made["total_pence"] == 750


async def test_a_receipt_stays_with_the_claim_that_was_paid(paid, session, keeper, clerk):
    most = {"most_pence": 400, "most_per": MostPer.DAY}
    await active(session, Scheme.TRUST, (LineKind.TAXI, RateUnit.ACTUAL, most), valid_from=FROM)
    await session.commit()
    fare = FARE | {"kind": "taxi", "amount_pence": 900}
    fare.pop("no_receipt_because")
    claim = await paid(fare | {"no_receipt_because": "Lost."})
    await session.execute(text("UPDATE claim_line SET no_receipt_because = NULL"))
    await session.commit()
    assert claim["total_pence"] == 400
    most = {"most_pence": 600, "most_per": MostPer.DAY}
    card = await active(
        session, Scheme.TRUST, (LineKind.TAXI, RateUnit.ACTUAL, most), valid_from=FROM
    )
    await session.commit()
    (made,) = await drafted(keeper, str(card.id))
    answer = await clerk.send("POST", f"{CLAIMS}/{made['id']}/submission", {})
    assert answer.json() == IsPartialDict(status="submitted", total_pence=200)
    (line,) = answer.json()["lines"]
    assert line["no_receipt_because"] == "The receipt is with the claim that this tops up."


async def test_what_cannot_be_priced_any_more_is_listed_for_somebody_to_look(paid, session, keeper):
    taxi = FARE | {"kind": "taxi"}
    claim = await paid(FARE, taxi)
    most = {"most_pence": 600, "most_per": MostPer.HOUR}
    card = await active(
        session, Scheme.TRUST, (LineKind.TAXI, RateUnit.ACTUAL, most), valid_from=FROM
    )
    await session.commit()
    (line,) = await lines(keeper, str(card.id))
    assert line == IsPartialDict(
        claim_id=claim["id"], position=2, old_pence=420, new_pence=None, difference_pence=None
    )
    assert await drafted(keeper, str(card.id)) == []


async def test_a_card_that_alters_nothing_lists_nothing(session, keeper, paid):
    await paid(MILES)
    rate = (LineKind.MILEAGE, RateUnit.MILE, CAR | {"pence": 60})
    card = await draft(session, Scheme.HMRC, rate, valid_from=FROM)
    await session.commit()
    assert await lines(keeper, str(card.id)) == []
    assert await drafted(keeper, str(card.id)) == []
    refused(await keeper.get(f"{CARDS}/{uuid4()}/altered-lines"), 404, "rate-card-not-found")


async def test_altered_lines_come_in_pages_of_claims_within_ones_directorates(
    paid, activity, given, mileage, keeper, someone
):
    own, other = await given.directorate(), await given.directorate()
    for directorate in (own, other):
        await paid(MILES, participation=await activity(directorate_id=directorate.id))
    card = await mileage(60)
    first = (await keeper.get(f"{CARDS}/{card}/altered-lines", limit=1)).json()
    assert len(first["items"]) == 1
    assert first["next"] == first["items"][0]["claim_id"]
    rest = await lines(keeper, card, limit=1, after=first["next"])
    assert len(rest) == 1
    scopes = ("rates:read", "rates:manage", "claims:read")
    limited = await someone(*scopes, directorates=[str(own.id)])
    assert len(await lines(limited, card)) == 1
    answer = await keeper.send("POST", f"{CARDS}/{card}/top-ups?limit=1", None)
    assert answer.json()["next"] == first["next"]
    assert len(await drafted(keeper, card)) == 1


async def test_the_database_holds_that_a_card_tops_a_claim_up_once(paid, mileage, keeper, session):
    await paid(MILES)
    (made,) = await drafted(keeper, await mileage(60))
    again = (
        "INSERT INTO claim_top_up SELECT gen_random_uuid(), tops_up_id, tops_up_id, card_id,"
        " now(), now(), 1 FROM claim_top_up WHERE claim_id = :id"
    )
    with pytest.raises(Exception, match="uq_claim_top_up_tops_up_id_card_id"):
        await session.execute(text(again), {"id": made["id"]})
