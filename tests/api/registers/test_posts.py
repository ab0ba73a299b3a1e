from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.core.clock import today
from app.domain.organisation.models import Segment

SCOPES = ("registers:read", "registers:manage")
POSTS = "registers/posts"
TOMORROW = str(today() + timedelta(1))


@pytest.fixture
async def api(api_of):
    return await api_of(*SCOPES)


@pytest.fixture
async def person(api):
    async def made(name: str = "Amara Okafor", **told: object) -> str:
        return (await api.made("registers/people", name=name, **told))["id"]

    return made


@pytest.fixture
def post(api, given):
    async def made(**told: object) -> dict:
        start = {
            "kind": "lived_experience",
            "wte": "0.60",
            "paid": True,
            "valid_from": "2024-04-01",
        }
        if "team_id" not in told:
            start["team_id"] = str((await given.team()).id)
        return await api.made(POSTS, **start | told)

    return made


def refused(answer, code: int, slug: str, **extra: object) -> None:
    assert (answer.status_code, answer.json()["type"]) == (code, f"/problems/{slug}")
    assert answer.json() | extra == answer.json()


async def told(api, place: str, **params: object) -> dict:
    answer = await api.get(place, **params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_post_is_noted_filled_trained_for_and_ended(api, post, person):
    vacancy = await post(kind="peer_support_worker")
    place = f"{POSTS}/{vacancy['id']}"
    assert (vacancy["wte"], vacancy["vacant"], vacancy["person_id"]) == ("0.60", True, None)
    refused(await api.send("PATCH", place, {"trained_on": "2024-05-01"}), 422, "post-vacant")
    holder = await person()
    change = {"person_id": holder, "trained_on": "2024-05-01"}
    answer = await api.send("PATCH", place, change, If_Match='"1"')
    assert answer.json() | change | {"vacant": False} == answer.json()
    assert answer.headers["etag"] == '"2"'
    refused(
        await api.send("PATCH", place, {"paid": False}, If_Match='"1"'), 412, "precondition-failed"
    )
    for change, slug in (
        ({"trained_on": TOMORROW}, "day-in-future"),
        ({"valid_to": "2024-04-01"}, "period-order"),
        ({"wte": "1.01"}, "invalid-request"),
    ):
        refused(await api.send("PATCH", place, change), 422, slug)
    other = await api.send("PATCH", place, {"person_id": await person("Ben")})
    assert other.json()["trained_on"] is None
    ended = await api.send("PATCH", place, {"valid_to": "2025-04-01"})
    assert (await api.get(place)).json() == ended.json()


async def test_posts_are_found(api, post, person, given):
    directorate = await given.directorate(code="ADULT")
    team = await given.team(await given.service(directorate), code="CITY")
    holder = await person()
    one = await post(person_id=holder, team_id=str(team.id), valid_to="2025-04-01")
    await post(kind="peer_support_worker", paid=False)
    for filters in (
        {"kind": "lived_experience"},
        {"team": "CITY"},
        {"directorate": "ADULT"},
        {"person": holder},
        {"on": "2025-03-31", "paid": True},
        {"vacant": False},
        {"paid": True},
    ):
        assert [each["id"] for each in (await told(api, POSTS, **filters))["items"]] == [one["id"]]
    for filters in ({"vacant": True}, {"paid": False}, {"on": "2025-04-01"}):
        assert one["id"] not in {e["id"] for e in (await told(api, POSTS, **filters))["items"]}
    assert len((await told(api, POSTS))["items"]) == 2


async def test_who_is_limited_sees_their_teams_posts_and_the_people_they_may_see(
    api, api_of, post, person, given
):
    own, other = await given.directorate(), await given.directorate()
    mine = await given.team(await given.service(own))
    stranger = await person(directorate_id=str(other.id))
    shown = await post(team_id=str(mine.id), person_id=stranger)
    hidden = await post()
    limited = await api_of(*SCOPES, directorates=[own.id])
    (found,) = (await told(limited, POSTS))["items"]
    assert (found["id"], found["vacant"], found["person_id"]) == (shown["id"], False, None)
    assert (await told(limited, POSTS, person=stranger))["items"] == []
    for answer in (
        await limited.get(f"{POSTS}/{hidden['id']}"),
        await limited.send("PATCH", f"{POSTS}/{hidden['id']}", {"paid": False}),
    ):
        refused(answer, 404, "post-not-found")
    new = {"kind": "lived_experience", "wte": 1, "paid": True, "valid_from": "2026-01-01"}
    elsewhere = await limited.send("POST", POSTS, new | {"team_id": hidden["team_id"]})
    refused(elsewhere, 404, "team-not-found")
    unseen = await limited.send(
        "POST", POSTS, new | {"team_id": str(mine.id), "person_id": stranger}
    )
    refused(unseen, 404, "person-not-found")
    kept = await limited.send("PATCH", f"{POSTS}/{shown['id']}", {"wte": "0.40"})
    assert kept.json()["wte"] == "0.40"
    nowhere = await api.send("POST", POSTS, new | {"team_id": hidden["id"]})
    refused(nowhere, 422, "invalid-request")
    figures = await told(limited, f"{POSTS}/figures")
    assert [each["code"] for each in figures["directorates"]] == [own.code]
    assert figures["total"]["lived_experience_paid_wte"] == "0.40"


async def test_nobody_holds_more_than_one_wte_on_a_day(api, post, person):
    holder = await person()
    first = await post(person_id=holder, wte="0.60", valid_to="2025-01-01")
    new = {"kind": "lived_experience", "paid": True, "team_id": first["team_id"]}
    new |= {"person_id": holder, "wte": "0.50"}
    early = await api.send("POST", POSTS, new | {"valid_from": "2024-12-31"})
    refused(early, 409, "wte-exceeded", on="2024-12-31", wte="1.10")
    second = await api.made(POSTS, **new | {"valid_from": "2025-01-01"})
    more = await api.send("PATCH", f"{POSTS}/{first['id']}", {"valid_to": None})
    refused(more, 409, "wte-exceeded", on="2025-01-01")
    less = await api.send("PATCH", f"{POSTS}/{first['id']}", {"valid_to": None, "wte": "0.50"})
    assert less.status_code == 200
    refused(
        await api.send("PATCH", f"{POSTS}/{second['id']}", {"wte": "0.51"}), 409, "wte-exceeded"
    )


async def test_the_database_holds_what_the_model_says(session, post, person):
    holder = await person()
    found = await post(person_id=holder)
    await post(person_id=holder, wte="0.40")
    for change in (
        "wte = 1.5",
        "wte = 0",
        "wte = 0.61",
        "valid_to = valid_from",
        "trained_on = CURRENT_DATE + 2",
        "person_id = NULL, trained_on = '2024-01-01'",
    ):
        with pytest.raises(Exception, match=r"violates check constraint|more than 1 WTE"):
            async with session.begin_nested():
                await session.execute(
                    text(f"UPDATE involvement_post SET {change} WHERE id = :id"),
                    {"id": found["id"]},
                )


async def test_figures_tell_the_stock_on_a_day_and_the_flow_of_a_year(api, post, person, given):
    adult, forensic = await given.directorate(code="ADULT"), await given.directorate(code="FOR")
    team = str((await given.team(await given.service(adult))).id)
    ward = str((await given.team(await given.service(forensic))).id)
    amara, ben = await person(), await person("Ben")
    await post(team_id=team, person_id=amara, wte="0.60", valid_to="2026-01-01")
    await post(team_id=team, person_id=ben, wte="0.40", paid=False)
    await post(team_id=team, wte="1.00")
    peer = {"kind": "peer_support_worker", "wte": "0.20"}
    # Trained twice, counted once: in the year, and the directorate, of the first time.
    await post(**peer, team_id=ward, person_id=amara, trained_on="2025-03-31")
    await post(**peer, team_id=team, person_id=amara, trained_on="2025-04-01")
    await post(**peer, team_id=team, person_id=ben, trained_on="2025-04-01", paid=False)
    found = await told(api, f"{POSTS}/figures", on="2025-12-31")
    assert (found["from"], found["to"]) == ("2025-04-01", "2026-03-31")
    assert found["total"] == {
        "lived_experience_paid_wte": "0.60",
        "lived_experience_unpaid_wte": "0.40",
        "lived_experience_vacant_wte": "1.00",
        "peer_support_paid_wte": "0.40",
        "peer_support_unpaid_wte": "0.20",
        "peer_support_vacant_wte": "0.00",
        "peer_support_workers_trained": 1,
    }
    by_code = {each["code"]: each for each in found["directorates"]}
    assert by_code["FOR"]["peer_support_paid_wte"] == "0.20"
    assert by_code["FOR"]["peer_support_workers_trained"] == 0
    assert by_code["ADULT"]["peer_support_workers_trained"] == 1
    later = await told(api, f"{POSTS}/figures", on="2026-01-01", year=2024)
    assert later["total"]["lived_experience_paid_wte"] == "0.00"
    assert later["total"]["peer_support_workers_trained"] == 1
    assert (later["from"], later["to"]) == ("2024-04-01", "2025-03-31")
    assert (await told(api, f"{POSTS}/figures"))["on"] == str(today())


async def test_figures_of_nothing_are_nought(api):
    found = await told(api, f"{POSTS}/figures", on="2025-03-31")
    assert (found["from"], found["directorates"]) == ("2024-04-01", [])
    assert {Decimal(value) for value in found["total"].values()} == {0}


async def test_coverage_names_services_and_teams_that_have_nobody(api, api_of, post, person, given):
    directorate = await given.directorate(code="ADULT")
    covered, bare = await given.service(directorate), await given.service(directorate, code="BARE")
    with_role = await given.team(covered)
    bare_team = await given.team(bare, code="BARE-TEAM")
    await given.team(bare, segment=Segment.PHYSICAL_HEALTH)
    await given.team(bare, closed_on=today())
    await post(team_id=str(with_role.id), person_id=await person())
    await post(team_id=str(bare_team.id))
    peer = {"kind": "peer_support_worker", "wte": "0.40"}
    await post(**peer, team_id=str(with_role.id), person_id=await person())
    found = await told(api, f"{POSTS}/coverage")
    assert (found["services"], found["mental_health_teams"]) == (2, 2)
    (service,) = found["services_without"]
    assert (service["code"], service["directorate"]) == ("BARE", "ADULT")
    assert [each["code"] for each in found["mental_health_teams_without"]] == ["BARE-TEAM"]
    earlier = await told(api, f"{POSTS}/coverage", on="2023-01-01")
    assert len(earlier["services_without"]) == 2
    limited = await api_of(*SCOPES, teams=[with_role.id])
    own = await told(limited, f"{POSTS}/coverage")
    assert (own["services"], own["services_without"]) == (1, [])


async def test_a_merged_record_brings_its_posts_but_never_more_than_one_wte(api, post, person):
    kept, second = await person(), await person()
    one = await post(person_id=kept, wte="0.60")
    fits = await post(person_id=second, wte="0.40")
    too_much = await post(person_id=second, wte="0.50")
    merging = {"duplicate_id": second}
    await api.send("POST", f"registers/people/{kept}/merge", merging)
    holders = {
        id_: (await api.get(f"{POSTS}/{id_}")).json()["person_id"]
        for id_ in (one["id"], fits["id"], too_much["id"])
    }
    assert holders == {one["id"]: kept, fits["id"]: kept, too_much["id"]: second}
    new = {"kind": "lived_experience", "wte": "0.10", "paid": True, "valid_from": "2026-01-01"}
    new |= {"team_id": one["team_id"], "person_id": second}
    refused(await api.send("POST", POSTS, new), 409, "person-merged", merged_into=kept)
