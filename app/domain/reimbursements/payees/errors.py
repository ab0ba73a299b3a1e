from app.core.errors import DomainError, ForbiddenError, InvalidError, NotFoundError


class BankAccountInvalidError(InvalidError):
    slug = "bank-account-invalid"
    title = "No account of this sort code has this number"


class BankAccountNotProposedError(NotFoundError):
    slug = "bank-account-not-proposed"
    title = "No bank details wait to be confirmed"


class PayeeNumbersMissingError(NotFoundError):
    slug = "payee-numbers-missing"
    title = "No payroll or supplier number is held"


class PayeeSecondPersonError(ForbiddenError):
    slug = "payee-second-person"
    title = "Somebody else confirms where money goes, never who set it"


class PayeeOneselfError(ForbiddenError):
    slug = "payee-oneself"
    title = "Nobody sets or confirms as staff where they are paid themselves"


class PayeeConfirmedError(DomainError):
    slug = "payee-confirmed"
    title = "This was confirmed already"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ck_bank_account_confirmed_by_another": PayeeSecondPersonError,
    "ck_bank_account_not_the_payee": PayeeOneselfError,
    "ck_payee_confirmed_by_another": PayeeSecondPersonError,
    "ck_payee_not_the_payee": PayeeOneselfError,
    "ck_charity_confirmed_by_another": PayeeSecondPersonError,
}
