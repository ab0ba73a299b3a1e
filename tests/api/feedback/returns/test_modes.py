"""How channels and collection points are told as national modes."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

URL = "/v1/feedback/returns/modes"
MH, CH = {"service": "mental_health"}, {"service": "community"}


@pytest.fixture
async def headers(as_):
    return await as_("feedback:read", "feedback:configure")


async def read(client, headers, params=MH) -> tuple[dict, str]:
    answer = await client.get(URL, params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json(), answer.headers["etag"]


def mapping(channel: str, mode: str, point: str | None = None, **values) -> dict:
    start = {"channel": channel, "collection_point": point, "mode": mode}
    return start | {"valid_from": "2000-01-01", "valid_to": None} | values


async def put(client, headers, items: list[dict], params=MH, match: str = "*"):
    return await client.put(
        URL, params=params, json={"items": items}, headers=headers | {"If-Match": match}
    )


SHIPPED = {
    "mental_health": {
        ("sms", None): "sms",
        ("online", None): "online",
        ("telephone", None): "telephone",
        ("in_person", None): "other",
        ("other", None): "other",
        ("app", "before_or_at_discharge"): "electronic_before_discharge",
        ("app", "after_discharge"): "electronic_after_discharge",
        ("tablet", "before_or_at_discharge"): "electronic_before_discharge",
        ("tablet", "after_discharge"): "electronic_after_discharge",
        ("kiosk", "before_or_at_discharge"): "electronic_before_discharge",
        ("kiosk", "after_discharge"): "electronic_after_discharge",
        ("paper", "before_or_at_discharge"): "paper_before_discharge",
        ("paper", "after_discharge"): "paper_after_discharge",
    },
    "community": {
        ("sms", None): "sms",
        ("online", None): "online",
        ("telephone", None): "telephone",
        ("in_person", None): "other",
        ("other", None): "other",
        ("app", None): "electronic",
        ("tablet", None): "electronic",
        ("kiosk", None): "electronic",
        ("paper", None): "paper",
    },
}
NAMES = {
    "mental_health": [
        "SMS/text",
        "Smartphone app/tablet/kiosk before or at point of discharge",
        "Smartphone app/tablet after discharge",
        "Paper/postcard before or at point of discharge",
        "Paper/postcard after discharge",
        "Telephone survey after discharge",
        "Online survey after discharge",
        "Other",
    ],
    "community": [
        "SMS/text",
        "Smartphone app/tablet/kiosk",
        "Paper/postcard",
        "Telephone survey",
        "Online survey",
        "Other",
    ],
}


@pytest.mark.parametrize("service", SHIPPED)
async def test_what_is_shipped_says_what_the_modes_names_say(client, headers, service):
    told, _ = await read(client, headers, {"service": service})
    found = {(each["channel"], each["collection_point"]): each["mode"] for each in told["items"]}
    assert found == SHIPPED[service]
    assert list(told["mode_names"].values()) == NAMES[service]


async def test_a_trust_decides_anew_and_others_see_that_it_did(client, headers):
    told, tag = await read(client, headers)
    items = [*told["items"], mapping("tablet", "electronic_before_discharge")]
    answer = await put(client, headers, items, match=tag)
    assert answer.status_code == 200, answer.text
    assert (len(answer.json()["items"]), answer.headers["etag"]) == (14, '"2"')
    assert (await put(client, headers, items, match=tag)).status_code == 412
    other, _ = await read(client, headers, CH)
    assert len(other["items"]) == 9


async def test_only_what_changes_is_written(client, headers, session):
    told, _ = await read(client, headers)
    before = set((await session.execute(text("SELECT id FROM feedback_mode_mapping"))).scalars())
    items = [each for each in told["items"] if each["channel"] != "sms"]
    items.append(mapping("sms", "sms", valid_to="2026-04-01"))
    items.append(mapping("sms", "other", valid_from="2026-04-01"))
    assert (await put(client, headers, items)).status_code == 200
    after = set((await session.execute(text("SELECT id FROM feedback_mode_mapping"))).scalars())
    assert (len(before - after), len(after - before)) == (1, 2)


@pytest.mark.parametrize(
    ("items", "slug", "pointer"),
    [
        ([mapping("sms", "electronic")], "mode-not-of-service", "#/items/0/mode"),
        (
            [mapping("sms", "sms"), mapping("sms", "other", valid_from="2026-04-01")],
            "modes-overlap",
            "#/items/1",
        ),
        (
            [mapping("sms", "sms", valid_from="2026-04-01"), mapping("sms", "other")],
            "modes-overlap",
            "#/items/1",
        ),
        (
            [mapping("sms", "sms", valid_from="2026-04-02")],
            "invalid-request",
            "#/items/0/valid_from",
        ),
        ([mapping("sms", "sms", valid_to="2026-04-02")], "invalid-request", "#/items/0/valid_to"),
        ([mapping("sms", "sms", valid_to="2000-01-01")], "invalid-request", "#/items/0/valid_to"),
        ([mapping("pigeon", "sms")], "invalid-request", "#/items/0/channel"),
    ],
)
async def test_a_mapping_that_cannot_hold_is_refused(client, headers, items, slug, pointer):
    answer = await put(client, headers, items)
    assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{slug}")
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert len((await read(client, headers))[0]["items"]) == 13


async def test_mappings_that_follow_each_other_do_not_overlap(client, headers):
    items = [
        mapping("sms", "other", valid_from="2026-04-01"),
        mapping("sms", "sms", valid_to="2026-04-01"),
        mapping("sms", "online", "after_discharge"),
    ]
    assert (await put(client, headers, items)).status_code == 200


ROW = """
INSERT INTO feedback_mode_mapping (id, map_id, service, channel, collection_point, mode,
                                   valid_from, valid_to, created_at, updated_at, version)
SELECT gen_random_uuid(), id, {values}, now(), now(), 1 FROM feedback_mode_map LIMIT 1"""


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        (
            "'community', 'sms', NULL, 'paper_after_discharge', '2026-01-01', NULL",
            "mode_of_service",
        ),
        ("'mental_health', 'kiosk', NULL, 'paper', '2026-01-01', NULL", "mode_of_service"),
        ("'mental_health', 'kiosk', NULL, 'other', '2026-01-02', NULL", "from_first_of_month"),
        (
            "'mental_health', 'kiosk', NULL, 'other', '2026-01-01', '2026-02-02'",
            "to_first_of_month",
        ),
        ("'mental_health', 'kiosk', NULL, 'other', '2026-01-01', '2026-01-01'", "not_empty"),
        ("'mental_health', 'sms', NULL, 'other', '2026-01-01', NULL", "one_mode_at_a_time"),
    ],
)
async def test_the_database_refuses_it_too(session, values, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        await session.execute(text(ROW.format(values=values)))


async def test_there_is_one_map_of_each_service(session):
    with pytest.raises(IntegrityError, match="uq_feedback_mode_map_service"):
        await session.execute(
            text(
                "INSERT INTO feedback_mode_map SELECT gen_random_uuid(), service, now(), now(), 1"
                " FROM feedback_mode_map"
            )
        )
