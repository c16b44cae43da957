"""Why a row cannot be used, and what to do about it: complete English sentences, the keys of their translations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

LONGEST_ID = 200
"""Longest id in characters; longer ones are texts in the wrong column."""


class Reason(NamedTuple):
    """What is wrong with a row, and what helps."""

    reason: str
    remedy: str


@dataclass(frozen=True)
class Complaint:
    """A reason and the field it is about."""

    field: str
    reason: Reason


REASONS = {
    "missing": Reason("The cell is empty, but it is needed.", "Fill it in."),
    "too_long": Reason("The id is longer than 200 characters.", "Check whether the columns are in their places."),
    "not_a_number": Reason("This is not a number.", "Write it in digits, such as 12.50 or 12,50."),
    "wrong_decimal": Reason(
        "The number does not fit the decimal sign of its column.", "Write it like the others in the column, or give the decimal sign."
    ),
    "too_big": Reason("The number is too big.", "Check whether the columns are in their places."),
    "zero": Reason("The quantity is zero.", "Give the pieces that were ordered, or a negative number for a return."),
    "fraction": Reason("The quantity is not a whole number of pieces.", "Give whole pieces."),
    "not_pieces": Reason("The unit of the quantity is not a piece unit.", "Give the quantity in pieces."),
    "negative": Reason("The amount is negative.", "Give the price as a positive number; returns have a negative quantity."),
    "not_a_currency": Reason("The currency is not known.", "Give its three letters (ISO 4217), such as EUR."),
    "other_currency": Reason("The currency is another one than that of the order.", "Give all lines of the order in one currency."),
    "two_currencies": Reason("The amount and the currency column name two currencies.", "Correct one of them."),
    "not_a_date": Reason("This is not a date.", "Write it like 2026-03-31 14:05 or 31.03.2026 14:05."),
    "future": Reason("The date is in the future.", "Correct the date."),
    "too_old": Reason("The date is before 1990.", "Correct the date."),
    "impossible_birthday": Reason("The date of birth is before 1900 or in the future.", "Correct the date."),
    "not_an_email": Reason("This is not an e-mail address.", "Correct it, or leave the cell empty."),
    "no_identity": Reason("Neither a customer number nor an e-mail address is given.", "Fill in one of them."),
    "too_many_cells": Reason(
        "The row has more cells than the header.", "Put cells that hold the separator in quotation marks, and leave the surplus out."
    ),
    "open_quote": Reason("A quotation mark opens and never closes.", "Close it, or leave it out."),
    "not_json": Reason("The line is not a JSON object.", "Correct the line."),
}
"""By the code that the SQL of the checks uses."""


def complaint(problem: str) -> Complaint:
    """Return what a problem in the form `field:code` says."""
    field, _, code = problem.partition(":")
    return Complaint(field, REASONS[code])
