"""The tree of planned refusals.

DomainError                 409 unless said otherwise
├── NotFoundError           404, also what the caller may not see
├── ForbiddenError          403
├── InvalidError            422, with `errors`
├── PreconditionFailedError 412
└── ... one class per refusal, beside the rule that raises it
"""

from typing import ClassVar


class DomainError(Exception):
    """A refusal we planned for. `slug` is public API: never rename one."""

    status: ClassVar[int] = 409
    slug: ClassVar[str] = "conflict"
    title: ClassVar[str] = "The request conflicts with the current state"

    def __init__(self, detail: str = "", **extra: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra


class ConflictError(DomainError):
    pass


class NotFoundError(DomainError):
    status = 404
    slug = "not-found"
    title = "No such resource, or you may not see it"


class ForbiddenError(DomainError):
    status = 403
    slug = "forbidden"
    title = "Your key does not allow this"


class PreconditionFailedError(DomainError):
    status = 412
    slug = "precondition-failed"
    title = "The resource changed since you read it"


class InvalidError(DomainError):
    """A request whose parts do not fit; `errors` are {pointer, detail, code}."""

    status = 422
    slug = "invalid-request"
    title = "The request is not valid"

    @classmethod
    def at(cls, pointer: str, detail: str, code: str) -> "InvalidError":
        return cls(errors=[{"pointer": pointer, "detail": detail, "code": code}])


class GoneError(DomainError):
    status = 410
    slug = "feed-expired"
    title = "This cursor can no longer be read on; start again from a fresh snapshot"
