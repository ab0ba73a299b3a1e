"""What a rate card that holds for days gone by adds to claims that were paid by then."""

from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.reimbursements.claims.models import Claim
from app.domain.reimbursements.rates.models import RateCard


class TopUp(Entity):
    """That a claim pays what a card adds to a paid one; a card tops a claim up once.

    Rows are added and never changed. The paid claim stays as it was paid.
    """

    __tablename__ = "claim_top_up"
    __table_args__ = (UniqueConstraint("tops_up_id", "card_id"),)

    claim_id: Mapped[UUID] = mapped_column(ForeignKey(Claim.id), unique=True)
    tops_up_id: Mapped[UUID] = mapped_column(ForeignKey(Claim.id))
    card_id: Mapped[UUID] = mapped_column(ForeignKey(RateCard.id), index=True)
