"""Labels of what is claimed, how it is paid, and whose rates it is paid by."""

from typing import Final

from app.core.reference import CodeList
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
LISTS: Final = (LINE_KIND, ROUTE, VEHICLE, SCHEME)
