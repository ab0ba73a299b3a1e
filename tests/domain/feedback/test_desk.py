"""What a process remembers of public codes and forms, and for how long."""

import json
from datetime import date
from uuid import UUID

import pytest

from app.core.errors import InvalidError
from app.domain.feedback.submissions import desk as desks
from app.domain.feedback.submissions.desk import Desk
from app.domain.feedback.submissions.errors import PublicCodeNotFoundError
from app.domain.feedback.surveys import checking, content
from tests.api.feedback.forms import FFT
from tests.api.feedback.forms import content as made
from tests.architecture.test_code import ROOT

PLACE = {
    "team_id": UUID(int=1),
    "team_code": "T",
    "team_name": "Team",
    "survey_id": UUID(int=2),
    "survey_code": "fft",
    "channel": "kiosk",
    "collection_point": None,
    "active_from": date(2026, 1, 1),
    "active_to": None,
    "token_required": False,
    "token_hash": None,
}


class CountingDoor:
    """Counts what is asked of the database, and knows every code and version but zeros."""

    def __init__(self) -> None:
        self.asked = 0

    async def fetchrow(self, _: str, value: object):
        self.asked += 1
        if value in ("0" * 8, UUID(int=0)):
            return None
        if isinstance(value, UUID):
            return {"survey_id": UUID(int=2), "content": json.dumps(made())}
        return PLACE | {"code": value}


@pytest.fixture
def door():
    return CountingDoor()


async def test_a_public_code_is_asked_for_once_in_its_seconds(door):
    now = 0.0
    desk = Desk(lambda: door, 5, clock=lambda: now)
    for moment, asked in ((0, 1), (4.9, 1), (5, 2)):
        now = moment
        assert (await desk.place("4T9KX2MD")).code == "4T9KX2MD"
        assert door.asked == asked


async def test_a_form_is_asked_for_once(door):
    desk = Desk(lambda: door, 0)
    assert await desk.form(UUID(int=1)) is await desk.form(UUID(int=1))
    assert door.asked == 1


async def test_what_is_not_there_is_not_remembered(door):
    desk = Desk(lambda: door, 5)
    for _ in range(2):
        with pytest.raises(PublicCodeNotFoundError):
            await desk.place("0" * 8)
        with pytest.raises(InvalidError):
            await desk.form(UUID(int=0))
    assert door.asked == 4


async def test_no_process_remembers_without_end(door, monkeypatch):
    monkeypatch.setattr(desks, "_MOST", 1)
    desk = Desk(lambda: door, 5)
    for code in ("11111111", "22222222", "11111111"):
        await desk.place(code)
    for number in (1, 2, 1):
        await desk.form(UUID(int=number))
    assert door.asked == 6


def test_the_shipped_survey_may_be_published():
    shipped = ROOT / "migrations" / "content" / "fft_standard_1.json"
    assert checking.faults(content.read(json.loads(shipped.read_text(encoding="utf-8")))) == []


async def test_what_is_shipped_is_what_the_migration_brought(session, app):
    form = await Desk(lambda: app.state.door, 0).form(UUID(FFT))
    shipped = ROOT / "migrations" / "content" / "fft_standard_1.json"
    assert content.kept(form.content) == json.loads(shipped.read_text(encoding="utf-8"))
