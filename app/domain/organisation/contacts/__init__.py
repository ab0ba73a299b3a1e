"""Who is to be told: the people a team, a directorate or the trust names for a matter."""

from app.domain.organisation.contacts.queries import find

__all__ = ["find"]
