from app.core.errors import DomainError, InvalidError


class ModulusTableError(InvalidError):
    slug = "modulus-table"
    title = "This is no table of modulus checking as Vocalink publishes it"


class ModulusReleaseError(DomainError):
    slug = "modulus-release"
    title = "Tables that are valid from this day are loaded already"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "uq_modulus_release_valid_from": ModulusReleaseError,
}
