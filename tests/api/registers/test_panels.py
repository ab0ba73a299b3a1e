from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core.clock import today
from app.domain.involvement.panels.models import Band

SCOPES = ("registers:read", "registers:manage")
PANELS = "registers/panels"
PANEL = {
    "role": "Ward manager",
    "band": "band_7",
    "area": "leadership",
    "held_on": "2026-05-12",
    "lived_experience": True,
}


@pytest.fixture
async def api(api_of):
    return await api_of(*SCOPES)


@pytest.fixture
async def person(api) -> str:
    return (await api.made("registers/people", name="Amara"))["id"]


def refused(answer, code: int, slug: str) -> None:
    assert (answer.status_code, answer.json()["type"]) == (code, f"/problems/{slug}"), answer.text


async def test_a_panel_is_noted_and_corrected(api, person):
    found = await api.made(PANELS, **PANEL, person_id=person)
    place = f"{PANELS}/{found['id']}"
    assert found | PANEL | {"person_id": person, "directorate_id": None} == found
    nobody = await api.send("PATCH", place, {"lived_experience": False})
    refused(nobody, 422, "panel-member")
    none = {"lived_experience": False, "person_id": None}
    changed = await api.send("PATCH", place, none, If_Match='"1"')
    assert changed.json() | none == changed.json()
    assert (await api.get(place)).json() == changed.json()
    later = str(today() + timedelta(1))
    refused(await api.send("PATCH", place, {"held_on": later}), 422, "day-in-future")
    refused(await api.send("PATCH", place, none, If_Match='"1"'), 412, "precondition-failed")
    stranger = PANEL | {"person_id": found["id"]}
    refused(await api.send("POST", PANELS, stranger), 404, "person-not-found")


async def test_panels_are_found_by_who_may_see_their_directorate(api, api_of, person, given):
    own, other = await given.directorate(code="OWN"), await given.directorate(code="OTHER")
    one = await api.made(PANELS, **PANEL, person_id=person, directorate_id=str(own.id))
    two = await api.made(
        PANELS,
        **PANEL | {"band": "medical", "area": "clinical", "lived_experience": False},
        directorate_id=str(other.id),
    )
    three = await api.made(PANELS, **PANEL | {"held_on": "2026-04-01"})
    for filters, expected in (
        ({}, [three, two, one]),
        ({"band": "medical"}, [two]),
        ({"area": "clinical"}, [two]),
        ({"directorate": "OWN"}, [one]),
        ({"lived_experience": True}, [three, one]),
        ({"lived_experience": False}, [two]),
        ({"person": person}, [one]),
        ({"from": "2026-04-01", "to": "2026-04-30"}, [three]),
    ):
        items = (await api.get(PANELS, **filters)).json()["items"]
        assert [each["id"] for each in items] == [each["id"] for each in expected], filters
    limited = await api_of(*SCOPES, directorates=[own.id])
    items = (await limited.get(PANELS)).json()["items"]
    assert [each["id"] for each in items] == [three["id"], one["id"]]
    place = f"{PANELS}/{two['id']}"
    refused(await limited.get(place), 404, "panel-not-found")
    refused(await limited.send("PATCH", place, {"role": "x"}), 404, "panel-not-found")
    moved = await limited.send("PATCH", f"{PANELS}/{one['id']}", {"directorate_id": str(other.id)})
    refused(moved, 404, "directorate-not-found")
    days = {"from": "2026-05-01", "to": "2026-05-31"}
    told = (await limited.get(f"{PANELS}/figures", **days)).json()
    assert told["total"] == {"panels": 1, "with": 1, "pct_with": 100.0}


async def test_the_share_of_panels_with_a_member_is_told_by_level(api):
    for band, area, sat in (
        ("band_7", "leadership", True),
        ("band_7", "clinical", False),
        ("band_7", "clinical", False),
        ("medical", "clinical", True),
    ):
        told = PANEL | {"band": band, "area": area, "lived_experience": sat}
        await api.made(PANELS, **told)
    await api.made(PANELS, **PANEL | {"held_on": "2026-04-30"})
    days = {"from": "2026-05-01", "to": "2026-05-31"}
    told = (await api.get(f"{PANELS}/figures", **days)).json()
    assert told["total"] == {"panels": 4, "with": 2, "pct_with": 50.0}
    assert [each["band"] for each in told["bands"]] == list(Band)
    bands = {each.pop("band"): each for each in told["bands"]}
    assert bands["band_7"] == {"panels": 3, "with": 1, "pct_with": 33.3}
    assert bands["band_2"] == {"panels": 0, "with": 0, "pct_with": None}
    areas = {each["area"]: each["pct_with"] for each in told["areas"]}
    assert areas == {"clinical": 33.3, "leadership": 100.0, "other": None}


async def test_the_database_holds_what_the_model_says(session, api, person):
    await api.made(PANELS, **PANEL, person_id=person)
    for change in ("lived_experience = false", "held_on = CURRENT_DATE + 2"):
        with pytest.raises(Exception, match="check constraint"):
            async with session.begin_nested():
                await session.execute(text(f"UPDATE recruitment_panel SET {change}"))
