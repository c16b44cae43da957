"""Which price holds when, and which of them may be called reduced."""

from __future__ import annotations

from datetime import datetime, timedelta

from hanse.data.catalog import steps
from hanse.data.catalog.records import RecordPrice
from hanse.data.catalog.steps import ALWAYS, EVER, Sale
from tests.conftest import NOW

DAY = timedelta(days=1)


def price(amount: int, start: datetime | None = None, end: datetime | None = None) -> RecordPrice:
    return RecordPrice(price_list="list", min_quantity=1, currency="EUR", amount_minor=amount, valid_from=start, valid_until=end)


def test_of_two_prices_the_one_that_begins_later_holds_and_then_the_usual_again() -> None:
    found = steps.steps([price(1_000), price(800, NOW, NOW + 7 * DAY)])
    assert [(each.start, each.end, each.amount_minor) for each in found] == [
        (ALWAYS, NOW, 1_000),
        (NOW, NOW + 7 * DAY, 800),
        (NOW + 7 * DAY, EVER, 1_000),
    ]
    now, before = steps.at(found, NOW), steps.at(found, NOW - DAY)
    assert now
    assert before
    assert (now.amount_minor, before.amount_minor) == (800, 1_000)


def test_a_sale_is_between_two_higher_prices() -> None:
    found = steps.steps([price(1_000), price(800, NOW - DAY, NOW + DAY)])
    assert steps.sale(found, NOW) == (1_000, Sale(800, NOW - DAY, NOW + DAY))
    assert steps.sale(found, NOW + 2 * DAY) is None


def test_a_price_that_rises_is_no_sale() -> None:
    rising = [price(1_000, None, NOW + DAY), price(1_200, NOW + DAY)]
    falling = [price(1_000, None, NOW - DAY), price(900, NOW - DAY)]
    assert steps.sale(steps.steps(rising), NOW) is None
    assert steps.sale(steps.steps(falling), NOW) is None


def test_a_price_that_was_lower_in_the_last_thirty_days_is_not_called_reduced() -> None:
    """§ 11 PAngV: the price beside a reduced one must be the lowest of the 30 days before."""
    shortly = [price(1_000), price(700, NOW - 20 * DAY, NOW - 10 * DAY), price(800, NOW - DAY, NOW + DAY)]
    long_ago = [price(1_000), price(700, NOW - 60 * DAY, NOW - 50 * DAY), price(800, NOW - DAY, NOW + DAY)]
    assert steps.sale(steps.steps(shortly), NOW) is None
    assert steps.sale(steps.steps(long_ago), NOW) == (1_000, Sale(800, NOW - DAY, NOW + DAY))
