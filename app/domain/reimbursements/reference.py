"""Labels of what is claimed, how it stands, how it is paid, and whose rates it is paid by."""

from typing import Final

from app.core.reference import CodeList
from app.domain.reimbursements.choices.models import Choice
from app.domain.reimbursements.claims.acts import ClaimStatus, Holder
from app.domain.reimbursements.flags.codes import FlagCode
from app.domain.reimbursements.kinds import LineKind, Route, Vehicle
from app.domain.reimbursements.rates.models import Scheme

LINE_KIND: Final = CodeList.of(
    "claim_line_kind",
    "What somebody claims for",
    {
        LineKind.INVOLVEMENT_FEE: "Involvement fee",
        LineKind.PREPARATION: "Preparation and reading time",
        LineKind.CANCELLATION: "Short-notice cancellation by the trust",
        LineKind.MILEAGE: "Mileage",
        LineKind.PUBLIC_TRANSPORT: "Public transport",
        LineKind.TAXI: "Taxi",
        LineKind.PARKING: "Parking",
        LineKind.ACCOMMODATION: "Accommodation",
        LineKind.SUBSISTENCE: "Subsistence",
        LineKind.CARER: "Carer",
        LineKind.CHILDCARE: "Childcare",
        LineKind.REPLACEMENT_CARE: "Replacement care",
        LineKind.INTERPRETER: "Interpreter",
        LineKind.PERSONAL_ASSISTANT: "Personal assistant",
        LineKind.PRINTING: "Printing",
        LineKind.DATA: "Mobile data and internet",
    },
    {
        LineKind.INVOLVEMENT_FEE: "Pay for my time",
        LineKind.PREPARATION: "Pay for getting ready",
        LineKind.CANCELLATION: "It was called off too late",
        LineKind.MILEAGE: "I drove or cycled",
        LineKind.PUBLIC_TRANSPORT: "Bus, train or tram",
        LineKind.TAXI: "Taxi",
        LineKind.PARKING: "Parking",
        LineKind.ACCOMMODATION: "A place to stay",
        LineKind.SUBSISTENCE: "Food while I was away",
        LineKind.CARER: "My carer came with me",
        LineKind.CHILDCARE: "Care for my child",
        LineKind.REPLACEMENT_CARE: "Care for who I look after",
        LineKind.INTERPRETER: "Someone to sign or speak for me",
        LineKind.PERSONAL_ASSISTANT: "My helper",
        LineKind.PRINTING: "Printing",
        LineKind.DATA: "Phone and internet costs",
    },
)
ROUTE: Final = CodeList.of(
    "payment_route",
    "How money is paid",
    {
        Route.PAYROLL: "Payroll",
        Route.ACCOUNTS_PAYABLE: "Accounts payable",
        Route.CHARITY: "To a charity",
        Route.VOUCHER: "Voucher",
    },
    {
        Route.PAYROLL: "Paid like wages",
        Route.ACCOUNTS_PAYABLE: "Paid back to my bank",
        Route.CHARITY: "Given to a charity",
        Route.VOUCHER: "A gift card",
    },
)
VEHICLE: Final = CodeList.of(
    "vehicle",
    "What somebody travelled by",
    {
        Vehicle.CAR: "Car or van",
        Vehicle.MOTORCYCLE: "Motorcycle",
        Vehicle.BICYCLE: "Bicycle",
    },
    {Vehicle.CAR: "Car", Vehicle.MOTORCYCLE: "Motorbike", Vehicle.BICYCLE: "Bike"},
)
SCHEME: Final = CodeList.of(
    "rate_scheme",
    "Whose rates somebody is paid by",
    {
        Scheme.PPV: "NHS England, patient and public voice",
        Scheme.NIHR: "National Institute for Health and Care Research",
        Scheme.HMRC: "HM Revenue and Customs",
        Scheme.AFC: "Agenda for Change",
        Scheme.TRUST: "The trust's own",
    },
    {
        Scheme.PPV: "NHS England",
        Scheme.NIHR: "For research",
        Scheme.HMRC: "The tax office",
        Scheme.AFC: "NHS staff rules",
        Scheme.TRUST: "Our own rates",
    },
)
CHOICE: Final = CodeList.of(
    "payment_choice",
    "What somebody chose about the fee of an activity",
    {
        Choice.ACCEPT: "Accepts it",
        Choice.LESS: "Takes less",
        Choice.DECLINE: "Declines it",
        Choice.TO_CHARITY: "Gives it to a charity",
    },
    {
        Choice.ACCEPT: "Yes, pay me",
        Choice.LESS: "Pay me less",
        Choice.DECLINE: "Do not pay me",
        Choice.TO_CHARITY: "Give my pay to a charity",
    },
)
STATUS: Final = CodeList.of(
    "claim_status",
    "How a claim stands",
    {
        ClaimStatus.DRAFT: "Draft",
        ClaimStatus.SUBMITTED: "Submitted",
        ClaimStatus.CERTIFIED: "Certified: the activity took place",
        ClaimStatus.PART_APPROVED: "Approved once, and waits for a second approval",
        ClaimStatus.APPROVED: "Approved",
        ClaimStatus.IN_RUN: "In a payment run",
        ClaimStatus.SENT: "Sent for payment",
        ClaimStatus.PAID: "Paid",
        ClaimStatus.RETURNED: "The payment came back",
        ClaimStatus.SENT_BACK: "Sent back with questions",
        ClaimStatus.REJECTED: "Rejected",
        ClaimStatus.WITHDRAWN: "Withdrawn",
    },
    {
        ClaimStatus.DRAFT: "Not sent yet",
        ClaimStatus.SUBMITTED: "We have it",
        ClaimStatus.CERTIFIED: "We know you took part",
        ClaimStatus.PART_APPROVED: "One of two people said yes",
        ClaimStatus.APPROVED: "We said yes",
        ClaimStatus.IN_RUN: "We are getting your money ready",
        ClaimStatus.SENT: "Your money is on its way",
        ClaimStatus.PAID: "Paid",
        ClaimStatus.RETURNED: "The money did not reach you",
        ClaimStatus.SENT_BACK: "We have a question",
        ClaimStatus.REJECTED: "We said no",
        ClaimStatus.WITHDRAWN: "You took it back",
    },
)
HOLDER: Final = CodeList.of(
    "claim_holder",
    "Who must do something next about a claim",
    {
        Holder.CLAIMANT: "The claimant",
        Holder.CERTIFIER: "Whoever coordinates the activity",
        Holder.APPROVER: "Whoever holds the budget",
        Holder.FINANCE: "Finance",
        Holder.NOBODY: "Nobody",
    },
    {
        Holder.CLAIMANT: "You",
        Holder.CERTIFIER: "Who runs the activity",
        Holder.APPROVER: "Who looks after the money",
        Holder.FINANCE: "The people who pay",
        Holder.NOBODY: "No one",
    },
)
CHECK: Final = CodeList.of(
    "claim_check",
    "What the checks of a claim look for",
    {
        FlagCode.SAME_RECEIPT: "A receipt of another claim",
        FlagCode.ALIKE_RECEIPT: "A receipt that looks like one of another claim",
        FlagCode.SAME_JOURNEY: "The same journey on the same day",
        FlagCode.SAME_DAY_AND_EVENT: "The same activity on the same day",
        FlagCode.NEAR_AMOUNT: "Nearly the same amount within 14 days",
        FlagCode.SHARED_BANK: "Bank details of another person",
        FlagCode.ACCOUNT_NAME: "An account under another name",
        FlagCode.FIRST_PAYMENT: "The first payment to this person",
        FlagCode.ABOVE_95TH: "More than 95 in 100 claims",
        FlagCode.BUDGET_EXCEEDED: "More than is left of the budget",
        FlagCode.EARLIER_REJECTIONS: "Earlier claims that were rejected",
        FlagCode.PAID_IN_ADVANCE: "Money that was paid in advance",
    },
    {
        FlagCode.SAME_RECEIPT: "This receipt was used before",
        FlagCode.ALIKE_RECEIPT: "This receipt looks like another",
        FlagCode.SAME_JOURNEY: "The same trip twice",
        FlagCode.SAME_DAY_AND_EVENT: "The same activity twice",
        FlagCode.NEAR_AMOUNT: "Nearly the same money twice",
        FlagCode.SHARED_BANK: "Someone else has this bank account",
        FlagCode.ACCOUNT_NAME: "The bank account has another name",
        FlagCode.FIRST_PAYMENT: "We have not paid this person before",
        FlagCode.ABOVE_95TH: "A lot of money",
        FlagCode.BUDGET_EXCEEDED: "There is not enough money left",
        FlagCode.EARLIER_REJECTIONS: "We said no before",
        FlagCode.PAID_IN_ADVANCE: "Some was paid before",
    },
)
LISTS: Final = (LINE_KIND, ROUTE, VEHICLE, SCHEME, CHOICE, STATUS, HOLDER, CHECK)
