from sqlalchemy import text

from app.domain.feedback.feeds import service

PATH = "/v1/feedback/feeds"


async def test_how_it_goes_with_a_feed_can_be_seen_and_it_can_be_asked_at_once(
    client, as_, session
):
    headers = await as_("inbox:read", "inbox:manage")
    assert (await client.get(PATH, headers=headers)).json() == {"items": [], "next": None}
    await service.join(session, "care_opinion")
    later = "UPDATE feedback_feed SET due_at = '2999-01-01'"
    await session.execute(text(later))
    await session.commit()
    (told,) = (await client.get(PATH, headers=headers)).json()["items"]
    assert (told["source"], told["polled_at"], told["told"]) == ("care_opinion", None, 0)
    answer = await client.post(f"{PATH}/care_opinion/poll", headers=headers)
    assert answer.status_code == 202
    assert answer.json()["due_at"] < told["due_at"]


async def test_a_feed_that_is_not_polled_is_not_found(client, as_):
    answer = await client.post(f"{PATH}/nhs_uk/poll", headers=await as_("inbox:manage"))
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/feed-not-found")
