from app.core.errors import DomainError, InvalidError, NotFoundError


class ContactNotFoundError(NotFoundError):
    slug = "contact-not-found"
    title = "No such contact, or you may not see it"


class ContactTakenError(DomainError):
    slug = "contact-taken"
    title = "This person is this contact of this place at that time already"


class ContactPlaceError(InvalidError):
    slug = "contact-place"
    title = "A contact is a team's, a directorate's or the trust's"


class ContactPeriodError(InvalidError):
    slug = "contact-period"
    title = "A contact ends after the day on which it begins"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ex_contact_once": ContactTakenError,
    "ck_contact_one_place": ContactPlaceError,
    "ck_contact_not_empty": ContactPeriodError,
}
