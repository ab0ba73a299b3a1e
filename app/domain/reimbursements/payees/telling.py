"""What people are told about where they are paid."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import today
from app.domain.people.notices import Notice, notify, words


async def account_changed(session: AsyncSession, person_id: UUID, account_id: UUID) -> None:
    """Tell somebody that other bank details of theirs were told, whoever told them."""
    await notify(
        session,
        person_id=person_id,
        notice=Notice.PAYEE_CHANGED,
        values={"day": words.day(today())},
        once=f"{Notice.PAYEE_CHANGED}:{account_id}",
    )
