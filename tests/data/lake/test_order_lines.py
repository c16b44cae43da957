"""Order events become lines, however their senders write numbers."""

from __future__ import annotations

from typing import Any

import pytest

from hanse.data.lake import order_lines
from hanse.data.lake.order_lines import Line


def taken(name: str = "Order Completed", **properties: Any) -> list[Line]:
    return list(order_lines.lines(name, {"order_id": "A", "currency": "EUR"} | properties, event_id="e1", currency="CHF"))


def test_each_product_is_a_line() -> None:
    products = [{"product_id": "P1", "quantity": 2, "price": 19.99}, {"sku": "S2", "price": "5"}]
    assert taken(products=products) == [Line("A", "P1", 2, 1999, 3998, "EUR"), Line("A", "S2", 1, 500, 500, "EUR")]


def test_what_is_refunded_is_negative() -> None:
    expected = [Line("A", "P1", -2, 1999, -3998, "EUR")]
    assert taken("Order Refunded", products=[{"product_id": "P1", "quantity": 2, "price": 19.99}]) == expected
    assert taken("Order Refunded", products=[{"product_id": "P1", "quantity": -2, "price": 19.99}]) == expected
    assert taken(products=[{"product_id": "P1", "quantity": -2, "price": 19.99}]) == expected


@pytest.mark.parametrize(
    ("name", "properties"), [("Order Refunded", {"total": 5}), ("Order Cancelled", {}), ("Order Cancelled", {"products": [{"product_id": "P1"}]})]
)
def test_an_order_that_came_back_whole_is_said_once(name: str, properties: dict[str, Any]) -> None:
    assert taken(name, **properties) == [Line("A", None, 0, None, None, "EUR")]


def test_an_order_without_products_is_worth_its_amount() -> None:
    assert taken(total="119.00", revenue=100) == [Line("A", None, 1, 10000, 10000, "EUR")]
    assert taken(total=119) == [Line("A", None, 1, 11900, 11900, "EUR")]
    assert taken(total=-119) == [Line("A", None, -1, 11900, -11900, "EUR")]
    assert taken("Order Refunded", total=20, products=[]) == [Line("A", None, -1, 2000, -2000, "EUR")]
    assert taken() == []


@pytest.mark.parametrize(
    ("entry", "numbers"),
    [
        ({"quantity": "3", "price": "1.10"}, (3, 110, 330)),
        ({"quantity": 10, "price": 0.034}, (10, 3, 34)),
        ({"quantity": 2.4, "price": 10}, (2, 1000, 2400)),
        ({"quantity": 0.5, "price": 10}, (1, 1000, 500)),
        ({"quantity": 1}, (1, None, None)),
        ({"quantity": 1, "price": "free"}, (1, None, None)),
        ({"quantity": 1, "price": float("nan")}, (1, None, None)),
        ({"quantity": 1, "price": 1e30}, (1, None, None)),
        ({"quantity": 1, "price": 1500, "currency": "jpy"}, (1, 1500, 1500)),
    ],
)
def test_numbers_are_read_as_they_come(entry: dict[str, Any], numbers: tuple[int, int | None, int | None]) -> None:
    [line] = taken(products=[{"product_id": "P1", **entry}])
    assert line[2:5] == numbers


@pytest.mark.parametrize("entry", [{}, {"product_id": ""}, {"product_id": "P1", "quantity": 0}, {"product_id": "P1", "quantity": "many"}, "P1", None])
def test_what_is_no_line_is_left_out(entry: object) -> None:
    assert taken(products=[entry, {"product_id": "P2", "price": 1}]) == [Line("A", "P2", 1, 100, 100, "EUR")]


def test_missing_names_are_made_up_for() -> None:
    [line] = taken(order_id=None, currency="Euro", products=[{"product_id": 4711, "price": 1}])
    assert (line.order_id, line.product_id, line.currency) == ("e1", "4711", "CHF")
