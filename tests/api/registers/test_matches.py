import pytest

from app.core.clock import today
from tests.api.registers.conftest import PEOPLE, refused

OPEN = "registers/opportunities"
SPAN = {"starts_at": "2027-03-01T10:00:00Z", "ends_at": "2027-03-01T11:00:00Z"}  # a Monday


@pytest.fixture
def fitting(api):
    """Name who fits, in order."""

    async def names(opportunity: dict, reader=api, **asked: object) -> list[str]:
        answer = await reader.get(f"{OPEN}/{opportunity['id']}/matches", **asked)
        assert answer.status_code == 200, answer.text
        return [item["name"] for item in answer.json()["items"]]

    return names


async def test_who_fits_shares_what_it_names_and_why_is_told(api, published, active, fitting):
    opportunity = await published(
        pathways=["crisis care"], skills=["interviewing"], interests=["research"], times=[SPAN]
    )
    whole = {
        "pathways": ["crisis care", "sleep"],
        "skills": ["interviewing"],
        "interests": ["research", "art"],
        "availability": ["mon_morning", "tue_morning"],
    }
    await active(name="All", **whole)
    await active(name="Skill", **whole | {"interests": [], "availability": []})
    await active(name="Interest", **whole | {"skills": []})
    await active(name="No pathway", **whole | {"pathways": ["sleep"]})
    await active(name="No talent", **whole | {"skills": [], "interests": []})
    await active(name="Never free then", **whole | {"availability": ["fri_evening"]})
    assert await fitting(opportunity) == ["All", "Skill", "Interest"]
    items = (await api.get(f"{OPEN}/{opportunity['id']}/matches")).json()["items"]
    first = {name: items[0][name] for name in ("pathways", "skills", "interests", "availability")}
    assert first == {
        "pathways": ["crisis care"],
        "skills": ["interviewing"],
        "interests": ["research"],
        "availability": ["mon_morning"],
    }
    assert (items[0]["availability_unknown"], items[1]["availability_unknown"]) == (False, True)
    assert (items[0]["asked_at"], items[0]["preferred_channel"]) == (None, "email")
    for told, expected in (
        ({"skills": []}, ["All", "Interest"]),
        ({"skills": ["interviewing"], "interests": []}, ["All", "Skill", "Interest"][:2]),
        ({"skills": [], "times": []}, ["All", "Skill", "Interest", "No talent", "Never free then"]),
    ):
        await api.send("PATCH", f"{OPEN}/{opportunity['id']}", told)
        assert await fitting(opportunity) == expected, told


async def test_an_opportunity_that_names_nothing_fits_whoever_is_active(
    api, published, active, keeper, fitting, taking_part
):
    opportunity = await published()
    ada, ben, cid = await active(name="Ada"), await active(name="Ben"), await active(name="Cid")
    await keeper.made(PEOPLE, name="Asked only")
    await keeper.send("PUT", f"{PEOPLE}/{ben['id']}/status", {"status": "paused"})
    assert await fitting(opportunity) == ["Ada", "Cid"]
    await taking_part(opportunity, ada)
    assert await fitting(opportunity) == ["Cid"]
    await keeper.send("POST", f"{PEOPLE}/{ada['id']}/merge", {"duplicate_id": cid["id"]})
    assert await fitting(opportunity) == []
    refused(await api.get(f"{OPEN}/{ada['id']}/matches"), 404, "opportunity-not-found")


async def test_who_has_not_been_asked_for_longest_comes_first(
    api, published, active, fitting, taking_part
):
    people = {name: await active(name=name) for name in ("Ada", "Ben", "Cid", "Dee")}
    for name in ("Ben", "Ada"):
        await taking_part(await published(), people[name], how="invitations")
    await taking_part(await published(), people["Dee"])  # to apply is not to be asked
    opportunity = await published()
    expected = ["Cid", "Dee", "Ben", "Ada"]
    assert await fitting(opportunity) == expected
    found, after = [], None
    for _ in expected:
        asked = {"limit": 1} | ({"after": after} if after else {})
        answer = (await api.get(f"{OPEN}/{opportunity['id']}/matches", **asked)).json()
        found += [item["name"] for item in answer["items"]]
        after = answer["next"]
    assert (found, after) == (expected, None)
    bad = await api.get(f"{OPEN}/{opportunity['id']}/matches", after="x")
    refused(bad, 422, "invalid-request")


async def test_who_lacks_a_check_or_a_course_does_not_fit(api, published, active, fitting):
    course = await api.made(
        "registers/courses", code="CO", kind="training", name="Co-production", summary="x"
    )
    opportunity = await published(required_check="standard", required_courses=[course["id"]])
    for name, level, completed in (
        ("Both", "enhanced", "2026-01-01"),
        ("No course", "standard", None),
        ("Too low", "basic", "2026-01-01"),
    ):
        person = await active(name=name)
        await api.made(f"{PEOPLE}/{person['id']}/checks", level=level, issued_on=str(today()))
        if completed:
            body = {"course_id": course["id"], "person_id": person["id"]}
            await api.made("registers/completions", **body, completed_on=completed)
    assert await fitting(opportunity) == ["Both"]
    new = {"summary": "All new.", "earlier_counts": False}
    await api.made(f"registers/courses/{course['id']}/versions", **new)
    assert await fitting(opportunity) == []


async def test_who_is_limited_is_told_of_their_own_people(
    api_of, published, drafted, active, fitting, given
):
    own, other = await given.directorate(), await given.directorate()
    for name, directorate in (("Own", own), ("Other", other)):
        await active(name=name, directorate_id=str(directorate.id))
    await active(name="Nobody's")
    limited = await api_of("registers:read", directorates=[own.id])
    assert await fitting(await published(), limited) == ["Own", "Nobody's"]
    hidden = await drafted(directorate_id=str(other.id))
    answer = await limited.get(f"{OPEN}/{hidden['id']}/matches")
    refused(answer, 404, "opportunity-not-found")
    assert await fitting(await drafted(directorate_id=str(own.id)), limited) == ["Own", "Nobody's"]


async def test_a_merge_keeps_the_later_turn(api, published, active, keeper, fitting, taking_part):
    kept, gone, other = await active(name="Kept"), await active(name="Gone"), await active(name="O")
    await taking_part(await published(), other, how="invitations")
    await taking_part(await published(), gone, how="invitations")
    await keeper.send("POST", f"{PEOPLE}/{kept['id']}/merge", {"duplicate_id": gone["id"]})
    assert await fitting(await published()) == ["O", "Kept"]
