from typing import Annotated

from fastapi import Query, Response, Security

from app.api.deps import Door, authenticate, json
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.feedback.themes_schemas import ThemeFigures, ThemeFilters
from app.core.actor import Actor
from app.core.errors import InvalidError
from app.domain.feedback.errors import WholeMonthsError
from app.domain.feedback.themes import figures

router = router_at("/feedback/themes", "feedback")

Reader = Annotated[Actor, Security(authenticate, scopes=["feedback:read"])]


@router.get("", response_model=ThemeFigures, responses=responses(WholeMonthsError, InvalidError))
async def get_theme_figures(
    actor: Reader, door: Door, filters: Annotated[ThemeFilters, Query()]
) -> Response:
    """Give how often each theme was told, by team, directorate or trust, in whole months.

    A response counts for each of its themes, so that themes add up to more than the responses.
    Without the scope `feedback:read:small_numbers`, what few told of is hidden. Figures are no
    means to compare providers.
    """
    found = await figures.figures(door, filters.asked(), to=actor)
    return json(b'{"items":' + found + b',"next":null}')
