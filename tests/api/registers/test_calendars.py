from tests.api.registers.conftest import PEOPLE, refused

OPEN = "registers/opportunities"
SPAN = {"starts_at": "2027-03-01T10:00:00Z", "ends_at": "2027-03-01T11:00:00Z"}


def lines(answer) -> list[str]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/calendar")
    return answer.text.replace("\r\n ", "").split("\r\n")


async def test_a_persons_calendar_holds_what_they_have_a_place_in(
    client, api, active, published, taking_part
):
    person = await active()
    place = f"{PEOPLE}/{person['id']}/calendar"
    refused(await api.get(place), 404, "calendar-not-found")
    answer = await api.send("POST", place, None)
    made = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"/v1/{place}")
    path = made.pop("path")
    assert (await api.get(place)).json() == made
    assert "BEGIN:VEVENT" not in lines(await client.get(path))
    going = await published(
        title="Going, at last", times=[SPAN], place="Hub", link="https://x.example"
    )
    await taking_part(going, person, "accepted")
    await taking_part(await published(title="Only applied", times=[SPAN]), person)
    await taking_part(await published(title="No times yet"), person, "accepted")
    shown = lines(await client.get(path))
    assert [line for line in shown if line.startswith("SUMMARY")] == ["SUMMARY:Going\\, at last"]
    assert {"DTSTART:20270301T100000Z", "LOCATION:Hub", "STATUS:CONFIRMED"} <= set(shown)
    await api.send("POST", f"{OPEN}/{going['id']}/cancellation", {"because": "No lead."})
    shown = lines(await client.get(path))
    assert {"STATUS:CANCELLED", "DESCRIPTION:No lead."} <= set(shown)


async def test_an_address_stops_working_by_a_new_one_and_for_good(
    client, api, active, api_of, given
):
    person = await active(directorate_id=str((await given.directorate()).id))
    place = f"{PEOPLE}/{person['id']}/calendar"
    first = (await api.send("POST", place, None)).json()["path"]
    second = (await api.send("POST", place, None)).json()["path"]
    assert first != second
    refused(await client.get(first), 404, "calendar-not-found")
    assert (await client.get(second)).headers["cache-control"] == "private, max-age=900"
    stranger = await api_of(
        "registers:read", "registers:opportunities", directorates=[(await given.directorate()).id]
    )
    refused(await stranger.send("POST", place, None), 404, "person-not-found")
    assert (await api.send("DELETE", place, None)).status_code == 204
    refused(await client.get(second), 404, "calendar-not-found")
    refused(await api.send("DELETE", place, None), 404, "calendar-not-found")
    refused(await client.get("/v1/public/calendars/short"), 422, "invalid-request")


async def test_a_merged_record_has_no_calendar_of_its_own(api, active, keeper):
    kept, gone = await active(), await active()
    await keeper.send("POST", f"{PEOPLE}/{kept['id']}/merge", {"duplicate_id": gone["id"]})
    refused(await api.send("POST", f"{PEOPLE}/{gone['id']}/calendar", None), 409, "person-merged")
