"""What lines come to by rate cards: which card holds, and what its rates give."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar
from uuid import UUID

from app.domain.reimbursements.kinds import FEES, LineKind, Vehicle
from app.domain.reimbursements.rates import fees, mileage, subsistence, wording
from app.domain.reimbursements.rates.errors import LineHoursMissingError, RateMissingError
from app.domain.reimbursements.rates.models import Rate, RateCard, RateCardStatus, Scheme
from app.domain.reimbursements.rates.rounding import whole_pence
from app.domain.reimbursements.rates.tax_year import tax_year
from app.domain.reimbursements.rates.units import MostPer, RateUnit

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Line:
    """What is to be priced: a kind and a day, and what lines of its kind tell.

    Fees tell hours and a level; mileage miles, the vehicle and passengers; subsistence the hours
    away; all else what was paid in pence, and hours where it was paid for time.
    """

    kind: LineKind
    day: date
    level: int | None = None
    hours: Decimal | None = None
    miles: Decimal | None = None
    vehicle: Vehicle | None = None
    passengers: int = 0
    hours_away: Decimal | None = None
    amount_pence: int | None = None


@dataclass(frozen=True, slots=True)
class Priced:
    """What a line comes to, by which rate of which card, and why in plain words.

    `rate_id` is the first rate that was used. `unconfirmed`: no two people stand for the card.
    `capped`: less is paid back than was paid.
    """

    amount_pence: int
    rate_id: UUID
    card_id: UUID
    unconfirmed: bool
    explanation: str
    capped: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A card with its rates, as they were loaded."""

    card: RateCard
    rates: Sequence[Rate]


@dataclass(slots=True)
class Pricing:
    """One pricing of lines in their order, with what the lines before have used up.

    `miles` holds the miles of each vehicle in each tax year, by the year in which it begins;
    `paid` what was paid back of a kind on a day.
    """

    cards: Sequence[Card]
    scheme: Scheme | None
    miles: dict[tuple[Vehicle, int], Decimal]
    paid: dict[tuple[LineKind, date], int] = field(default_factory=dict)


def price(
    lines: Sequence[Line],
    cards: Sequence[Card],
    *,
    scheme: Scheme | None,
    miles_before: Mapping[int, Decimal],
) -> list[Priced]:
    """Price lines in their order; mileage thresholds and daily limits hold for all together.

    `miles_before` are those a person claimed in cars already, by the year in which the tax year
    begins. Raises RateMissingError, LineHoursMissingError, whose pointers name the line.
    """
    miles = {(Vehicle.CAR, year): before for year, before in miles_before.items()}
    pricing = Pricing(cards, scheme, miles)
    return [_one(pricing, at, line) for at, line in enumerate(lines)]


# Where rates are looked for, one scheme after the other.
_FEE_SCHEMES: Final = (Scheme.TRUST, Scheme.PPV)
_SCHEMES: Final[Mapping[LineKind, tuple[Scheme, ...]]] = {
    **dict.fromkeys(FEES, _FEE_SCHEMES),
    LineKind.MILEAGE: (Scheme.TRUST, Scheme.HMRC),
    LineKind.SUBSISTENCE: (Scheme.TRUST, Scheme.AFC),
}
# What holds comes before what is only proposed, and that before a draft.
_STATUSES: Final = (
    (RateCardStatus.ACTIVE,),
    (RateCardStatus.PROPOSED, RateCardStatus.DRAFT),
)


@dataclass(frozen=True, slots=True)
class _Found:
    """A line at its place, the card that holds for it, and those of its rates that may price it."""

    pricing: Pricing
    at: int
    line: Line
    card: Card
    rates: Sequence[Rate]

    def priced(self, rate: Rate, pence: int, why: str, *, capped: bool = False) -> Priced:
        unconfirmed = self.card.card.status is not RateCardStatus.ACTIVE
        return Priced(pence, rate.id, self.card.card.id, unconfirmed, why, capped)


def _one(pricing: Pricing, at: int, line: Line) -> Priced:
    found = _find(pricing, at, line)
    return _PRICED_BY.get(found.rates[0].unit, _fee)(found)


def _find(pricing: Pricing, at: int, line: Line) -> _Found:
    """Find the card that holds, and those of its rates that may price the line.

    An involvement fee of a scheme that is asked for is never taken from another.
    """
    schemes = _SCHEMES.get(line.kind, (Scheme.TRUST,))
    if pricing.scheme is not None:
        others = () if line.kind is LineKind.INVOLVEMENT_FEE else schemes
        schemes = (pricing.scheme, *others)
    for statuses in _STATUSES:
        for scheme in schemes:
            for card in pricing.cards:
                told = card.card
                fits = told.scheme is scheme and told.status in statuses
                if fits and told.holds_on(line.day) and (rates := _fitting(card.rates, line)):
                    return _Found(pricing, at, line, card, rates)
    raise _missing(at, line)


def _fitting(rates: Sequence[Rate], line: Line) -> list[Rate]:
    """Give a card's rates for such a line; those of its level alone, where there are any."""
    told = [rate for rate in rates if rate.kind is line.kind and not rate.unset]
    if line.kind is LineKind.MILEAGE:
        fitting = [rate for rate in told if rate.vehicle is line.vehicle]
        return sorted(fitting, key=lambda rate: rate.over_miles or 0)
    own = [rate for rate in told if line.level is not None and rate.level == line.level]
    return own or [rate for rate in told if rate.level is None]


def _missing(at: int, line: Line) -> RateMissingError:
    detail = f"No card has a rate for {line.kind} on {line.day}"
    errors = [{"pointer": f"#/lines/{at}", "detail": detail, "code": "rate_missing"}]
    return RateMissingError(detail, errors=errors, kind=str(line.kind), day=str(line.day))


def _given(value: T | None) -> T:
    """Take what every line of a kind tells; the edge lets no other line in."""
    if value is None:
        raise ValueError("a line lacks what lines of its kind tell")
    return value


def _fee(found: _Found) -> Priced:
    hours = _given(found.line.hours)
    tier = fees.tier(hours, [rate.up_to_hours for rate in found.rates])
    if tier is None:
        raise _missing(found.at, found.line)
    rate = found.rates[tier]
    pence = _given(rate.pence)
    if rate.unit is RateUnit.HOUR:
        exact, how = fees.by_hour(hours, pence), f"at {wording.rate(pence)} an hour"
    elif rate.unit is RateUnit.BLOCK:
        length = _given(rate.block_hours)
        blocks = fees.blocks(hours, length)
        exact = blocks * pence
        counted = wording.counted(blocks, "block", "blocks")
        how = f"{counted} of {wording.hours(length)} at {wording.rate(pence)}"
    else:
        exact, how = pence, "a half day" if rate.unit is RateUnit.HALF_DAY else "a day"
    amount = whole_pence(exact)
    level = "" if rate.level is None else f" at level {rate.level}"
    said = f"{wording.hours(hours)}{level}: {how}, {wording.pounds(amount)}."
    return found.priced(rate, amount, _labelled(rate, said))


def _share(found: _Found) -> Priced:
    """Give a share of what the involvement would have been paid."""
    rate = found.rates[0]
    percent = _given(rate.percent)
    whole = _one(found.pricing, found.at, replace(found.line, kind=LineKind.INVOLVEMENT_FEE))
    amount = whole_pence(fees.share(Decimal(whole.amount_pence), percent))
    fee = wording.pounds(whole.amount_pence)
    said = f"{wording.number(percent)}% of the fee of {fee}: {wording.pounds(amount)}."
    priced = found.priced(rate, amount, _labelled(rate, said))
    return replace(priced, unconfirmed=priced.unconfirmed or whole.unconfirmed)


def _mileage(found: _Found) -> Priced:
    line, used = found.line, found.pricing.miles
    miles, year = _given(line.miles), (_given(line.vehicle), tax_year(line.day))
    before = used.get(year, Decimal(0))
    used[year] = before + miles
    bands = [mileage.Band(_given(rate.over_miles), _given(rate.pence)) for rate in found.rates]
    parts = mileage.split(before, miles, bands)
    exact = mileage.exact_pence(parts)
    ways = [f"{wording.number(part.miles)} at {wording.rate(part.pence)}" for part in parts]
    said = f"{wording.counted(miles, 'mile', 'miles')} by {line.vehicle}: {wording.listed(ways)}"
    extra = _passenger_rate(found.card) if line.passengers else None
    if extra is not None:
        exact += mileage.passenger_pence(miles, line.passengers, extra)
        carried = wording.counted(line.passengers, "passenger", "passengers")
        said += f"; {carried} at {wording.rate(extra)} a mile"
    amount = whole_pence(exact)
    first = max(at for at, band in enumerate(bands) if at == 0 or band.over_miles <= before)
    return found.priced(found.rates[first], amount, f"{said}; {wording.pounds(amount)}.")


def _passenger_rate(card: Card) -> Decimal | None:
    """Give what a card pays for each passenger and mile, if it does."""
    rates = (rate.pence for rate in card.rates if rate.unit is RateUnit.PASSENGER_MILE)
    return next(rates, None)


def _away(found: _Found) -> Priced:
    hours = _given(found.line.hours_away)
    ordered = sorted(found.rates, key=lambda rate: rate.over_hours or 0)
    due = [ordered[at] for at in subsistence.passed(hours, [_given(r.over_hours) for r in ordered])]
    amount = whole_pence(sum((_given(rate.pence) for rate in due), Decimal(0)))
    ways = [
        f"{rate.label or 'an allowance'} over {wording.hours(_given(rate.over_hours))}"
        f" {wording.rate(_given(rate.pence))}"
        for rate in due
    ]
    said = f"{wording.hours(hours)} away: {wording.listed(ways or ['too short for an allowance'])}"
    return found.priced((due or ordered)[0], amount, f"{said}; {wording.pounds(amount)}.")


def _actual(found: _Found) -> Priced:
    rate, line = found.rates[0], found.line
    paid, day = _given(line.amount_pence), (line.kind, line.day)
    before = found.pricing.paid.get(day, 0)
    amount, said = paid, f"What was paid, {wording.pounds(paid)}."
    if rate.most_pence is not None:
        most, per = rate.most_pence, "a day"
        if rate.most_per is MostPer.HOUR:
            if line.hours is None:
                raise LineHoursMissingError.at(
                    f"#/lines/{found.at}/hours", "Tell the hours", "missing"
                )
            most, per = whole_pence(most * line.hours), f"for {wording.hours(line.hours)}"
        else:
            most = max(most - before, 0)
        if paid > most:
            limit = "is left of the most" if per == "a day" and before else "is the most"
            said = f"Of {wording.pounds(paid)} paid, {wording.pounds(most)} {limit} {per}."
        amount = min(paid, most)
    found.pricing.paid[day] = before + amount
    return found.priced(rate, amount, _labelled(rate, said), capped=amount < paid)


def _labelled(rate: Rate, said: str) -> str:
    return said if rate.label is None else f"{rate.label}. {said}"


_PRICED_BY: Final[Mapping[RateUnit, Callable[[_Found], Priced]]] = {
    RateUnit.FEE_SHARE: _share,
    RateUnit.MILE: _mileage,
    RateUnit.TIME_AWAY: _away,
    RateUnit.ACTUAL: _actual,
}
