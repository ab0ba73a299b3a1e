from typing import Annotated, Any, Self

from fastapi import Response, Security
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from app.api.deps import IfMatch, Session, authenticate, etag
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.organisation.schemas import SAYS
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.domain.reimbursements.kinds import LineKind
from app.domain.reimbursements.policy import service
from app.domain.reimbursements.policy.models import ReimbursementPolicy

router = router_at("/reimbursements/policy", "reimbursements")

Reader = Annotated[Actor, Security(authenticate, scopes=["claims:read"])]
Configurer = Annotated[Actor, Security(authenticate, scopes=["reimbursements:configure"])]
Words = StringConstraints(pattern=SAYS, strip_whitespace=True)
Months = Annotated[int, Field(ge=1, le=120)]
Days = Annotated[int, Field(ge=1, le=366)]


class Advice(BaseModel):
    """Where people find independent advice on benefits."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    name: Annotated[str, Words, Field(max_length=200, examples=["Citizens Advice"])]
    link: str | None = Field(
        pattern=r"^https://\S+$", max_length=500, examples=["https://www.citizensadvice.org.uk/"]
    )
    phone: Annotated[str, Words, Field(max_length=40)] | None = Field(examples=["0800 144 8848"])


class ReimbursementPolicyValues(BaseModel):
    """What the trust decides about reimbursements; every value has a number in no law."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    deadline_months: dict[LineKind, Months] = Field(
        description="For each kind of line, how many months after its day it can be claimed.",
        examples=[dict.fromkeys(LineKind, 3)],
    )
    second_approval_above_pence: int = Field(
        ge=0,
        le=10_000_000,
        description="A claim above it is approved by two people.",
        examples=[50000],
    )
    claim_within_days: Days = Field(
        description="Target: days from an activity to its claim.", examples=[30]
    )
    approve_within_days: Days = Field(
        description="Target: days from a claim to its approval.", examples=[14]
    )
    pay_within_days: Days = Field(
        description="Target: days from a claim to its payment.", examples=[42]
    )
    payroll_pay_day: int = Field(
        ge=1, le=31, description="Day of the month on which the payroll pays.", examples=[28]
    )
    payroll_closes_days: int = Field(
        ge=2,
        le=20,
        description="Working days before it by which the payroll takes what it is to pay.",
        examples=[10],
    )
    vouchers_allowed: bool = Field(
        strict=True,
        description="Fees can be given as vouchers to people without a bank account.",
        examples=[False],
    )
    advance_most_pence: int = Field(
        ge=0,
        le=10_000_000,
        description="The most that is paid in advance to somebody who cannot pay first.",
        examples=[20000],
    )
    advice: list[Advice] = Field(min_length=1, max_length=20)

    @field_validator("deadline_months")
    @classmethod
    def _each_kind(cls, told: dict[LineKind, int]) -> dict[LineKind, int]:
        if missing := set(LineKind) - told.keys():
            raise ValueError(f"lacks {', '.join(sorted(missing))}")
        return told


class ReimbursementPolicyOut(ReimbursementPolicyValues):
    version: int = Field(description="Also the ETag.", examples=[1])

    @classmethod
    def of(cls, policy: ReimbursementPolicy, response: Response) -> Self:
        response.headers["ETag"] = etag(policy.version)
        return cls.model_validate(policy)


@router.get("")
async def get_reimbursement_policy(
    _: Reader, session: Session, response: Response
) -> ReimbursementPolicyOut:
    """Read what the trust has decided about reimbursements."""
    return ReimbursementPolicyOut.of(await service.current(session), response)


@router.put("", responses=responses(PreconditionFailedError, PreconditionRequiredError))
async def put_reimbursement_policy(
    _: Configurer,
    session: Session,
    match: IfMatch,
    response: Response,
    new: ReimbursementPolicyValues,
) -> ReimbursementPolicyOut:
    """Decide anew, whole; what was decided on before stays as it is."""
    policy = await service.current(session)
    match.check(policy.version)
    told: dict[str, Any] = new.model_dump(mode="json")
    await service.change(session, policy, told)
    return ReimbursementPolicyOut.of(policy, response)
