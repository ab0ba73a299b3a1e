from decimal import Decimal
from typing import Annotated, Self

from fastapi import Response, Security
from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.api.deps import IfMatch, Session, authenticate, etag
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.wire import Day
from app.domain.feedback.policy import service
from app.domain.feedback.policy.models import InpatientPeriod, Policy

router = router_at("/feedback/policy", "feedback")

Reader = Annotated[Actor, Security(authenticate, scopes=["feedback:read"])]
Configurer = Annotated[Actor, Security(authenticate, scopes=["feedback:configure"])]
MONDAY = 1


class PolicyValues(BaseModel):
    """What the trust decides about feedback; every value has a number in no law."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    release_unmarked_published: bool = Field(
        strict=True,
        description="Comments that their feed has published, and in which screening marked"
        " nothing, are shown to the public without a person's release.",
        examples=[True],
    )
    release_unmarked_own: bool = Field(
        strict=True,
        description="The same for comments given to the trust itself.",
        examples=[False],
    )
    acknowledge_escalation_hours: int = Field(ge=1, le=720, examples=[24])
    act_within_days: int = Field(
        ge=1,
        le=365,
        description="Days in which a response that asks for contact or is rated poor is answered"
        " or acted on.",
        examples=[14],
    )
    told_back_within_days: int = Field(
        ge=1, le=365, description="Days in which people hear what came of it.", examples=[30]
    )
    inpatient_period: InpatientPeriod = InpatientPeriod.FORTNIGHT
    inpatient_period_start: Day = Field(
        description="A Monday; fortnights are counted from it, both ways.",
        examples=["2024-01-01"],
    )
    before_discharge_share_pct: int = Field(
        ge=1,
        le=100,
        description="Share of discharged people to be heard before they leave, in percent.",
        examples=[50],
    )
    deadline_working_day_mental_health: int = Field(
        ge=1,
        le=23,
        description="Working day of the following month on which the national return is due.",
        examples=[13],
    )
    deadline_working_day_community: int = Field(ge=1, le=23, examples=[13])
    propose_above: Decimal = Field(
        ge=0,
        le=1,
        max_digits=3,
        decimal_places=2,
        description="Least confidence at which a theme is proposed.",
        examples=["0.50"],
    )
    public_days: int = Field(
        ge=1, le=3660, description="How many days back public lists go.", examples=[365]
    )

    @field_validator("inpatient_period_start")
    @classmethod
    def _monday(cls, value: Day) -> Day:
        if value.isoweekday() != MONDAY:
            raise ValueError("is no Monday")
        return value


class PolicyOut(PolicyValues):
    version: int = Field(description="Also the ETag.", examples=[1])

    @classmethod
    def of(cls, policy: Policy, response: Response) -> Self:
        response.headers["ETag"] = etag(policy.version)
        return cls.model_validate(policy)


@router.get("")
async def get_policy(_: Reader, session: Session, response: Response) -> PolicyOut:
    """Read what the trust has decided about feedback."""
    return PolicyOut.of(await service.current(session), response)


@router.put("", responses=responses(PreconditionFailedError, PreconditionRequiredError))
async def put_policy(
    _: Configurer, session: Session, match: IfMatch, response: Response, new: PolicyValues
) -> PolicyOut:
    """Decide anew, whole; what was done before stays as it is."""
    policy = await service.current(session)
    match.check(policy.version)
    await service.change(session, policy, new.model_dump())
    return PolicyOut.of(policy, response)
