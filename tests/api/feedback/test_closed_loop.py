"""One comment round the loop: heard, themed, acted on, told back to everybody and to its author."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.core.clock import today
from app.domain.feedback.actions.queries import told_back
from app.domain.feedback.replies.queries import replies_to

SAID = "It took six calls to get through."
AGO = 20


async def begin(writer, response: dict) -> dict:
    """The team decides what to do about what was said."""
    month = (today() - timedelta(AGO)).replace(day=1)
    end = (month + timedelta(31)).replace(day=1) - timedelta(1)
    return await writer.made(
        "actions",
        said="It is hard to get through to us.",
        said_easy_read="You said: it is hard to ring us.",
        decision="will_do",
        team_ids=[response["team_id"]],
        themes=["contacting_services"],
        response_ids=[response["id"]],
        counted_from=month.isoformat(),
        counted_to=end.isoformat(),
    )


async def tell(writer, publisher, action: dict) -> None:
    """It lacks what patients need until it is done, and goes out through somebody else."""
    place = f"actions/{action['id']}"
    early = await publisher.post(f"{place}/publication", match="*")
    assert early.json()["type"] == "/problems/action-incomplete"
    done = await writer.patch(
        place,
        match=f'"{action["version"]}"',
        decision="done",
        did="Two more people answer the telephone.",
        did_easy_read="More people pick up now.",
        measure="theme_share",
        effective_on=today().isoformat(),
    )
    assert (await writer.post(f"{place}/publication", match="*")).status_code == 403
    out = await publisher.post(f"{place}/publication", match=done.headers["ETag"])
    assert out.status_code == 200, out.text


async def answer(writer, publisher, response: dict) -> None:
    place = f"responses/{response['id']}/replies"
    reply = await writer.made(place, text="Please try again.")
    for step in ("approval", "publication"):
        await publisher.post(f"replies/{reply['id']}/{step}", match="*")
    (shown,) = await writer.items(place)
    assert (shown["status"], shown["days_to_reply"]) == ("published", AGO)


@pytest.mark.usefixtures("city")
async def test_one_comment_goes_round_the_loop(client, writer, publisher, heard, session):
    response = await heard(
        days=AGO, fft_answer="poor", comment_better=SAID, publication_status="published"
    )
    (waiting,) = await writer.items("attention", team="CITY")
    assert (waiting["response_id"], waiting["days_over"]) == (response["id"], AGO - 14)
    await session.execute(text("UPDATE feedback_response SET themes = '{contacting_services}'"))
    await session.commit()

    action = await begin(writer, response)
    assert action["counts"]["themes"]["contacting_services"]["poor"] == 1
    assert await writer.items("attention", team="CITY") == []
    await tell(writer, publisher, action)
    read = await client.get("/v1/public/you-said-we-did", params={"team": "CITY"})
    (told,) = read.json()["items"]
    assert told["did_easy_read"] == "More people pick up now."
    assert told["people_text"] == "A few people told us this."
    assert response["id"] not in read.text

    await answer(writer, publisher, response)
    public = await client.get("/v1/public/feedback", params={"team": "CITY"})
    (item,) = public.json()["items"]
    assert item["comments"] == [{"part": "better", "text": SAID}]
    assert [each["text"] for each in item["replies"]] == ["Please try again."]
    door = client._transport.app.state.door
    assert b"Please try again." in await replies_to(door, UUID(response["id"]))
    assert await told_back(door, today(), today()) == [(UUID(response["team_id"]), today())]
