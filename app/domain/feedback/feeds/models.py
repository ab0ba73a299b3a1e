from datetime import date, datetime

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base


class FeedItem(Base):
    """What a polled feed told last of one of its items, to know what is new."""

    __tablename__ = "feedback_feed_item"
    __table_args__ = (
        Index(None, "source", "day"),
        {"info": {"unrecorded": "its events are in the inbox"}},
    )

    source: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date]
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    version: Mapped[int] = mapped_column(BigInteger)
    removed: Mapped[bool]


class FeedState(Base):
    """How it goes with polling a feed: when it is due, and what the last time found.

    Of the counts, `told` is what its pages held, `unreadable` what of it was no item, `missing`
    what its pages left out though the feed still has it.
    """

    __tablename__ = "feedback_feed"
    __table_args__ = {"info": {"unrecorded": "its events are in the inbox"}}  # noqa: RUF012  SQLAlchemy's form

    source: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
    busy_until: Mapped[datetime | None]
    polled_at: Mapped[datetime | None]
    read_from: Mapped[date | None]
    failed_at: Mapped[datetime | None]
    failure: Mapped[str | None]
    told: Mapped[int] = mapped_column(default=0)
    unreadable: Mapped[int] = mapped_column(default=0)
    missing: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    removed: Mapped[int] = mapped_column(default=0)
