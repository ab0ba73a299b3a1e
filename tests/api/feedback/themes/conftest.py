from tests.domain.feedback.themes.conftest import learnt, model  # noqa: F401  fixtures of theirs
