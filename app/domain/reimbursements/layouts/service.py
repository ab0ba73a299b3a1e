"""Commands on payment layouts: propose, activate, withdraw; and a look at what one makes."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import flush
from app.domain.reimbursements.layouts import queries, samples
from app.domain.reimbursements.layouts.codes import LayoutStatus
from app.domain.reimbursements.layouts.errors import REFUSALS
from app.domain.reimbursements.layouts.models import PaymentLayout
from app.domain.reimbursements.layouts.rendering import file_name, render


async def propose(session: AsyncSession, told: Mapping[str, Any], *, by: Actor) -> PaymentLayout:
    """Draft the next number of a code's layout.

    Raises PaymentLayoutColumnsError, and of two at once a ConflictError for one.
    """
    number = await queries.next_number(session, told["code"])
    made = PaymentLayout(
        **told, number=number, status=LayoutStatus.DRAFT, shipped=False, proposed_by=by.id
    )
    made.check()
    session.add(made)
    await flush(session, REFUSALS)
    return made


async def activate(session: AsyncSession, layout: PaymentLayout, *, by: Actor) -> None:
    """Bring a draft into use in place of the one before it.

    Raises PaymentLayoutStatusError, PaymentLayoutTwoPeopleError.
    """
    before = await queries.in_use(session, layout.code)
    if before is not None and before is not layout:
        # First: one layout of a code is in use at any time.
        before.supersede()
        await session.flush()
    layout.activate(by=by.id, at=now())
    await flush(session, REFUSALS)


async def withdraw(session: AsyncSession, layout: PaymentLayout, *, by: Actor) -> None:
    """Take a layout out of use; raises PaymentLayoutStatusError."""
    layout.withdraw(by=by.id, at=now())
    await flush(session, REFUSALS)


def preview(layout: PaymentLayout) -> tuple[str, bytes]:
    """Give the name and the bytes of a file of made-up payments; raises PaymentFileError."""
    told, facts = layout.layout(), samples.facts(layout.route)
    return file_name(told, facts), render(told, facts, samples.rows(layout.route))
