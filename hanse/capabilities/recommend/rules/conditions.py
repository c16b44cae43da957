"""Conditions on products, made into functions: of a product and a moment, without a database."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from hanse.capabilities.recommend.rules.schemas import Condition, Filter
from hanse.data.catalog import facts
from hanse.data.catalog.summaries import Summary

Matches = Callable[[Summary, datetime], bool]
Check = Callable[[Summary, datetime], bool | None]
"""Whether something holds of a product; null where the catalog does not know."""

STOCK, MARGIN, PRICE = "stock", "margin", "price"
"""The facts that a catalog may lack."""


def matcher(condition: Condition) -> Matches:
    """Return what says whether a product meets a condition; what is not known of it is not met."""
    checks = tuple(_checks(condition))
    return lambda summary, now: all(check(summary, now) for check in checks)


def filter_checks(wanted: Filter) -> list[tuple[str, Check]]:
    """Return what a filter asks of each product whoever asks, each with the fact it needs; empty where it can never be kept to."""
    found: list[tuple[str, Check]] = []
    if wanted.in_stock:
        found.append((STOCK, _in_stock))
    if wanted.margin_score is not None:
        found.append((MARGIN, _margin(wanted.margin_score)))
    if (wanted.from_minor is not None or wanted.to_minor is not None) and not is_reversed(wanted.from_minor, wanted.to_minor):
        found.append((PRICE, _priced(wanted.from_minor or 0, wanted.to_minor, wanted.currency)))
    if wanted.categories:
        found.append(("category", _within(wanted.categories)))
    if wanted.without_categories:
        found.append(("category", _not(_within(wanted.without_categories))))
    if wanted.brands:
        found.append(("brand", _branded(wanted.brands)))
    if wanted.without_brands:
        found.append(("brand", _not(_branded(wanted.without_brands))))
    return found


def is_reversed(low: float | None, high: float | None) -> bool:
    """Return whether nothing can lie between two bounds, as the lower is above the upper."""
    return low is not None and high is not None and low > high


def category_keys(paths: Iterable[str]) -> frozenset[str]:
    """Return the keys of categories as they are written."""
    return frozenset(keys[0] for path in paths if (keys := facts.category_keys(path)))


def _checks(condition: Condition) -> Iterable[Check]:
    if condition.product_ids:
        yield _one_of(frozenset(condition.product_ids))
    if condition.categories:
        yield _within(condition.categories)
    if condition.brands:
        yield _branded(condition.brands)
    if condition.attribute is not None:
        yield _says(condition.attribute, condition.values)
    if condition.new_days is not None:
        yield _newer(timedelta(days=condition.new_days))
    if condition.margin_score is not None:
        yield _margin(condition.margin_score)
    if condition.in_stock:
        yield _in_stock


def _one_of(product_ids: frozenset[str]) -> Check:
    return lambda summary, _: summary.product_id in product_ids or summary.parent_id in product_ids


def _within(paths: Iterable[str]) -> Check:
    wanted = category_keys(paths)
    return lambda summary, _: not wanted.isdisjoint(summary.categories)


def _branded(names: Iterable[str]) -> Check:
    wanted = frozenset(map(facts.key, names))
    return lambda summary, _: summary.brand is not None and facts.key(summary.brand) in wanted


def _says(attribute: str, values: Iterable[str]) -> Check:
    wanted = frozenset(said for each in values for said in facts.values(each))
    if not wanted:
        return lambda summary, _: attribute in summary.attributes
    return lambda summary, _: not wanted.isdisjoint(summary.attributes.get(attribute, ()))


def _newer(age: timedelta) -> Check:
    return lambda summary, now: None if summary.created_at is None else summary.created_at >= now - age


def _margin(least: float) -> Check:
    return lambda summary, _: None if summary.margin_score is None else summary.margin_score >= least


def _in_stock(summary: Summary, now: datetime) -> bool | None:
    del now
    return None if summary.stock is None else summary.stock > 0


def _priced(low: int, high: int | None, currency: str) -> Check:
    def check(summary: Summary, now: datetime) -> bool | None:
        del now
        if summary.amount_minor is None or summary.currency != currency:
            return None
        return summary.amount_minor >= low and (high is None or summary.amount_minor <= high)

    return check


def _not(check: Check) -> Check:
    return lambda summary, now: not check(summary, now)
