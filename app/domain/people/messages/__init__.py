"""The outbox: what is to be said to somebody, promised in the transaction that makes it true."""

from app.domain.people.messages.service import send

__all__ = ["send"]
