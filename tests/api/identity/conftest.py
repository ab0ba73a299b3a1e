import pytest

ALL = (
    "keys:read",
    "keys:manage",
    "feedback:act",
    "feedback:read",
    "feedback:submit",
    "organisation:read",
    "resources:ask",
    "resources:read",
)


@pytest.fixture
async def admin(as_) -> dict[str, str]:
    """A caller who holds what they grant, and is not limited."""
    return await as_(*ALL)
