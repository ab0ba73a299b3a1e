"""One person's whole life on the register, as they, their lead and the public meet it."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now, today
from app.domain.identity.scopes import SCOPES
from app.domain.people.messages.models import Message
from tests.api.conftest import Api
from tests.api.registers.conftest import PEOPLE, refused
from tests.api.registers.test_bindings import CODE

ME, OPEN = f"{PEOPLE}/me", "registers/opportunities"
LEAD = (
    "registers:read registers:manage registers:checks registers:opportunities registers:messages"
    " pastoral:keep rights:read rights:write rights:govern"
)
COURSE = {"code": "CO-PRO", "kind": "training", "name": "Co-production", "summary": "Together."}
DOOR = {
    "kind": "qi_project",
    "title": "A kinder front door",
    "summary": "Redesign how people are met at the crisis hub.",
    "easy_read": "Help us make the first visit better.",
    "experience_relevant": True,
    "places": 1,
    "level": 3,
    "pays": "A fee for each half day, and travel.",
    "pays_pence": 7500,
}

HELD = {
    "course_completion",
    "involvement_turn",
    "message",
    "participation",
    "pastoral_check_in",
    "pastoral_lead",
    "person",
    "person_binding",
    "person_consent",
    "person_need",
    "person_status",
    "sign_in_code",
    "subject_access",
    "subject_reading",
}


async def ok(call, code: int = 200) -> dict:
    answer = await call
    assert answer.status_code == code, answer.text
    return answer.json()


async def items(who, place: str, **filters: object) -> list[dict]:
    return (await ok(who.get(place, **filters)))["items"]


@dataclass
class Life:
    """Somebody on the register, the lead who welcomed them, and where their record stands."""

    session: AsyncSession
    lead: Api
    me: Api
    directorate: str
    id: str = ""

    @property
    def person(self) -> str:
        return f"{PEOPLE}/{self.id}"

    async def joins(self, client) -> None:
        asking = {"name": "Zadie Quince", "asked": "Kinder wards.", "email": "zadie@example.org"}
        assert (await client.post("/v1/public/join-requests", json=asking)).status_code == 202
        (found,) = await items(self.lead, PEOPLE, name="zadie quince", status="enquiry")
        self.id = found["id"]
        await ok(self.lead.send("PATCH", self.person, {"directorate_id": self.directorate}))
        await ok(self.lead.send("POST", f"{self.person}/welcome", {"lead_id": self.lead.id}))
        await ok(self.lead.send("PUT", f"{self.person}/status", {"status": "active"}))

    async def signs_in(self) -> None:
        """By a code that only they are sent."""
        refused(await self.me.get(ME), 403, "not-bound")
        await ok(self.lead.send("POST", f"{self.person}/sign-in-codes", None), 202)
        theirs = Message.person_id == UUID(self.id), Message.kind == "one_time_code"
        told = await self.session.scalar(select(Message.text).where(*theirs))
        code = CODE.findall(told)[0]
        await ok(self.me.send("PUT", f"{ME}/binding", {"code": code}))
        assert (await ok(self.me.get(ME)))["name"] == "Zadie Quince"

    async def tells_of_themselves(self) -> None:
        for purpose in ("involvement_agreement", "opportunities"):
            texts = await items(self.me, f"{ME}/consent-texts", purpose=purpose)
            await ok(self.me.send("POST", f"{ME}/consents", {"text_id": texts[0]["id"]}), 201)
        need = {"kind": "information_format", "formats": ["easy_read"], "languages": ["en"]}
        need["review_on"] = str(today() + timedelta(300))
        await ok(self.me.send("POST", f"{ME}/needs", need), 201)
        await ok(self.me.send("PATCH", ME, {"skills": ["interviewing"]}))

    async def offered(self) -> tuple[dict, dict]:
        """An opportunity that cannot be joined without a course; gives both."""
        course = await self.lead.made("registers/courses", **COURSE)
        starts = now() + timedelta(days=1)
        span = {
            "starts_at": starts.isoformat(),
            "ends_at": (starts + timedelta(hours=2)).isoformat(),
        }
        ours = {"coordinator_id": self.lead.id, "directorate_id": self.directorate}
        ours |= {"times": [span], "required_courses": [course["id"]]}
        door = await self.lead.made(OPEN, **DOOR, **ours)
        await ok(self.lead.send("POST", f"{OPEN}/{door['id']}/publication", None))
        return door, course

    async def takes_part(self, door: dict, course: dict) -> None:
        shown = await items(self.me, f"{ME}/opportunities")
        assert [each["id"] for each in shown] == [door["id"]]
        applying = {"opportunity_id": door["id"]}
        part = (await ok(self.me.send("POST", f"{ME}/participations", applying), 201))["id"]
        place = f"registers/participations/{part}/status"
        early = await self.lead.send("PUT", place, {"status": "attended"})
        refused(early, 409, "participation-status")
        refused(await self.lead.send("PUT", place, {"status": "accepted"}), 409, "gates-missing")
        done = {"person_id": self.id, "course_id": course["id"], "completed_on": str(today())}
        await self.lead.made("registers/completions", **done)
        for status in ("accepted", "attended"):
            await ok(self.lead.send("PUT", place, {"status": status}))
        words = {"words": "I was heard."}
        await ok(self.me.send("PUT", f"{ME}/participations/{part}/feedback", words))
        completed = await ok(self.lead.send("PUT", place, {"status": "completed"}))
        assert completed["from_person"] == "I was heard."

    async def is_looked_after(self) -> None:
        await ok(self.lead.send("PUT", f"{self.person}/pastoral/lead", {"lead_id": self.lead.id}))
        planned = {"planned_for": str(today())}
        talk = await self.lead.made(f"{self.person}/pastoral/check-ins", **planned)
        held = {"held_on": str(today()), "notes": "Tired, and glad."}
        place = f"registers/pastoral/check-ins/{talk['id']}/holding"
        await ok(self.lead.send("POST", place, held))

    async def reads_all_that_is_held(self) -> set[str]:
        """Give the names of what something is held in."""
        place = f"{self.person}/subject-access"
        asked = await self.lead.made(place, received_on=str(today()), identity="known")
        whole = await ok(self.lead.get(f"{place}/{asked['id']}/file"))
        await ok(self.lead.send("POST", f"{place}/{asked['id']}/release", {"reviewed": True}))
        return {each["source"] for each in whole["sections"] if each["rows"]}

    async def leaves_and_is_erased(self) -> None:
        leaving = {"status": "left", "reason": "Moved away"}
        await ok(self.lead.send("PUT", f"{self.person}/status", leaving))
        erasing = {"ground": "objection", "received_on": str(today())}
        erasing["decided_by"] = self.lead.id
        await ok(self.lead.send("POST", f"{self.person}/erasure", erasing), 201)


async def test_a_person_joins_takes_part_is_told_all_and_is_forgotten(
    client, caller, given, public, session
):
    directorate = await given.directorate()
    lead = await caller(*LEAD.split(), directorates=[directorate.id])
    zadie = Life(session, lead, public("zadie"), str(directorate.id))
    await zadie.joins(client)
    await zadie.signs_in()
    await zadie.tells_of_themselves()
    door, course = await zadie.offered()
    await zadie.takes_part(door, course)
    due = await ok(lead.get(f"{OPEN}/{door['id']}"))
    assert (due["pays_pence"], due["taken"]) == (7500, 1)
    await zadie.is_looked_after()
    heard = {each["kind"]: each["format"] for each in await items(zadie.me, f"{ME}/messages")}
    assert heard == {
        "welcome": "plain_text",
        "one_time_code": "plain_text",
        "application_received": "easy_read",
        "application_accepted": "easy_read",
    }
    assert await zadie.reads_all_that_is_held() == HELD
    await zadie.leaves_and_is_erased()
    refused(await lead.get(zadie.person), 404, "person-not-found")
    refused(await zadie.me.get(ME), 403, "not-bound")
    assert await items(await caller(*SCOPES), PEOPLE, name="zadie") == []
    assert (await ok(lead.get(f"{OPEN}/{door['id']}")))["taken"] == 1
