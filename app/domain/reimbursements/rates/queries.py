"""Reads of rate cards, and what lines come to by them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Date, Select, Text, bindparam, case, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.reimbursements.rates import pricing
from app.domain.reimbursements.rates.errors import RateCardNotFoundError
from app.domain.reimbursements.rates.models import Rate, RateCard, RateCardStatus, Scheme

C = RateCard


def _value(name: str, type_: Any = None) -> Any:
    return bindparam(name, type_=type_ or Text())


_DAY: Final = _value("day", Date())
_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "scheme": C.scheme == _value("scheme"),
    "status": C.status == _value("status"),
    "day": (C.valid_from <= _DAY) & or_(C.valid_to.is_(None), C.valid_to > _DAY),
}
# Numbers below the penny leave as text, so that no reader makes floats of them.
_RATES: Final = """
(SELECT coalesce(json_agg(json_build_object(
        'id', r.id, 'kind', r.kind, 'unit', r.unit, 'label', r.label, 'level', r.level,
        'vehicle', r.vehicle, 'pence', trim_scale(r.pence)::text,
        'percent', trim_scale(r.percent)::text, 'up_to_hours', trim_scale(r.up_to_hours)::text,
        'block_hours', trim_scale(r.block_hours)::text,
        'over_hours', trim_scale(r.over_hours)::text,
        'over_miles', trim_scale(r.over_miles)::text, 'most_pence', r.most_pence,
        'most_per', r.most_per) ORDER BY r.place), '[]')
   FROM rate r WHERE r.card_id = rate_card.id)"""


def _cards(using: frozenset[str]) -> Select[Any]:
    return select(C).where(*(_FILTERS[name] for name in sorted(using)))


CARDS: Final = JsonRows(
    {**{c.key: c for c in C.__table__.columns}, "rates": literal_column(_RATES)},
    _cards,
    RateCardNotFoundError,
    C.__table__.c.version,
)


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any]
) -> bytes:
    """Give a page of rate cards as JSON."""
    return await CARDS.page(door, fields, page, filters)


async def show(door: Statement, fields: tuple[str, ...], id_: UUID) -> tuple[bytes, int]:
    """Give one rate card with its rates as JSON, and its version."""
    return await CARDS.one(door, fields, id_, {})


async def get(session: AsyncSession, id_: UUID, *, lock: bool = False) -> RateCard:
    """Load a rate card; raises RateCardNotFoundError."""
    found = select(C).where(C.id == id_).execution_options(populate_existing=True)
    card = await session.scalar(found.with_for_update() if lock else found)
    if card is None:
        raise RateCardNotFoundError
    return card


async def rates_of(session: AsyncSession, card: RateCard) -> Sequence[Rate]:
    """Give a card's rates in the order in which they were told."""
    return (
        await session.scalars(select(Rate).where(Rate.card_id == card.id).order_by(Rate.place))
    ).all()


async def active_within(session: AsyncSession, card: RateCard) -> Sequence[RateCard]:
    """Lock and give the active cards of a card's scheme that hold some of its days."""
    days = func.daterange(C.valid_from, C.valid_to)
    found = select(C).where(
        C.scheme == card.scheme,
        C.status == RateCardStatus.ACTIVE,
        days.op("&&")(func.daterange(card.valid_from, card.valid_to)),
    )
    return (await session.scalars(found.order_by(C.valid_from).with_for_update())).all()


async def price(
    session: AsyncSession,
    lines: Sequence[pricing.Line],
    *,
    scheme: Scheme | None,
    miles_before: Mapping[int, Decimal],
    drafts: bool,
) -> list[pricing.Priced]:
    """Price lines in their order by the cards of their days; nothing is stored.

    Without a scheme fees come from the trust's own card, else from PPV; mileage from the trust's,
    else from HMRC's; subsistence from the trust's, else from Agenda for Change; all else from the
    trust's. With `drafts` a card that is not active prices what no active one does, and the line
    is unconfirmed. `miles_before` are those the person claimed in cars already, by the year in
    which the tax year begins. Raises RateMissingError, LineHoursMissingError.
    """
    if not lines:
        return []
    statuses = [RateCardStatus.ACTIVE]
    if drafts:
        statuses += [RateCardStatus.PROPOSED, RateCardStatus.DRAFT]
    cards = await _holding(session, lines, statuses)
    return pricing.price(lines, cards, scheme=scheme, miles_before=miles_before)


async def _holding(
    session: AsyncSession, lines: Sequence[pricing.Line], statuses: Sequence[RateCardStatus]
) -> list[pricing.Card]:
    """Load the cards of the lines' days: what is active first, then the newest."""
    days = [line.day for line in lines]
    order = case({status: at for at, status in enumerate(statuses)}, value=C.status)
    found = await session.scalars(
        select(C)
        .where(
            C.status.in_(statuses),
            C.valid_from <= max(days),
            or_(C.valid_to.is_(None), C.valid_to > min(days)),
        )
        .order_by(order, C.id.desc())
    )
    cards = found.all()
    rates: dict[UUID, list[Rate]] = defaultdict(list)
    told = select(Rate).where(Rate.card_id.in_([card.id for card in cards])).order_by(Rate.place)
    for rate in await session.scalars(told):
        rates[rate.card_id].append(rate)
    return [pricing.Card(card, rates[card.id]) for card in cards]
