from app.core.errors import DomainError, NotFoundError


class BindingNotFoundError(NotFoundError):
    slug = "binding-not-found"
    title = "No login is bound to this person"


class SignInCodeRefusedError(DomainError):
    slug = "sign-in-code-refused"
    title = "This code opens nothing: it is wrong, used or too old"


class SignInCodeUnsendableError(DomainError):
    slug = "sign-in-code-unsendable"
    title = "There is nothing to send the code by"


class BoundAlreadyError(DomainError):
    slug = "bound-already"
    title = "The person or the login is bound to another one already"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "uq_person_binding_person_id_issuer": BoundAlreadyError,
    "uq_person_binding_issuer_subject": BoundAlreadyError,
    "ck_sign_in_code_once": SignInCodeRefusedError,
    "ck_sign_in_code_in_time": SignInCodeRefusedError,
}
