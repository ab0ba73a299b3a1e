import pytest


@pytest.fixture
async def teams(given):
    """Two teams, A and B, known to the feed by these codes."""
    return [await given.team(iwgc=[code], code=code) for code in ("A", "B")]
