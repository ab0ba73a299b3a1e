from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from app.api.deps import Paging
from app.api.v1.organisation.schemas import NEXT, SAYS, VERSION
from app.core.wire import Day, Instant
from app.domain.reimbursements.payees.charities.models import NUMBER, CharityStatus
from app.domain.reimbursements.payees.details import BankDetails
from app.domain.reimbursements.payees.models import (
    MOST_HOLD,
    AccessPurpose,
    AccountStatus,
    BankAccount,
    ConfirmedHow,
    PayeePolicy,
    Prefers,
)
from app.domain.reimbursements.payees.modulus.models import Modulus
from app.domain.reimbursements.payees.names import NameLevel
from app.domain.reimbursements.payees.queries import Shown

MASK: Final = "*****"
_SPARE: Final = str.maketrans("", "", " -")


def _digits(value: str) -> str:
    return value.translate(_SPARE)


Words = StringConstraints(pattern=SAYS, strip_whitespace=True)
SortCode = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}$"),
    AfterValidator(_digits),
    Field(description="6 digits, in pairs or not.", examples=["08-99-99"]),
]
AccountNumber = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}[ -]?[0-9]{4}$"),
    AfterValidator(_digits),
    Field(description="8 digits; an older, shorter one begins with zeros.", examples=["66374958"]),
]
Holder = Annotated[
    str,
    Words,
    Field(max_length=70, description="As the bank has it.", examples=["A Okafor"]),
]
Number = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9/-]*$", max_length=20),
    Field(description="As payroll or the supplier ledger has it.", examples=["20123456"]),
]
CharityNumber = Annotated[
    str,
    StringConstraints(pattern=NUMBER),
    Field(
        description="As registered in England and Wales, Scotland or Northern Ireland.",
        examples=["1234567"],
    ),
]
CharityName = Annotated[str, Words, Field(max_length=200, examples=["Oxford Mind Friends"])]
Account = Annotated[str, Field(description="The last three digits alone.", examples=[f"{MASK}958"])]
By = Annotated[UUID, Field(description="The user, or the person themselves.")]
Days = Annotated[
    int,
    Field(
        strict=True,
        ge=0,
        le=MOST_HOLD,
        description="Days that new details wait before they are paid to.",
        examples=[3],
    ),
]


class BankDetailsNew(BaseModel):
    """Where somebody is paid; shown by no answer again but for the last three digits."""

    model_config = ConfigDict(extra="forbid")

    sort_code: SortCode
    account_number: AccountNumber
    account_name: Holder

    def details(self) -> BankDetails:
        return BankDetails(self.sort_code, self.account_number, self.account_name)


class OwnBankAccountOut(BaseModel):
    """A bank account, masked."""

    sort_code: str = Field("******", description="Always masked.", examples=["******"])
    account: Account
    status: AccountStatus
    set_on: Day
    confirmed_on: Day | None
    usable_from: Day | None = Field(description="The first day that money goes there.")

    @classmethod
    def of(cls, account: BankAccount | None) -> Self | None:
        if account is None:
            return None
        names = cls.model_fields.keys() - {"sort_code", "account"}
        told = {name: getattr(account, name) for name in names}
        return cls(account=f"{MASK}{account.last_digits}", **told)


class BankAccountOut(OwnBankAccountOut):
    """A bank account, masked, with what was checked of it and by whom."""

    id: UUID
    name_level: NameLevel = Field(
        description="How far the holder's name is from the person's, as it was set."
    )
    modulus: Modulus = Field(description="`not_checked` where no table lists the sort code.")
    set_by: By
    confirmed_by: UUID | None
    confirmed_how: ConfirmedHow | None


class OwnPayeeOut(BaseModel):
    """Where one is paid, masked."""

    bank_account: OwnBankAccountOut | None
    proposed: OwnBankAccountOut | None = Field(description="What waits for the trust's check.")
    payroll_number: Number | None
    supplier_number: Number | None
    version: int = Field(description="Also the ETag; 0 while nothing was told.", examples=[1])

    @classmethod
    def of(cls, shown: Shown) -> Self:
        numbers = shown.numbers
        return cls(
            bank_account=OwnBankAccountOut.of(shown.current),
            proposed=OwnBankAccountOut.of(shown.proposed),
            payroll_number=numbers.payroll_number,
            supplier_number=numbers.supplier_number,
            version=numbers.version,
        )


class NumbersOut(BaseModel):
    """The numbers that somebody is paid by; used once somebody else confirmed them."""

    payroll_number: Number | None
    supplier_number: Number | None
    prefers: Prefers
    set_by: UUID | None
    confirmed_by: UUID | None
    confirmed_on: Day | None


class PayeeOut(BaseModel):
    """Where somebody is paid, masked."""

    person_id: UUID
    bank_account: BankAccountOut | None = Field(description="Confirmed, and used once it may be.")
    proposed: BankAccountOut | None = Field(description="What waits to be confirmed.")
    numbers: NumbersOut
    version: int = Field(description="Also the ETag; 0 while nothing was told.", examples=[1])

    @classmethod
    def of(cls, shown: Shown) -> Self:
        return cls(
            person_id=shown.numbers.person_id,
            bank_account=BankAccountOut.of(shown.current),
            proposed=BankAccountOut.of(shown.proposed),
            numbers=NumbersOut.model_validate(shown.numbers, from_attributes=True),
            version=shown.numbers.version,
        )


class Confirmation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    how: ConfirmedHow = Field(
        description="`called_back`: on a number that was known before the details were told."
    )


class NumbersNew(BaseModel):
    """All numbers from now on; null takes one away."""

    model_config = ConfigDict(extra="forbid")

    payroll_number: Number | None
    supplier_number: Number | None
    prefers: Prefers = Field(
        Prefers.BANK_ACCOUNT, description="By what expenses are paid where both can be used."
    )


class PayeeAccessOut(BaseModel):
    """Who read, set or opened where somebody is paid, and what for."""

    id: UUID
    purpose: AccessPurpose
    accessed_by: By
    accessed_at: Instant


class PayeeAccessList(BaseModel):
    items: list[PayeeAccessOut]
    next: str | None = NEXT


class SharingOut(BaseModel):
    """Who else has an account that somebody has, or is about to have."""

    people: int = Field(examples=[0])
    person_ids: list[UUID] | None = Field(
        description="For who holds `payees:manage` for the whole trust; null for others."
    )


class PayeePolicyOut(BaseModel):
    """What the trust decides about payees."""

    hold_days: Days
    version: int = VERSION

    @classmethod
    def of(cls, policy: PayeePolicy) -> Self:
        return cls.model_validate(policy, from_attributes=True)


class PayeePolicyNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    hold_days: Days


class CharityOut(BaseModel):
    """A charity that people give to, and how it is paid, masked."""

    id: UUID
    name: CharityName
    charity_number: CharityNumber
    supplier_number: Number | None
    account: Account | None
    modulus: Modulus | None = Field(description="Null without a bank account.")
    status: CharityStatus
    set_by: UUID
    confirmed_by: UUID | None
    confirmed_on: Day | None
    confirmed_how: ConfirmedHow | None
    usable_from: Day | None
    version: int = VERSION


class CharityList(BaseModel):
    items: list[CharityOut]
    next: str | None = NEXT


class CharityFilters(Paging):
    status: CharityStatus | None = None


class CharityNew(BaseModel):
    """A charity, with a supplier number, a bank account, or both."""

    model_config = ConfigDict(extra="forbid")

    name: CharityName
    charity_number: CharityNumber
    supplier_number: Number | None
    bank_account: BankDetailsNew | None
