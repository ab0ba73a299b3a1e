"""Receipts, as who sends them and who reads them meet them."""

import asyncio
import hashlib
from uuid import UUID

import pytest
from dirty_equals import IsPartialDict
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import async_sessionmaker
from sqlalchemy.orm import Session, SessionTransaction

from app.core.actor import Actor
from app.core.clock import today
from app.core.db import create_engine
from app.core.ids import uuid7
from app.domain.identity import keys
from app.domain.people.register import queries as people
from app.domain.reimbursements.receipts import service
from app.domain.reimbursements.receipts.errors import ReceiptQuotaError
from tests import receipts
from tests.api.conftest import Api
from tests.api.registers.conftest import AMARA, PEOPLE, refused
from tests.conftest import PEPPER
from tests.domain.reimbursements.receipts import checked, somebody
from tests.factories import Given

PLACE = "reimbursements/receipts"
OWN = "registers/people/me/receipts"


async def sent(api, *files: bytes, place: str = PLACE, key: str | None = None, **fields: object):
    """Send a form; every file claims to be what it is not."""
    form = [("file", ("../evil.exe", data, "text/html")) for data in files]
    headers = api.headers | ({"Idempotency-Key": key} if key else {})
    told = {name: str(value) for name, value in fields.items()}
    return await api.client.post(f"/v1/{place}", files=form, data=told, headers=headers)


async def kept(api, *files: bytes, **told: object) -> list[dict]:
    answer = await sent(api, *files, **told)
    assert answer.status_code == 201, answer.text
    return answer.json()["items"]


@pytest.fixture
async def api(api_of):
    return await api_of("claims:read", "claims:write")


@pytest.fixture
async def amara(api_of) -> dict:
    keeper = await api_of("registers:read", "registers:manage")
    return await keeper.made(PEOPLE, **AMARA)


@pytest.fixture
async def line(session):
    """A table that refers to receipts, as lines of claims do; `await line(id)` uses one."""
    await session.execute(text("SET LOCAL ROLE NONE"))
    for statement in (
        "CREATE TABLE line (receipt_id uuid REFERENCES receipt (id))",
        "SELECT receipt_uses('line')",
    ):
        await session.execute(text(statement))
    await session.commit()

    async def uses(id_: str, statement: str = "INSERT INTO line VALUES (:id)") -> None:
        await session.execute(text(statement), {"id": UUID(id_)})
        await session.commit()

    return uses


async def test_a_receipt_is_sent_read_downloaded_and_deleted(api, amara):
    data = receipts.with_metadata("JPEG")
    answer = await sent(api, data, person_id=amara["id"])
    assert answer.status_code == 201, answer.text
    (made,) = answer.json()["items"]
    place = f"{PLACE}/{made['id']}"
    assert (answer.headers["location"], answer.headers["etag"]) == (f"/v1/{place}", '"1"')
    assert made == IsPartialDict(
        person_id=amara["id"],
        status="accepted",
        reason=None,
        advice=None,
        media_type="image/jpeg",
        pages=1,
        width=320,
        height=240,
        sha256_sent=hashlib.sha256(data).hexdigest(),
        received_on=str(today()),
        used=False,
    )
    assert (await api.get(place)).json() == made
    assert (await api.get(place)).headers["etag"] == '"1"'
    file = await api.get(f"{place}/content")
    assert file.status_code == 200
    assert dict(file.headers) == IsPartialDict(
        {
            "content-type": "image/jpeg",
            "content-length": str(made["size"]),
            "content-disposition": f'attachment; filename="receipt-{made["id"]}.jpg"',
            "content-security-policy": "sandbox; default-src 'none'",
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
        }
    )
    assert receipts.SECRET.encode() not in file.content
    stale = await api.send("DELETE", place, None, If_Match='"2"')
    refused(stale, 412, "precondition-failed")
    assert (await api.send("DELETE", place, None)).status_code == 204
    for gone in (place, f"{place}/content"):
        refused(await api.get(gone), 404, "receipt-not-found")


async def test_a_deleted_receipts_bytes_are_gone_too(api, amara, session):
    good, bad = await kept(api, receipts.png(), receipts.jpeg()[:-300], person_id=amara["id"])
    counts = text(
        "SELECT (SELECT count(*) FROM receipt_content), (SELECT count(*) FROM receipt_quarantine)"
    )
    await session.execute(text("SET LOCAL ROLE NONE"))
    assert tuple((await session.execute(counts)).one()) == (1, 1)
    await session.commit()
    for each in (good, bad):
        answer = await api.send("DELETE", f"{PLACE}/{each['id']}", None)
        assert answer.status_code == 204
    await session.execute(text("SET LOCAL ROLE NONE"))
    assert tuple((await session.execute(counts)).one()) == (0, 0)


async def test_several_are_taken_at_once_in_their_order_or_none(api, amara):
    files = (receipts.png(), receipts.pdf(2), receipts.jpeg())
    made = await kept(api, *files, person_id=amara["id"])
    assert [each["media_type"] for each in made] == ["image/png", "application/pdf", "image/jpeg"]
    assert [each["pages"] for each in made] == [1, 2, 1]
    answer = await sent(api, receipts.png(), receipts.gif(), person_id=amara["id"])
    refused(answer, 422, "receipt-type")
    assert answer.json()["errors"][0]["pointer"] == "#/file/1"
    assert len((await api.get(PLACE, person=amara["id"])).json()["items"]) == 3


@pytest.mark.parametrize(
    ("data", "slug"),
    [
        (b"", "receipt-type"),
        (b"<!DOCTYPE html><p>12.50", "receipt-type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "receipt-type"),
        (b"PK\x03\x04" + bytes(60), "receipt-type"),
        (receipts.gif(), "receipt-type"),
        (receipts.png_of(60_000, 60_000), "receipt-pixels"),
        (receipts.pdf(60), "receipt-pages"),
        (receipts.encrypted_pdf(), "receipt-encrypted"),
    ],
    ids=["empty", "html", "svg", "zip", "gif", "pixels", "pages", "encrypted"],
)
async def test_a_file_that_is_no_receipt_is_refused(api, amara, data, slug):
    refused(await sent(api, data, person_id=amara["id"]), 422, slug)
    assert (await api.get(PLACE)).json()["items"] == []


async def test_a_polyglot_is_taken_without_its_other_side(api, amara):
    (made,) = await kept(api, receipts.polyglot(), person_id=amara["id"])
    content = (await api.get(f"{PLACE}/{made['id']}/content")).content
    assert b"<html" not in content
    assert receipts.SECRET.encode() not in content


async def test_what_cannot_be_made_safe_is_kept_apart_and_the_sender_told(api, amara):
    data = receipts.jpeg()[:-300]
    (made,) = await kept(api, data, person_id=amara["id"])
    assert made == IsPartialDict(
        status="quarantined", reason="unreadable", size=len(data), pages=None
    )
    assert "Take the picture" in made["advice"]
    place = f"{PLACE}/{made['id']}"
    assert (await api.get(place)).json() == made
    answer = await api.get(f"{place}/content")
    refused(answer, 409, "receipt-quarantined", reason="unreadable")


async def test_a_file_is_of_ten_mebibytes_at_most(api, amara):
    whole = receipts.png() + bytes(10 * 1024**2)
    refused(await sent(api, whole, person_id=amara["id"]), 413, "too-large")
    within = whole[: 10 * 1024**2]
    assert (await kept(api, within, person_id=amara["id"]))[0]["size"] < 100_000


async def test_a_form_is_held_to_what_it_may_hold(api, amara):
    eleven = [receipts.png()] * 11
    answer = await sent(api, *eleven, person_id=amara["id"])
    refused(answer, 422, "invalid-request")
    assert answer.json()["errors"][0]["code"] == "too_long"
    for told, place in (
        ({}, "#/person_id"),
        ({"person_id": "x"}, "#/person_id"),
        ({"person_id": amara["id"], "name": "x"}, "#/name"),
    ):
        answer = await sent(api, receipts.png(), **told)
        refused(answer, 422, "invalid-request")
        assert answer.json()["errors"][0]["pointer"] == place
    none = await api.client.post(
        f"/v1/{PLACE}", files={"person_id": (None, amara["id"])}, headers=api.headers
    )
    refused(none, 422, "invalid-request")
    assert none.json()["errors"][0] == IsPartialDict(pointer="#/file", code="missing")
    twice = [("person_id", (None, amara["id"]))] * 2
    answer = await api.client.post(f"/v1/{PLACE}", files=twice, headers=api.headers)
    assert answer.json()["errors"][0]["code"] == "repeated"
    answer = await api.client.post(f"/v1/{PLACE}", json={}, headers=api.headers)
    refused(answer, 415, "unsupported-media-type")
    nobody = await sent(api, receipts.png(), person_id=UUID(int=7))
    refused(nobody, 404, "person-not-found")


async def test_a_repeat_gives_what_the_first_made(api, amara):
    files = (receipts.png(), receipts.jpeg())
    first = await sent(api, *files, key="a", person_id=amara["id"])
    again = await sent(api, *files, key="a", person_id=amara["id"])
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = await sent(api, receipts.png(1), key="a", person_id=amara["id"])
    refused(other, 422, "idempotency-key-reused")
    assert len((await api.get(PLACE)).json()["items"]) == 2


async def test_receipts_are_listed_by_person_status_and_use(api, amara, line):
    good, bad = await kept(api, receipts.png(), receipts.png()[:-60], person_id=amara["id"])
    await line(good["id"])
    for told, found in (
        ({}, [bad, good]),
        ({"person": amara["id"], "status": "quarantined"}, [bad]),
        ({"status": "accepted"}, [good]),
        ({"used": True}, [good]),
        ({"used": False}, [bad]),
        ({"person": str(UUID(int=7))}, []),
    ):
        listed = (await api.get(PLACE, **told)).json()["items"]
        assert {each["id"] for each in listed} == {each["id"] for each in found}, told


async def test_receipts_are_seen_by_directorate(api, api_of, given):
    own, other = await given.directorate(), await given.directorate()
    keeper = await api_of("registers:manage", "registers:read")
    mine, theirs = [
        await keeper.made(PEOPLE, **AMARA, directorate_id=str(each.id)) for each in (own, other)
    ]
    (seen,) = await kept(api, receipts.png(), person_id=mine["id"])
    (unseen,) = await kept(api, receipts.png(), person_id=theirs["id"])
    limited = await api_of("claims:read", "claims:write", directorates=[own.id])
    listed = (await limited.get(PLACE)).json()["items"]
    assert [each["id"] for each in listed] == [seen["id"]]
    assert (await limited.get(f"{PLACE}/{seen['id']}/content")).status_code == 200
    for place in (f"{PLACE}/{unseen['id']}", f"{PLACE}/{unseen['id']}/content"):
        refused(await limited.get(place), 404, "receipt-not-found")
    gone = await limited.send("DELETE", f"{PLACE}/{unseen['id']}", None)
    refused(gone, 404, "receipt-not-found")
    answer = await sent(limited, receipts.png(), person_id=theirs["id"])
    refused(answer, 404, "person-not-found")


async def test_a_receipt_that_a_claim_uses_is_not_deleted(api, amara, line, session):
    (made,) = await kept(api, receipts.png(), person_id=amara["id"])
    place = f"{PLACE}/{made['id']}"
    await line(made["id"])
    told = (await api.get(place)).json()
    assert (told["used"], told["version"]) == (True, 2)
    refused(await api.send("DELETE", place, None), 409, "receipt-in-use")
    await line(made["id"], "UPDATE line SET receipt_id = receipt_id")
    with pytest.raises(Exception, match="a claim uses"):
        async with session.begin_nested():
            await session.execute(text("DELETE FROM receipt"))
    await line(made["id"], "DELETE FROM line WHERE receipt_id = :id")
    assert (await api.send("DELETE", place, None)).status_code == 204


async def test_a_person_has_so_many_receipts_waiting_at_most(api, amara, line, app, monkeypatch):
    limits = app.state.settings.limits.model_copy(update={"receipts_waiting": 2})
    settings = app.state.settings.model_copy(update={"limits": limits})
    monkeypatch.setitem(app.state._state, "settings", settings)
    first, _ = await kept(api, receipts.png(), receipts.png(1), person_id=amara["id"])
    answer = await sent(api, receipts.png(2), person_id=amara["id"])
    refused(answer, 409, "receipt-quota", most=2)
    await line(first["id"])
    await kept(api, receipts.png(2), person_id=amara["id"])


async def test_a_crowd_of_senders_is_told_to_come_again(api, amara, app, monkeypatch):
    monkeypatch.setattr(app.state.sandbox, "places", asyncio.Semaphore(0))
    answer = await sent(api, receipts.png(), person_id=amara["id"])
    refused(answer, 503, "unavailable")
    assert answer.headers["retry-after"] == "10"


@pytest.fixture
def begun():
    """The sessions that hold a connection just now."""
    found: set[Session] = set()

    def begin(session: Session, *_: object) -> None:
        found.add(session)

    def end(session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None:
            found.discard(session)

    event.listen(Session, "after_begin", begin)
    event.listen(Session, "after_transaction_end", end)
    yield found
    event.remove(Session, "after_begin", begin)
    event.remove(Session, "after_transaction_end", end)


@pytest.mark.parametrize("place", [PLACE, OWN])
async def test_no_connection_is_held_while_a_file_is_checked(
    api_of, amara, app, monkeypatch, begun, place
):
    check, held = app.state.sandbox.check, []

    async def checking(incoming):
        held.append(len(begun))
        return await check(incoming)

    monkeypatch.setattr(app.state.sandbox, "check", checking)
    api = await api_of("claims:write", "registers:on_behalf")
    if place == OWN:
        api.headers |= {"On-Behalf-Of": amara["id"]}
    told = {"person_id": amara["id"]} if place == PLACE else {}
    await kept(api, receipts.png(), place=place, **told)
    assert held == [0]


async def test_ones_own_receipts_are_ones_own(bound):
    me, other = await bound("s-1"), await bound("s-2")
    answer = await sent(me, receipts.png(), receipts.pdf()[:300], place=OWN, key="a")
    assert answer.status_code == 201, answer.text
    good, bad = answer.json()["items"]
    assert answer.headers["location"] == f"/v1/{OWN}/{good['id']}"
    again = await sent(me, receipts.png(), receipts.pdf()[:300], place=OWN, key="a")
    assert again.json() == answer.json()
    assert (await me.get(OWN, status="accepted")).json() == {"items": [good], "next": None}
    assert (await me.get(f"{OWN}/{bad['id']}")).json() == bad
    file = await me.get(f"{OWN}/{good['id']}/content")
    assert file.headers["content-type"] == "image/png"
    refused(await me.get(f"{OWN}/{bad['id']}/content"), 409, "receipt-quarantined")
    assert (await other.get(OWN)).json()["items"] == []
    for method, place in (("GET", ""), ("GET", "/content"), ("DELETE", "")):
        answer = await other.send(method, f"{OWN}/{good['id']}{place}", None)
        refused(answer, 404, "receipt-not-found")
    assert (await me.send("DELETE", f"{OWN}/{good['id']}", None)).status_code == 204
    refused(await me.get(f"{OWN}/{good['id']}"), 404, "receipt-not-found")


async def test_ones_own_form_holds_files_alone(bound):
    me = await bound()
    answer = await sent(me, receipts.png(), place=OWN, person_id=me.id)
    refused(answer, 422, "invalid-request")
    assert answer.json()["errors"][0]["pointer"] == "#/person_id"


async def test_staff_send_receipts_on_behalf_of_somebody(api_of, amara, session):
    staff = await api_of("registers:on_behalf")
    staff.headers |= {"On-Behalf-Of": amara["id"]}
    (made,) = await kept(staff, receipts.png(), place=OWN)
    assert made["person_id"] == amara["id"]
    done = await session.scalars(text("SELECT operation FROM acted_for"))
    assert list(done) == ["send_own_receipts"]


async def test_erasure_deletes_what_no_claim_uses_and_keeps_what_one_does(
    given, client, api, amara, line
):
    scopes = ("rights:read", "rights:write", "rights:govern", "registers:read", "registers:manage")
    user, key = await given.user(*scopes), keys.make("test")
    await given.key(keys.digest(key, PEPPER), user=user)
    governor = Api(client, {"Authorization": f"Bearer {key}"})
    used, unused = await kept(api, receipts.png(), receipts.png(1), person_id=amara["id"])
    await line(used["id"])
    place = f"{PEOPLE}/{amara['id']}"
    left = await governor.send("PUT", f"{place}/status", {"status": "left", "reason": "Asked"})
    assert left.status_code == 200, left.text
    told = {"ground": "consent_withdrawn", "received_on": str(today()), "decided_by": str(user.id)}
    answer = await governor.send("POST", f"{place}/erasure", told | {"refused": []})
    assert answer.status_code == 201, answer.text
    refused(await api.get(f"{PLACE}/{unused['id']}"), 404, "receipt-not-found")
    assert (await api.get(f"{PLACE}/{used['id']}/content")).status_code == 200


async def test_two_who_send_at_once_do_not_pass_the_limit(scratch_url):
    engine = create_engine(scratch_url, "app", pool=2)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions() as session:
        person = await Given(session).add(somebody())
    staff = Actor(id=uuid7(), name="Jo Bloggs", key_id=uuid7(), scopes=frozenset())

    async def send(session) -> None:
        locked = await people.get(session, person.id, to=staff, lock=True)
        await service.take(session, locked, checked(1), most=1)

    async with sessions() as first, sessions() as second:
        await send(first)
        waiting = asyncio.create_task(send(second))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await first.commit()
        with pytest.raises(ReceiptQuotaError):
            await waiting
    await engine.dispose()
