"""What checks find in an answer: of which kind, where it stands, and what the model is told about it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What is wrong with a piece of an answer."""

    NUMBER = "number"
    UNIT = "unit"
    """A right number in a wrong unit."""
    PRICE = "price"
    CURRENCY = "currency"
    """A right amount in a wrong currency."""
    OLD_PRICE = "old_price"
    """A price said to be a former one that is not, or the other way round."""
    PERCENTAGE = "percentage"
    CODE = "code"
    """Letters and digits, as in the names of types: IP65, M8."""
    PRODUCT = "product"
    LINK = "link"
    EMAIL = "email"
    PHONE = "phone"
    DATE = "date"
    """A date or a time of day."""
    CLAIM = "claim"
    """A claim that the shop has banned."""
    LENGTH = "length"
    ADDRESS = "address"
    """The wrong form of address: Sie or du."""
    SHOUTING = "shouting"
    EMOJI = "emoji"
    LANGUAGE = "language"
    UNCHECKED = "unchecked"
    """The checks themselves failed; an answer that nobody looked at is not given."""


UNQUOTED = frozenset({Kind.EMAIL, Kind.PHONE, Kind.LINK, Kind.PRODUCT})
"""What may be somebody's own, or hold it: never put on record, not even masked."""
LONGEST_QUOTE = 80


class Fault(NamedTuple):
    """Something in an answer that may not stand there."""

    kind: Kind
    start: int
    end: int
    """Places in the text that was checked; both 0 where all of it is meant."""
    quote: str = ""
    """What stands there, with true values: for the model, through the door, and for nobody else."""
    why: str = ""
    """What more there is to say: the reason for which a claim is banned, or the limit of a length."""
    law: str = ""
    """The article of law behind it."""


_TOLD = {
    Kind.NUMBER: "the number “{quote}” is not among the facts",
    Kind.UNIT: "“{quote}” has another unit than the facts",
    Kind.PRICE: "the price “{quote}” is not among the facts",
    Kind.CURRENCY: "the price “{quote}” is in another currency than in the facts",
    Kind.OLD_PRICE: "the price “{quote}” is given as a former price and is none, or as today's price and is a former one",
    Kind.PERCENTAGE: "the percentage “{quote}” is not among the facts",
    Kind.CODE: "“{quote}” is not among the facts",
    Kind.PRODUCT: "the product “{quote}” is not among those that may be named",
    Kind.LINK: "the link “{quote}” is not among the facts; give links sign by sign as they were given, or none",
    Kind.EMAIL: "the e-mail address “{quote}” is not among the facts",
    Kind.PHONE: "the phone number “{quote}” is not among the facts",
    Kind.DATE: "the date or time “{quote}” is not among the facts",
    Kind.CLAIM: "“{quote}” may not be said: {why}",
    Kind.LENGTH: "{why}",
    Kind.ADDRESS: "“{quote}” is the wrong form of address; {why}",
    Kind.SHOUTING: "“{quote}” is shouted; write it calmly",
    Kind.EMOJI: "“{quote}” is an emoji; use none",
    Kind.LANGUAGE: "{why}",
    Kind.UNCHECKED: "it could not be checked",
}


def told(fault: Fault) -> str:
    """Return what a model is told."""
    return _TOLD[fault.kind].format(quote=fault.quote[:LONGEST_QUOTE], why=fault.why)
