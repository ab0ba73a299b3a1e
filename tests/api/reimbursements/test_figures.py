"""What somebody on a benefit may earn, as published."""

from datetime import timedelta

import time_machine
from dirty_equals import IsPartialDict

from app.core.clock import today

FIGURES = "reimbursements/benefit-figures"
NEW = {
    "name": "ESA permitted work",
    "weekly_pence": 20_350,
    "hours": 16,
    "valid_from": str(today()),
    "source": "DWP",
}


async def test_the_newest_figure_is_shown_with_its_date_and_whether_it_may_be_old(someone):
    reader = await someone("claims:read", "reimbursements:configure")
    (shown,) = (await reader.get(FIGURES)).json()["items"]
    assert shown == IsPartialDict(
        name="ESA permitted work", weekly_pence=19_550, hours=16, valid_from="2025-04-01"
    )
    assert shown["out_of_date"] is (today().isoformat() >= "2026-04-06")
    with time_machine.travel("2024-06-01", tick=False):
        (shown,) = (await reader.get(FIGURES)).json()["items"]
    assert shown == IsPartialDict(weekly_pence=18_350, out_of_date=False)


async def test_finance_adds_what_was_published_and_the_rest_stays(someone):
    finance = await someone("claims:read", "reimbursements:configure")
    made = await finance.made(FIGURES, **NEW)
    assert made == IsPartialDict(NEW | {"out_of_date": False})
    later = NEW | {"valid_from": str(today() + timedelta(1)), "weekly_pence": 1}
    await finance.made(FIGURES, **later)
    await finance.made(FIGURES, **NEW | {"name": "Another", "hours": None})
    first = await finance.send("POST", FIGURES, NEW | {"name": "Third"}, Idempotency_Key="a")
    again = await finance.send("POST", FIGURES, NEW | {"name": "Third"}, Idempotency_Key="a")
    assert first.json()["id"] == again.json()["id"]
    shown = (await finance.get(FIGURES)).json()["items"]
    assert [each["name"] for each in shown] == ["Another", "ESA permitted work", "Third"]
    assert shown[1]["id"] == made["id"]
