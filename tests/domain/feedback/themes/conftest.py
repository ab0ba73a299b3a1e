import pytest

from app.domain.feedback.themes import service
from app.domain.feedback.themes.classifier import Trained
from app.domain.feedback.themes.models import ThemeModel
from tests.domain.feedback.themes.examples import trained


@pytest.fixture(scope="session")
def learnt() -> Trained:
    """A model made before any transaction begins, since on a busy machine that takes its time."""
    return trained()


@pytest.fixture
async def model(learnt: Trained, session) -> ThemeModel:
    """A stored model that proposes nothing yet."""
    stored = await service.store(session, learnt, trained_on="a test", trained_by="a test")
    await session.commit()
    return stored
