from app.core.errors import NotFoundError


class FeedNotFoundError(NotFoundError):
    slug = "feed-not-found"
    title = "No such feed is polled here"
