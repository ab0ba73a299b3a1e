"""What cadence is measured against: empty periods, discharges and eligible people."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

SCOPES = ("feedback:read", "feedback:configure")


@pytest.fixture
async def api(api_of):
    return await api_of(*SCOPES)


class TestEmptyPeriods:
    @pytest.fixture
    async def made(self, api, given):
        self.team = await given.team()
        body = {"team_id": str(self.team.id), "valid_from": "2026-04-10", "reason": "Closed"}
        return await api.made("feedback/empty-periods", **body, valid_to="2026-05-01")

    async def test_one_is_listed_read_and_deleted(self, api, made):
        place = f"feedback/empty-periods/{made['id']}"
        assert (await api.get(place)).json() == made
        for params, found in (
            ({}, [made]),
            ({"team": self.team.code}, [made]),
            ({"team": "OTHER"}, []),
            ({"on": "2026-04-30"}, [made]),
            ({"on": "2026-05-01"}, []),
        ):
            listed = await api.get("feedback/empty-periods", **params)
            assert listed.json()["items"] == found, params
        assert (await api.send("DELETE", place, None, If_Match='"9"')).status_code == 412
        assert (await api.send("DELETE", place, None)).status_code == 204
        gone = await api.get(place)
        assert (gone.status_code, gone.json()["type"]) == (404, "/problems/empty-period-not-found")

    @pytest.mark.parametrize(
        ("values", "status", "slug"),
        [
            ({"valid_from": "2026-04-30"}, 409, "empty-period-taken"),
            ({"valid_from": "2026-01-01"}, 409, "empty-period-taken"),
            ({"valid_from": "2026-05-01", "valid_to": "2026-05-01"}, 422, "empty-period-order"),
            ({"valid_from": "2026-05-01"}, 201, None),
            ({"valid_from": "2026-04-01", "valid_to": "2026-04-10"}, 201, None),
            ({"team_id": "0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e"}, 422, "invalid-request"),
        ],
    )
    async def test_periods_of_a_team_do_not_overlap(self, api, made, values, status, slug):
        body = {"team_id": made["team_id"], "reason": "Closed"} | {"valid_from": "2026-01-01"}
        answer = await api.send("POST", "feedback/empty-periods", body | values)
        assert answer.status_code == status, answer.text
        assert slug is None or answer.json()["type"] == f"/problems/{slug}"

    async def test_a_creation_is_done_once_per_key(self, api, given):
        team = await given.team()
        body = {"team_id": str(team.id), "valid_from": "2026-04-10", "reason": "Closed"}
        answers = [
            await api.send("POST", "feedback/empty-periods", body, Idempotency_Key="k")
            for _ in range(2)
        ]
        assert answers[0].json() == answers[1].json()

    async def test_another_teams_are_out_of_a_limited_callers_reach(self, api_of, made, given):
        own = await given.team()
        limited = await api_of(*SCOPES, teams=[own.id])
        body = {"valid_from": "2026-04-10", "reason": "Closed"}
        refused = await limited.send(
            "POST", "feedback/empty-periods", body | {"team_id": made["team_id"]}
        )
        assert (refused.status_code, refused.json()["type"]) == (404, "/problems/team-not-found")
        await limited.made("feedback/empty-periods", **body, team_id=str(own.id))
        listed = (await limited.get("feedback/empty-periods")).json()["items"]
        assert [each["team_id"] for each in listed] == [str(own.id)]
        place = f"feedback/empty-periods/{made['id']}"
        assert (await limited.get(place)).status_code == 404
        assert (await limited.send("PATCH", place, {"reason": "x"})).status_code == 404


class TestDenominators:
    async def load(self, api, *items: dict):
        return await api.send("PUT", "feedback/denominators", {"items": list(items)})

    async def test_they_are_loaded_read_back_and_replaced(self, api, given):
        team, other = await given.team(code="A"), await given.team(code="B")
        april = {"team": "A", "month": "2026-04", "discharged": 5, "eligible": 9}
        may = {"team": str(other.id), "month": "2026-05", "eligible": 3}
        assert (await self.load(api, april, may)).json() == {"taken": 2, "changed": 2}
        assert (await self.load(api, april, may)).json() == {"taken": 2, "changed": 0}
        changed = await self.load(api, april | {"discharged": None})
        assert changed.json() == {"taken": 1, "changed": 1}
        assert (await self.load(api)).json() == {"taken": 0, "changed": 0}
        items = (await api.get("feedback/denominators")).json()["items"]
        told = {(i["team"], i["month"], i["discharged"], i["eligible"]) for i in items}
        assert told == {("A", "2026-04", None, 9), ("B", "2026-05", None, 3)}
        for params, teams in (
            ({"team": "A"}, ["A"]),
            ({"team": str(team.id)}, ["A"]),
            ({"from": "2026-05"}, ["B"]),
            ({"to": "2026-04"}, ["A"]),
        ):
            items = (await api.get("feedback/denominators", **params)).json()["items"]
            assert [item["team"] for item in items] == teams, params

    async def test_all_are_taken_or_none(self, api, given):
        await given.team(code="A")
        good = {"team": "A", "month": "2026-04", "discharged": 5}
        refused = await self.load(api, good, good | {"team": "NOBODY"}, good | {"discharged": 6})
        assert refused.status_code == 422
        faults = [(each["pointer"], each["code"]) for each in refused.json()["errors"]]
        assert faults == [("#/items/1/team", "not_found"), ("#/items/2/month", "repeated")]
        assert (await api.get("feedback/denominators")).json()["items"] == []

    @pytest.mark.parametrize(
        "values",
        [
            {"month": "2026-13"},
            {"month": "2026-4"},
            {"month": "1999-12"},
            {"discharged": -1},
            {"eligible": 1_000_001},
            {"name": "x"},
        ],
    )
    async def test_what_cannot_be_is_refused(self, api, given, values):
        await given.team(code="A")
        answer = await self.load(api, {"team": "A", "month": "2026-04"} | values)
        assert answer.status_code == 422

    async def test_who_is_limited_loads_their_own_teams(self, api_of, given):
        own, other = await given.team(code="A"), await given.team(code="B")
        limited = await api_of(*SCOPES, teams=[own.id])
        good = {"team": "A", "month": "2026-04", "discharged": 5}
        for name in ("B", str(other.id)):
            assert (await self.load(limited, good | {"team": name})).status_code == 422
        assert (await self.load(limited, good)).json()["changed"] == 1
        whole = await api_of(*SCOPES)
        await self.load(whole, good | {"team": "B"})
        items = (await limited.get("feedback/denominators")).json()["items"]
        assert [item["team"] for item in items] == ["A"]


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (
            (
                "INSERT INTO feedback_empty_period SELECT gen_random_uuid(), id, '2026-01-01',"
                " '2026-01-01', 'x', now(), now(), 1 FROM team"
            ),
            "ck_feedback_empty_period_not_empty",
        ),
        (
            (
                "INSERT INTO feedback_empty_period SELECT gen_random_uuid(), id, '2026-01-01',"
                " NULL, 'x', now(), now(), 1 FROM team, generate_series(1, 2)"
            ),
            "ex_feedback_empty_period_once",
        ),
        (
            (
                "INSERT INTO feedback_denominator SELECT gen_random_uuid(), id, '2026-01-02', 1, 1,"
                " now(), now(), 1 FROM team"
            ),
            "ck_feedback_denominator_first_of_month",
        ),
        (
            (
                "INSERT INTO feedback_denominator SELECT gen_random_uuid(), id, '2026-01-01', -1,"
                " 1, now(), now(), 1 FROM team"
            ),
            "ck_feedback_denominator_counts",
        ),
    ],
)
async def test_the_database_holds_the_rules_too(given, session, statement, constraint):
    await given.team()
    with pytest.raises(IntegrityError, match=constraint):
        await session.execute(text(statement))
