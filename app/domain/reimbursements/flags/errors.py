from app.domain.reimbursements.claims.errors import FlagsUnansweredError

__all__ = ["FlagsUnansweredError"]
