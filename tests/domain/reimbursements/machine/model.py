"""What should be, in plain Python: how each claim, payment and budget stands, and who did what.

Every method first gives the error that a command should end in, or None where it should be done.
"""

from dataclasses import dataclass, field
from datetime import date
from itertools import count

from app.core.errors import DomainError
from app.domain.reimbursements.claims import errors as claiming
from app.domain.reimbursements.kinds import LineKind
from app.domain.reimbursements.ledger.errors import BudgetExceededError
from app.domain.reimbursements.payees import errors as payees
from app.domain.reimbursements.payments import errors as paying
from tests.domain.reimbursements.machine.world import (
    AMOUNTS,
    FEE,
    HOLDERS,
    PEOPLE,
    SECOND_ABOVE,
    TIED,
)

Refusal = type[DomainError] | None
UNDER_WAY = {"submitted", "certified", "part_approved", "approved"}
# Written out once more, by hand from the policy's words: what leads from where to where.
GRAPH = {
    ("make", None, "draft"),
    *(("submit", a, "submitted") for a in ("draft", "sent_back")),
    *(("edit", a, "submitted") for a in UNDER_WAY),
    ("certify", "submitted", "certified"),
    ("approve", "certified", "approved"),
    ("approve", "certified", "part_approved"),
    ("approve_again", "part_approved", "approved"),
    *(("send_back", a, "sent_back") for a in UNDER_WAY),
    *(("reject", a, "rejected") for a in UNDER_WAY),
    *(("withdraw", a, "withdrawn") for a in UNDER_WAY | {"draft", "sent_back", "returned"}),
    ("take", "approved", "in_run"),
    ("put_back", "in_run", "approved"),
    ("send", "in_run", "sent"),
    ("pay", "sent", "paid"),
    *(("return", a, "returned") for a in ("in_run", "sent", "paid")),
    *(("retry", "returned", a) for a in ("approved", "in_run")),
}
ENDED = {"rejected", "withdrawn"}
PAYROLL, PAYABLE = "payroll", "accounts_payable"
Lines = tuple[tuple[LineKind, int], ...]


def selves(who: int) -> set[int]:
    """Give all whom somebody is; people have numbers below nothing."""
    return {TIED, -1} if who in (TIED, -1) else {who}


def route_of(kind: LineKind) -> str:
    return PAYROLL if kind is FEE else PAYABLE


@dataclass(eq=False)
class Payment:
    claim: "Claim"
    route: str
    pence: int
    status: str = "taken"
    replaced: bool = False

    @property
    def live(self) -> bool:
        return self.status != "void" and not self.replaced


@dataclass(eq=False)
class Run:
    route: str
    maker: int
    payments: list[Payment]
    status: str = "made"
    told: dict[int, int] = field(default_factory=dict)


@dataclass(eq=False)
class Claim:
    person: int
    activity: int
    day: date
    lines: Lines
    status: str = "draft"
    moves: int = 1
    round: int = 0
    budget: int | None = None
    hands: set[int] = field(default_factory=set)
    payments: list[Payment] = field(default_factory=list)
    number: int = field(default_factory=count().__next__)

    @property
    def me(self) -> int:
        return -1 - self.person

    @property
    def total(self) -> int:
        return sum(pence for _, pence in self.lines)

    @property
    def routes(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for kind, pence in self.lines:
            found[route_of(kind)] = found.get(route_of(kind), 0) + pence
        return found

    @property
    def live(self) -> dict[str, Payment]:
        return {each.route: each for each in self.payments if each.live}

    @property
    def paid(self) -> int:
        return sum(each.pence for each in self.payments if each.status == "paid")

    @property
    def committed(self) -> int:
        kept = {"approved", "in_run", "sent", "paid", "returned"}
        return self.total - self.paid if self.status in kept else 0

    def to(self, status: str) -> None:
        self.status, self.moves = status, self.moves + 1

    def begin(self, by: int) -> None:
        self.round += 1
        self.hands = {by}
        self.to("submitted")

    def follow(self) -> None:
        """Stand as the payments do, as far as one ever stood so."""
        if self.status not in ("approved", "in_run", "sent", "paid", "returned"):
            return
        told = [each.status for each in self.live.values()]
        wanted = "approved"
        if "returned" in told:
            wanted = "returned"
        elif told.count("paid") == len(self.routes):
            wanted = "paid"
        elif told.count("paid") + told.count("sent") == len(self.routes):
            wanted = "sent"
        elif told:
            wanted = "in_run"
        if wanted != self.status:
            self.to(wanted)


@dataclass
class Payee:
    set_by: int | None = None
    confirmed_by: int | None = None
    proposed_by: int | None = None
    hands: set[int] = field(default_factory=set)
    told: int = 0

    def by(self, who: int) -> None:
        """Note that somebody told or confirmed something of them."""
        self.hands.add(who)
        self.told += 1


@dataclass
class Model:
    claims: list[Claim] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    payees: list[Payee] = field(default_factory=lambda: [Payee() for _ in range(PEOPLE)])
    acted_for: set[tuple[int, int]] = field(default_factory=set)

    def committed(self, budget: int) -> int:
        return sum(each.committed for each in self.claims if each.budget == budget)

    def spent(self, budget: int) -> int:
        return sum(each.paid for each in self.claims if each.budget == budget)

    def left(self, budget: int) -> int:
        return AMOUNTS[budget] - self.committed(budget) - self.spent(budget)

    def barred(self, who: int, claim: Claim) -> bool:
        return claim.me in selves(who) or (who, claim.person) in self.acted_for

    def taken(self, claim: Claim | None, place: tuple[int, int, date], lines: Lines) -> bool:
        """Tell whether another claim stands for one of these."""
        kinds = {kind for kind, _ in lines}
        return any(
            (each.person, each.activity, each.day) == place
            and kinds & {kind for kind, _ in each.lines}
            for each in self.claims
            if each is not claim and each.status not in ENDED
        )

    def make(self, place: tuple[int, int, date], lines: Lines) -> Refusal:
        return claiming.ClaimDuplicateError if self.taken(None, place, lines) else None

    def edit(self, claim: Claim, lines: Lines) -> Refusal:
        if claim.status not in UNDER_WAY | {"draft", "sent_back"}:
            return claiming.ClaimStatusError
        place = (claim.person, claim.activity, claim.day)
        return claiming.ClaimDuplicateError if self.taken(claim, place, lines) else None

    def submit(self, claim: Claim) -> Refusal:
        return None if claim.status in ("draft", "sent_back") else claiming.ClaimStatusError

    def certify(self, claim: Claim, by: int) -> Refusal:
        if by != claim.activity and not self.barred(claim.activity, claim):
            return claiming.ClaimCertifierError
        if claim.status != "submitted":
            return claiming.ClaimStatusError
        return self._judge(claim, by) or self._hand(claim, by)

    def approve(self, claim: Claim, budget: int | None, by: int) -> Refusal:
        return self._judge(claim, by) or self._agree(claim, budget, by)

    def _agree(self, claim: Claim, budget: int | None, by: int) -> Refusal:
        budget = claim.budget if budget is None else budget
        if budget is None:
            return claiming.ClaimBudgetError
        if by not in HOLDERS[budget]:
            return claiming.ClaimApproverError
        if claim.status == "part_approved" and budget != claim.budget:
            return claiming.ClaimBudgetError
        if claim.status not in ("certified", "part_approved"):
            return claiming.ClaimStatusError
        refused = self._judge(claim, by) or self._hand(claim, by)
        if refused is None and self.approved(claim) == "approved":
            return BudgetExceededError if claim.total > self.left(budget) else None
        return refused

    @staticmethod
    def approved(claim: Claim) -> str:
        partly = claim.status == "certified" and claim.total > SECOND_ABOVE
        return "part_approved" if partly else "approved"

    def stop(self, claim: Claim, by: int) -> Refusal:
        """Send back, or reject."""
        if claim.status not in UNDER_WAY:
            return claiming.ClaimStatusError
        return self._judge(claim, by)

    def withdraw(self, claim: Claim) -> Refusal:
        if claim.status == "returned" and any(
            each.status != "returned" for each in claim.live.values()
        ):
            return claiming.ClaimPartPaidError
        allowed = UNDER_WAY | {"draft", "sent_back", "returned"}
        return None if claim.status in allowed else claiming.ClaimStatusError

    def set_numbers(self, person: int, by: int) -> Refusal:
        return payees.PayeeOneselfError if -1 - person in selves(by) else None

    def confirm_numbers(self, person: int, by: int) -> Refusal:
        found = self.payees[person]
        if found.set_by is None:
            return payees.PayeeNumbersMissingError
        if found.confirmed_by is not None:
            return payees.PayeeConfirmedError
        return self._second(person, found.set_by, by)

    def confirm_account(self, person: int, by: int) -> Refusal:
        found = self.payees[person]
        if found.proposed_by is None:
            return payees.BankAccountNotProposedError
        return self._second(person, found.proposed_by, by)

    def due(self, route: str) -> list[Claim]:
        return [
            each
            for each in self.claims
            if each.status in ("approved", "in_run")
            and route in each.routes
            and route not in each.live
            and self.payees[each.person].confirmed_by is not None
        ]

    def waiting(self) -> set[int]:
        """Give the people of whom a claim is approved, and of a part not in any run."""
        due = ("approved", "in_run")
        return {c.person for c in self.claims if c.status in due and len(c.live) < len(c.routes)}

    def payable(self) -> set[int]:
        return {at for at, each in enumerate(self.payees) if each.confirmed_by is not None}

    def run(self, route: str) -> Refusal:
        return None if self.due(route) else paying.PaymentRunEmptyError

    def void(self, run: Run) -> Refusal:
        return None if run.status == "made" else paying.PaymentRunStatusError

    def release(self, run: Run, by: int) -> Refusal:
        if run.status != "made":
            return paying.PaymentRunStatusError
        hands = {run.maker}
        for each in run.payments:
            payee = self.payees[each.claim.person]
            hands |= {each.claim.me, *each.claim.hands, *payee.hands}
        if hands & selves(by):
            return paying.PaymentRunReleaserError
        return paying.PaymentRunChangedError if self.changed(run) else None

    def changed(self, run: Run) -> bool:
        """Tell whether anything of its payees was told since it was made."""
        return any(self.payees[person].told != told for person, told in run.told.items())

    def results(self, run: Run) -> Refusal:
        return None if run.status in ("released", "settled") else paying.PaymentRunStatusError

    def retry(self, claim: Claim) -> Refusal:
        return None if claim.status == "returned" else paying.PaymentNotReturnedError

    def _judge(self, claim: Claim, by: int) -> Refusal:
        return claiming.ClaimSelfError if self.barred(by, claim) else None

    def _hand(self, claim: Claim, by: int) -> Refusal:
        return claiming.ClaimHandsError if claim.hands & selves(by) else None

    def _second(self, person: int, setter: int, by: int) -> Refusal:
        if by == setter:
            return payees.PayeeSecondPersonError
        return payees.PayeeOneselfError if -1 - person in selves(by) else None
