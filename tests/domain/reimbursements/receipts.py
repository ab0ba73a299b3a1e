"""Receipts as the sandbox leaves them, without the sandbox."""

import hashlib
from datetime import date

from app.domain.people.register.models import Person
from app.domain.reimbursements.receipts.kinds import MediaType
from app.domain.reimbursements.receipts.models import Checked, QuarantineReason


def checked(number: int = 1, **told: object) -> Checked:
    content = str(number).encode()
    start = {
        "media_type": MediaType.PNG,
        "sha256_sent": hashlib.sha256(b"sent" + content).digest(),
        "sha256": hashlib.sha256(content).digest(),
        "size": len(content),
        "pages": 1,
        "width": 1,
        "height": 1,
        "read": lambda: content,
    }
    return Checked(**start | told)


def damaged(number: int = 1) -> Checked:
    nothing = dict.fromkeys(("sha256", "pages", "width", "height"))
    return checked(number, reason=QuarantineReason.UNREADABLE, **nothing)


def somebody(**told: object) -> Person:
    start = {"name": "Amara Okafor", "status": "enquiry", "status_since": date(2026, 1, 1)}
    return Person(**start | {"email": "a@example.org", "preferred_channel": "email"} | told)
