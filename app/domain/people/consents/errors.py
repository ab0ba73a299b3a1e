from app.core.errors import DomainError, InvalidError, NotFoundError


class ConsentTextNotFoundError(NotFoundError):
    slug = "consent-text-not-found"
    title = "No such consent text"


class ConsentNotFoundError(NotFoundError):
    slug = "consent-not-found"
    title = "The person never gave this consent"


class ConsentActiveError(DomainError):
    slug = "consent-active"
    title = "The person's consent for this purpose is active at that time already"


class ConsentWithdrawnError(DomainError):
    slug = "consent-withdrawn"
    title = "The consent was withdrawn already"


class ConsentUsedError(DomainError):
    slug = "consent-used"
    title = "The consent was used after that time"


class ConsentMissingError(DomainError):
    slug = "consent-missing"
    title = "The person does not consent to this now"


class ConsentTextSupersededError(InvalidError):
    slug = "consent-text-superseded"
    title = "A newer text was there when the consent was given"


class ParentConsentError(InvalidError):
    slug = "parent-consent"
    title = "A parent consents for who is under 16, and for nobody who is grown up"


class ConsentGiverError(InvalidError):
    slug = "consent-giver"
    title = "A parent or supporter who consents for somebody is named"


class ConsentTimeError(InvalidError):
    slug = "consent-time"
    title = "A consent is not given in the future, nor before its person is born"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ex_person_consent_once": ConsentActiveError,
    "ck_person_consent_giver": ConsentGiverError,
    "ck_person_consent_given": ConsentTimeError,
    "person_consent_parent": ParentConsentError,
    "person_consent_text": ConsentTextSupersededError,
    "person_consent_used": ConsentUsedError,
    "person_consent_fixed": ConsentWithdrawnError,
    "person_use_consent": ConsentMissingError,
}
