"""What stands around a number: words that say it is somebody's, and words that say it is of the business."""

from __future__ import annotations

import re

BEFORE, AFTER = 60, 30
_SENTENCE = re.compile(r"[.!?]\s+(?=[A-ZÄÖÜ])|\n\s*\n")
_BUSINESS = re.compile(
    r"(?i)(?<![a-zäöüß])(?:(?:bestell|auftrags?|artikel|art|rechnungs?|liefer(?:schein)?|sendungs?|paket|tracking|sendungsverfolgungs?|vorgangs?|ticket|"
    r"serien|modell|typ|chargen?|beleg|angebots?|retouren?|gutschein|material|teile|ersatzteil|produkt|fall|reklamations?|geräte|seriennr|"
    r"order|invoice|item|article|part|model|serial|shipment|product|case|batch|quote|voucher|reference|ref)"
    r"(?:ung|ungen)?(?:[- ]?(?:nr|nummer|nummern|no|number|code|id|kennung))?|sku|ean|gtin|upc|isbn|asin|imei|mpn|hersteller-?nr|bestellungen|"
    r"rechnungen|aufträge|sendungen|pakete?|artikel|modelle?|maschine|gerät)"
    r"(?:\.|:|#|\s|nummer|nr|lautet|ist|is|mit|der|die|den|von|und|“|„|\"|'|\()*$"
)
_UNITS = re.compile(
    r"\s?(?:€|eur\b|euro|\$|usd|chf|%|prozent|stk\b|stück|st\.|pcs|pieces|x\b|×|mm|cm|m\b|km|kg|g\b|l\b|ml|w\b|kw|v\b|ah|nm|°|grad|min\b|std|tage|jahre|volt|watt)"
)


def before(text: str, start: int, reach: int = BEFORE) -> str:
    """Return what stands before a place, within its sentence."""
    piece = text[max(0, start - reach) : start]
    ends = [found.end() for found in _SENTENCE.finditer(piece)]
    return piece[ends[-1] :] if ends else piece


def after(text: str, end: int, reach: int = AFTER) -> str:
    """Return what stands behind a place, within its sentence."""
    piece = text[end : end + reach]
    found = _SENTENCE.search(piece)
    return piece[: found.start()] if found else piece


def is_business(text: str, start: int) -> bool:
    """Return whether the words right before a number say that it is one of orders, articles and the like."""
    return _BUSINESS.search(text[max(0, start - BEFORE) : start]) is not None


def is_amount(text: str, end: int) -> bool:
    """Return whether a unit or currency follows."""
    return _UNITS.match(text[end : end + 12].lower()) is not None
