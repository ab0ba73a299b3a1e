"""Commands on recruitment panels: note one, and correct it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import today
from app.core.db import flush
from app.domain.involvement.naming import service as naming
from app.domain.involvement.panels.errors import REFUSALS
from app.domain.involvement.panels.models import RecruitmentPanel


async def note(session: AsyncSession, told: Mapping[str, Any], *, by: Actor) -> RecruitmentPanel:
    """Note a panel that was held; raises what `change` raises."""
    panel = RecruitmentPanel()
    await change(session, panel, told, by=by)
    return panel


async def change(
    session: AsyncSession, panel: RecruitmentPanel, told: Mapping[str, Any], *, by: Actor
) -> None:
    """Correct a panel.

    Raises DirectorateNotFoundError, InvalidError, PersonNotFoundError, PersonMergedError,
    PanelMemberError, DayInFutureError.
    """
    if "directorate_id" in told:
        await naming.check_directorate(session, told["directorate_id"], by=by)
    await naming.check_person(session, told.get("person_id"), by=by)
    panel.tell(told, today())
    session.add(panel)
    await flush(session, REFUSALS)
