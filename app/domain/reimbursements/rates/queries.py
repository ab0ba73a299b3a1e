"""Reads of rate cards, and what lines come to by them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Date, Select, Text, bindparam, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core import rows
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

# Who wrote each row last: no two states of the cards have the same, be they rolled back or not.
STAMP: Final = """
SELECT concat_ws(' ', count(*), sum(xmin::text::bigint),
                 (SELECT concat_ws(' ', count(*), sum(xmin::text::bigint)) FROM rate))
  FROM rate_card"""
_KNOWN: Final[dict[str, Sequence[pricing.Card]]] = {}
_WITH_DRAFTS: Final = (RateCardStatus.ACTIVE, RateCardStatus.PROPOSED, RateCardStatus.DRAFT)


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
    door: Statement,
    lines: Sequence[pricing.Line],
    *,
    scheme: Scheme | None,
    miles_before: Mapping[int, Decimal],
    drafts: bool,
    stamp: str | None = None,
) -> list[pricing.Priced]:
    """Price lines in their order by the cards of their days; nothing is stored.

    Without a scheme fees come from the trust's own card, else from PPV; mileage from the trust's,
    else from HMRC's; subsistence from the trust's, else from Agenda for Change; all else from the
    trust's. With `drafts` a card that is not active prices what no active one does, and the line
    is unconfirmed. `miles_before` are those the person claimed in cars already, by the year in
    which the tax year begins. `stamp` is what STAMP gave, where that was read already. Raises
    RateMissingError, LineHoursMissingError.
    """
    cards = await _cards_for(door, stamp, drafts=drafts) if lines else ()
    return pricing.price(lines, cards, scheme=scheme, miles_before=miles_before)


async def _cards_for(door: Statement, stamp: str | None, *, drafts: bool) -> Sequence[pricing.Card]:
    """Give the cards that may price, newest first; they are read anew when any was changed."""
    stamp = stamp or await door.fetchval(STAMP)
    if stamp not in _KNOWN:
        found = await _load(door)
        _KNOWN.clear()
        _KNOWN[stamp] = found
    statuses = _WITH_DRAFTS if drafts else (RateCardStatus.ACTIVE,)
    return [each for each in _KNOWN[stamp] if each.card.status in statuses]


async def _load(door: Statement) -> Sequence[pricing.Card]:
    """Load every card with its rates, as copies that belong to no session."""
    rates: dict[UUID, list[Rate]] = defaultdict(list)
    for each in await door.fetch("SELECT * FROM rate ORDER BY place"):
        rates[each["card_id"]].append(rows.of(Rate, each))
    cards = await door.fetch("SELECT * FROM rate_card ORDER BY id DESC")
    return [pricing.Card(rows.of(C, each), rates[each["id"]]) for each in cards]
