from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.api.v1.organisation.schemas import VERSION
from app.api.v1.reimbursements.caps_schemas import CapWarning
from app.api.v1.reimbursements.figures_schemas import BenefitFigureOut
from app.api.v1.reimbursements.policy import Advice
from app.core.wire import Instant
from app.domain.reimbursements.choices.models import Choice, PaymentChoice

MADE_AT = Field(description="When the person said so.", examples=["2026-11-20T10:00:00Z"])


class PaymentChoiceNew(BaseModel):
    """What somebody chooses about the fee of an activity; nothing is assumed."""

    model_config = ConfigDict(extra="forbid")

    choice: Choice = Field(
        description="`accept` the fee, `decline` it, take `less`, or give it `to_charity`.",
        examples=["accept"],
    )
    most_pence: int | None = Field(
        None,
        ge=1,
        le=10_000_000,
        description="The most that is taken, where it is `less`.",
        examples=[None],
    )
    charity_id: UUID | None = Field(
        None, description="Which charity, where it is `to_charity`.", examples=[None]
    )


class PaymentChoiceTold(PaymentChoiceNew):
    made_at: Instant | None = Field(
        None,
        description="When the person said so, where that was before now.",
        examples=[None],
    )


class PaymentChoiceOut(BaseModel):
    """What was chosen, and by when it stood."""

    id: UUID
    person_id: UUID
    participation_id: UUID
    choice: Choice
    most_pence: int | None = Field(examples=[None])
    charity_id: UUID | None
    made_at: Instant = MADE_AT
    on_behalf: bool = Field(description="Somebody else noted it for the person.", examples=[False])
    version: int = VERSION

    @classmethod
    def of(cls, choice: PaymentChoice) -> Self:
        return cls.model_validate(choice, from_attributes=True)


Figures = Annotated[
    list[BenefitFigureOut],
    Field(
        default_factory=list,
        description="What somebody on a benefit may earn, as published; shown to everybody.",
    ),
]


class PaymentChoiceMade(PaymentChoiceOut):
    """What was chosen, what it comes to against one's own cap, and where one is advised."""

    advice: list[Advice] = Field(
        description="Independent advice on benefits; a fee can count, money back does not.",
        default=[],
    )
    figures: Figures
    warnings: list[CapWarning] = Field(
        description="Where fees come near the person's own cap or above it; nothing is blocked.",
        default=[],
    )

    @classmethod
    def advised(
        cls,
        choice: PaymentChoice,
        advice: list[Advice],
        figures: list[BenefitFigureOut],
        warnings: list[CapWarning],
    ) -> Self:
        told = PaymentChoiceOut.of(choice).model_dump()
        return cls(**told, advice=advice, figures=figures, warnings=warnings)


class PaymentChoiceList(BaseModel):
    items: list[PaymentChoiceOut] = Field(description="Newest first.")
    advice: list[Advice]
    figures: Figures
