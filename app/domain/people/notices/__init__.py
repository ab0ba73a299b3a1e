"""What people of the register are told: by the way, in the format and language they can use."""

from app.domain.people.messages.templates.codes import Notice
from app.domain.people.notices.service import notify

__all__ = ["Notice", "notify"]
