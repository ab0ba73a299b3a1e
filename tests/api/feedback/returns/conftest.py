import pytest
import time_machine

from app.domain.organisation.models import FftCategory
from tests.api.feedback.returns.asking import RETURNS, SIGN, told
from tests.factories import drained


@pytest.fixture(autouse=True)
def in_april():
    with time_machine.travel("2026-04-10T12:00:00.123456Z", tick=False):
        yield


@pytest.fixture
async def drafter(as_):
    return await as_(RETURNS, "feedback:read")


@pytest.fixture
async def signer(as_):
    return await as_(RETURNS, SIGN)


@pytest.fixture
async def wards(given, session):
    """Two categories with answers by text message and on paper."""
    await given.team(iwgc=["A"], code="A", fft_category=FftCategory.MH_ACUTE)
    await given.team(iwgc=["F"], code="F", fft_category=FftCategory.MH_SECURE_FORENSIC)
    await drained(
        session,
        *told("A", count=4),
        *told("A", count=2, fft_answer="poor", channel="paper", collection_point="after_discharge"),
        *told("F", count=3, fft_answer="dont_know", channel="in_person"),
    )
