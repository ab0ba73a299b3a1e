from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core.clock import today
from tests.api.feedback.conftest import told

DUE_IN = 14  # as the shipped policy says


async def ids(staff, **params) -> list[str]:
    return [each["response_id"] for each in await staff.items("attention", **params)]


@pytest.mark.usefixtures("city")
class TestWhatWaits:
    @pytest.mark.parametrize(
        ("source", "values", "reasons"),
        [
            ("iwgc", {"fft_answer": "poor"}, ["rated_poor"]),
            ("iwgc", {"fft_answer": "very_poor"}, ["rated_poor"]),
            ("iwgc", {"fft_answer": "neither_good_nor_poor"}, None),
            ("iwgc", {"fft_answer": "dont_know"}, None),
            ("iwgc", {"fft_answer": None}, None),
            ("survey", {"contact_wanted": True}, ["contact_wanted"]),
            ("survey", {"contact_wanted": False}, None),
            (
                "survey",
                {"contact_wanted": True, "fft_answer": "poor"},
                ["contact_wanted", "rated_poor"],
            ),
        ],
    )
    async def test_is_what_asks_for_it(self, writer, heard, source, values, reasons):
        response = await heard(days=DUE_IN + 3, source=source, **values)
        found = await writer.items("attention")
        if reasons is None:
            assert found == []
            return
        day = today() - timedelta(DUE_IN + 3)
        assert found == [
            {
                "response_id": response["id"],
                "team_id": response["team_id"],
                "day": day.isoformat(),
                "reasons": reasons,
                "due_on": (day + timedelta(DUE_IN)).isoformat(),
                "days_over": 3,
            }
        ]

    async def test_has_had_its_days(self, writer, heard, session):
        late = await heard(days=DUE_IN + 1, fft_answer="poor")
        due = await heard(days=DUE_IN, fft_answer="poor")
        assert await ids(writer) == [late["id"]]
        both = await writer.items("attention", upcoming="true")
        assert [each["response_id"] for each in both] == [late["id"], due["id"]]
        assert [each["days_over"] for each in both] == [1, 0]
        await session.execute(text("UPDATE feedback_policy SET act_within_days = 30"))
        await session.commit()
        assert await ids(writer) == []

    async def test_waits_until_a_reply_is_out(self, writer, publisher, heard):
        response = await heard(days=40, fft_answer="poor")
        made = await writer.made(f"responses/{response['id']}/replies", text="Thank you.")
        place = f"replies/{made['id']}"
        assert await ids(writer) == [response["id"]]
        await publisher.post(f"{place}/approval", match="*")
        assert await ids(writer) == [response["id"]]
        await publisher.post(f"{place}/publication", match="*")
        assert await ids(writer) == []
        await publisher.post(f"{place}/withdrawal", {"reason": "x"}, match="*")
        assert await ids(writer) == [response["id"]]

    async def test_waits_until_an_action_answers_it(self, writer, publisher, heard):
        response = await heard(days=40, fft_answer="poor")
        made = await writer.made("actions", **told(response_ids=[response["id"]]))
        assert await ids(writer) == []
        await publisher.post(f"actions/{made['id']}/withdrawal", {"reason": "x"}, match="*")
        assert await ids(writer) == [response["id"]]

    async def test_is_told_oldest_first_page_by_page(self, writer, heard):
        made = [(await heard(days=days, fft_answer="poor"))["id"] for days in (20, 30, 25)]
        wanted = [made[1], made[2], made[0]]
        seen, after = [], None
        while True:
            page = (
                await writer.get("attention", limit=1, **({"after": after} if after else {}))
            ).json()
            seen += [each["response_id"] for each in page["items"]]
            if (after := page["next"]) is None:
                break
        assert seen == wanted

    async def test_is_found_by_team_directorate_and_days(self, writer, heard, limited, ward, given):
        of_city = (await heard("CITY", days=30, fft_answer="poor"))["id"]
        of_ward = (await heard("WARD", days=40, fft_answer="poor"))["id"]
        directorate = await given.directorate(code="NORTH")
        await given.session.execute(
            text("UPDATE team_placement SET directorate_id = :d WHERE team_id = :t"),
            {"d": directorate.id, "t": ward.id},
        )
        await given.session.commit()
        split = today() - timedelta(35)
        for params, expected in (
            ({"team": "CITY"}, of_city),
            ({"team": str(ward.id)}, of_ward),
            ({"directorate": "NORTH"}, of_ward),
            ({"directorate": str(directorate.id), "to": split}, of_ward),
            ({"from": split}, of_city),
        ):
            assert await ids(writer, **params) == [expected], params
        assert await ids(writer, team="NOWHERE") == []
        assert await ids(await limited(teams=[ward.id])) == [of_ward]


async def test_days_are_in_order(writer):
    answer = await writer.get("attention", **{"from": "2026-03-02", "to": "2026-03-01"})
    assert answer.status_code == 422
