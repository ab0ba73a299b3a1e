import os
from datetime import UTC, date, datetime
from uuid import UUID

from app.core.clock import midnight, now

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def uuid7() -> UUID:
    """Make a time-ordered id (RFC 9562)."""
    return _at(now())


def day_uuid7(day: date) -> UUID:
    """Make an id that tells its day and nothing finer: a UUIDv7 of that midnight."""
    return _at(midnight(day))


def _at(instant: datetime) -> UUID:
    millis = int((instant - _EPOCH).total_seconds() * 1000)
    value = (millis << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)
