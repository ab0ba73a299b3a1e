"""Who may do what about money: no role of those shipped holds two sides of one payment."""

from migrations import roles

revision: str = "0036"
down_revision: str | None = "0035"
branch_labels = None
depends_on = None

CLAIMS = "claims:read"
# Who makes users gives only what they hold.
ALL = (
    "budgets:manage",
    "budgets:read",
    "claims:approve",
    "claims:certify",
    CLAIMS,
    "claims:write",
    "ledger:read",
    "payees:manage",
    "payees:read",
    "payments:create",
    "payments:read",
    "payments:release",
    "rates:manage",
    "rates:read",
    "reimbursements:configure",
)
GAINED = {
    "administrator": ALL,
    "budget_holder": ("budgets:read", "claims:approve", CLAIMS, "ledger:read", "rates:read"),
    "certifier": ("claims:certify", CLAIMS, "rates:read"),
    "involvement_lead": ("claims:certify", CLAIMS, "claims:write", "rates:read"),
    "releaser": ("ledger:read", "payments:read", "payments:release"),
}
FINANCE = (
    "finance_officer",
    "Finance officer",
    (
        "budgets:manage",
        "budgets:read",
        CLAIMS,
        "ledger:read",
        "payees:manage",
        "payees:read",
        "payments:create",
        "payments:read",
        "rates:manage",
        "rates:read",
        "reimbursements:configure",
    ),
)


def upgrade() -> None:
    roles.gain(GAINED)
    roles.add(*FINANCE)


def downgrade() -> None:
    roles.lose(ALL)
