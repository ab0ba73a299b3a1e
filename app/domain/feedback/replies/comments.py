"""Which words of responses anybody may read: the one seam to what moderation has released."""

from typing import Any

from sqlalchemy import Select, literal, select, union_all

from app.domain.feedback.codes import PublicationStatus
from app.domain.feedback.models import FeedbackResponse

R = FeedbackResponse


def public_comments() -> Select[Any]:
    """Select what the public may read: response_id, team_id, day, part, text.

    These are comments that their own feed has published and whose author did not opt out.
    """
    parts = [
        select(
            R.id.label("response_id"),
            R.team_id,
            R.day,
            literal(part).label("part"),
            text.label("text"),
        ).where(
            text.is_not(None),
            R.publication_status == PublicationStatus.PUBLISHED,
            R.consent_public.is_not(False),
        )
        for part, text in (("good", R.comment_good), ("better", R.comment_better))
    ]
    both = union_all(*parts).subquery()
    return select(both)
