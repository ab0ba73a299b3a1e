from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.domain.organisation import contacts
from app.domain.organisation.contacts.models import ContactKind

JO = {"kind": "champion", "name": " Jo Bloggs ", "email": "jo@trust.example"}
JO |= {"valid_from": "2026-01-01"}


async def test_a_contact_is_named_read_changed_and_deleted(organisation, given):
    team = await given.team()
    answer = await organisation.post("contacts", **JO, team_id=str(team.id))
    made = answer.json()
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    place = f"contacts/{made['id']}"
    assert answer.headers["Location"] == f"/v1/organisation/{place}"
    assert made == {
        "id": made["id"],
        "kind": "champion",
        "team_id": str(team.id),
        "directorate_id": None,
        "name": "Jo Bloggs",
        "email": "jo@trust.example",
        "valid_from": "2026-01-01",
        "valid_to": None,
        "version": 1,
    }
    assert (await organisation.get(place)).json() == made
    changed = await organisation.patch(place, match='"1"', valid_to="2026-04-01")
    assert changed.json() == made | {"valid_to": "2026-04-01", "version": 2}
    assert (await organisation.patch(place, match='"1"', name="x")).status_code == 412
    assert (await organisation.delete(place, match='"2"')).status_code == 204
    gone = await organisation.get(place)
    for absent in (gone, await organisation.patch(place, name="x")):
        assert (absent.status_code, absent.json()["type"]) == (404, "/problems/contact-not-found")


async def test_a_contact_begins_today_unless_told(organisation):
    made = await organisation.made("contacts", **JO | {"valid_from": None})
    assert made["valid_from"] == str(date.today())  # noqa: DTZ011, TID251  any day will do


async def test_a_creation_of_a_contact_is_done_once_per_key(organisation):
    headers = organisation.headers | {"Idempotency-Key": "one"}
    answers = [
        await organisation.client.post("/v1/organisation/contacts", json=JO, headers=headers)
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()


async def test_contacts_are_listed_by_kind_place_and_day(organisation, given):
    team = await given.team()
    directorate = await given.directorate()
    own = await organisation.made("contacts", **JO, team_id=str(team.id))
    wide = await organisation.made(
        "contacts", **JO | {"kind": "safeguarding"}, directorate_id=str(directorate.id)
    )
    old = await organisation.made("contacts", **JO, valid_to="2026-02-01")
    for params, found in (
        ({}, [old, wide, own]),
        ({"kind": "safeguarding"}, [wide]),
        ({"team": team.code}, [own]),
        ({"directorate": str(directorate.id)}, [wide]),
        ({"on": "2026-01-31"}, [old, wide, own]),
        ({"on": "2026-02-01"}, [wide, own]),
        ({"on": "2025-12-31"}, []),
    ):
        assert (await organisation.get("contacts", **params)).json()["items"] == found, params


@pytest.mark.parametrize(
    ("values", "status", "slug"),
    [
        ({"valid_to": "2026-01-01"}, 422, "contact-period"),
        ({"team_id": str(uuid4())}, 422, "invalid-request"),
        ({"directorate_id": str(uuid4())}, 422, "invalid-request"),
        ({"team_id": str(uuid4()), "directorate_id": str(uuid4())}, 422, "contact-place"),
        ({"email": "jo"}, 422, "invalid-request"),
        ({"email": "jo@trust"}, 422, "invalid-request"),
        ({"email": "jo..b@trust.example"}, 422, "invalid-request"),
        ({"email": "jo@trust.example\n"}, 422, "invalid-request"),
        ({"email": "a" * 243 + "@trust.example"}, 422, "invalid-request"),
        ({"name": " "}, 422, "invalid-request"),
        ({"kind": "friend"}, 422, "invalid-request"),
    ],
)
async def test_what_is_no_contact_is_refused(organisation, values, status, slug):
    answer = await organisation.post("contacts", **JO | values)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")


async def test_nobody_is_the_same_contact_twice_at_a_time(organisation):
    first = await organisation.made("contacts", **JO, valid_to="2026-02-01")
    for values in ({}, {"email": "JO@trust.example"}):
        taken = await organisation.post("contacts", **JO | values)
        assert (taken.status_code, taken.json()["type"]) == (409, "/problems/contact-taken")
    await organisation.made("contacts", **JO | {"valid_from": "2026-02-01"})
    place = f"contacts/{first['id']}"
    longer = await organisation.patch(place, valid_to=None)
    assert longer.json()["type"] == "/problems/contact-taken"
    assert (await organisation.patch(place, email=None)).status_code == 422


async def test_a_limited_manager_names_contacts_of_their_own_places(client, as_, given):
    mine, other = await given.team(), await given.team()
    whole = await given.directorate()
    headers = await as_(
        "organisation:read",
        "organisation:manage",
        teams=[mine.id],
        directorates=[whole.id],
    )

    async def post(**values: object):
        return await client.post("/v1/organisation/contacts", json=JO | values, headers=headers)

    assert (await post(team_id=str(mine.id))).status_code == 201
    assert (await post(directorate_id=str(whole.id))).status_code == 201
    for values, slug in (
        ({"team_id": str(other.id)}, "team-not-found"),
        ({"directorate_id": str(uuid4())}, "directorate-not-found"),
        ({}, "directorate-not-found"),
    ):
        refused = await post(**values)
        assert (refused.status_code, refused.json()["type"]) == (404, f"/problems/{slug}")
    manager = await as_("organisation:manage")
    theirs = await client.post("/v1/organisation/contacts", json=JO, headers=manager)
    place = f"/v1/organisation/contacts/{theirs.json()['id']}"
    assert (await client.get(place, headers=headers)).status_code == 200
    refused = await client.delete(place, headers=headers | {"If-Match": "*"})
    assert (refused.status_code, refused.json()["type"]) == (404, "/problems/contact-not-found")


async def test_the_nearest_place_that_has_a_contact_is_told(organisation, given, session):
    team = await given.team()
    service = await given.service()
    await given.placement(team, service, valid_from=date(2018, 1, 1), valid_to=date(2019, 1, 1))
    lead = {"kind": "team_lead", "valid_from": "2010-01-01"}
    await organisation.made("contacts", **JO | lead | {"name": "Trust"})
    directorate = await organisation.made(
        "contacts", **JO | lead | {"name": "Old"}, directorate_id=str(service.directorate_id)
    )
    own = {"name": "Own", "valid_from": "2026-01-01", "valid_to": "2026-02-01"}
    await organisation.made("contacts", **JO | own, team_id=str(team.id))
    second = own | {"name": "Both", "email": "both@trust.example", "kind": "team_lead"}
    await organisation.made("contacts", **JO | second, team_id=str(team.id))
    kinds = (ContactKind.TEAM_LEAD, ContactKind.CHAMPION)

    async def told(team_id, day: date, *of: ContactKind) -> list[str]:
        return [each.name for each in await contacts.find(session, of or kinds, team_id, day)]

    assert await told(team.id, date(2026, 1, 31)) == ["Own", "Both"]
    assert await told(team.id, date(2026, 1, 31), ContactKind.TEAM_LEAD) == ["Both"]
    assert await told(team.id, date(2026, 2, 1)) == ["Trust"]
    assert await told(team.id, date(2018, 12, 31)) == ["Old"]
    assert await told(None, date(2026, 1, 31)) == ["Trust"]
    assert await told(team.id, date(2026, 1, 31), ContactKind.SAFEGUARDING) == []
    await organisation.delete(f"contacts/{directorate['id']}")
    assert await told(team.id, date(2018, 12, 31)) == ["Trust"]


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("valid_to = valid_from", "ck_contact_not_empty"),
        ("email = 'nobody'", "ck_contact_email"),
        ("name = ''", "ck_contact_name"),
        (
            "(team_id, directorate_id) = (SELECT t.id, d.id FROM team t, directorate d LIMIT 1)",
            "ck_contact_one_place",
        ),
    ],
)
async def test_the_database_holds_the_rules_too(organisation, given, session, change, constraint):
    await given.team()
    await organisation.made("contacts", **JO)
    with pytest.raises(IntegrityError, match=constraint):
        await session.execute(text(f"UPDATE contact SET {change}"))
