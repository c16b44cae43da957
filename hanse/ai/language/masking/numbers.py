"""Numbers of people that have a check digit or a form of their own: bank accounts, cards, taxes, papers, insurance."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from stdnum import iban, luhn
from stdnum.de import idnr, stnr
from stdnum.eu import vat

from hanse.ai.language.masking import context
from hanse.ai.language.masking.spans import Kind, Span

_IBAN = re.compile(r"(?i)(?<![A-Z0-9])[A-Z]{2}[ ]?\d{2}(?:[ .-]?[A-Z0-9]){11,30}(?![A-Z0-9])")
_GERMAN_IBAN = re.compile(r"(?i)(?<![A-Z0-9])DE[ ]?\d{2}(?:[ .-]?\d){18}(?!\d)")
_ABOUT_IBAN = re.compile(r"(?i)iban|konto|account|überweis")
_ACCOUNT = re.compile(
    r"(?i)\b(?:konto(?:nummer|nr)?|kto|blz|bankleitzahl|account (?:number|no))\b[.:\s-]*(?:lautet|ist|is|nr\.?)?\s*(\d(?:[ ]?\d){4,11})\b"
)
_CARD = re.compile(r"(?<![\d.,-])[2-6]\d{3}(?:[ .-]?\d){9,15}(?![\d]|[.,-]\d)")
_ABOUT_CARD = re.compile(r"(?i)karte|visa|master|amex|american express|maestro|diners|card|kartennr")
_TAX = re.compile(r"(?<![\d.,/-])[1-9]\d(?:[ .-]?\d){9}(?![\d]|[.,/-]\d)")
_ABOUT_TAX = re.compile(r"(?i)steuer|\bid-?nr|\btin\b|tax|finanzamt|identifikationsn")
_TAX_NUMBER = re.compile(r"(?<!\d)\d{2,5}[/ ]\d{3,4}[/ ]\d{4,5}(?!\d)|(?<!\d)\d{10,13}(?!\d)")
_ABOUT_TAX_NUMBER = re.compile(r"(?i)steuer-?(?:nummer|nr|n°)|st\.?-?nr|tax number")
_VAT = re.compile(
    r"(?<![A-Za-z0-9])(?:DE[ ]?\d(?:[ .]?\d){8}|ATU[ ]?\d{8}|CHE[- ]?\d{3}[. ]?\d{3}[. ]?\d{3}(?: ?(?:MWST|TVA|IVA))?"
    r"|(?:BE|BG|CY|CZ|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|GB|XI)[ ]?[0-9A-Z](?:[ .]?[0-9A-Z]){6,11})(?![A-Za-z0-9])"
)
_ABOUT_VAT = re.compile(r"(?i)ust|umsatzsteuer|mwst|vat\b|uid")
_PAPER = re.compile(r"(?i)(?<![A-Z0-9-])[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}(?:[ ]?\d[ ]?D?)?(?![A-Z0-9]|-[A-Z0-9])")
_OLD_PAPER = re.compile(r"(?<![A-Z0-9-])\d{9,10}(?![A-Z0-9-])")
_ABOUT_PAPER = re.compile(r"(?i)ausweis|perso\b|personalien|reisepass|\bpass\b|passport|pass-?n|identit|legitim|id[- ]?card|verifi")
_LICENCE = re.compile(r"(?i)(?<![A-Z0-9-])[A-Z]\d{2}[0-9A-Z]{6}\d[0-9A-Z](?![A-Z0-9-])")
_ABOUT_LICENCE = re.compile(r"(?i)führerschein|fahrerlaubnis|driv(?:ing|er)")
_INSURANCE = re.compile(r"(?<![A-Z0-9])\d{2}[ ]?(?:[0-3]\d)[ ]?(?:[01]\d)[ ]?\d{2}[ ]?[A-Z][ ]?\d{2}[ ]?\d(?![A-Z0-9])")
_HEALTH = re.compile(r"(?<![A-Z0-9-])[A-Z]\d{9}(?![A-Z0-9-])")
_ABOUT_HEALTH = re.compile(r"(?i)krankenvers|versichert|versicherung|kasse|insurance|\bkvnr")
_CUSTOMER = re.compile(
    r"(?i)\b(?:kunden?|mitglieds?|kundenkonto|bonuskarten?|customer|member(?:ship)?)[- ]?(?:nr\.?|nummer|no\.?|number|id|kennung|#)"
    r"[:\s#.]*(?:lautet|ist|is|war)?[:\s]*([A-Z]{0,4}[-./]?\d[\dA-Z./-]{2,18}[\dA-Z])\b"
)
_LETTER = re.compile(r"[A-Za-z]")


def find(text: str) -> Iterator[Span]:
    """Go through the numbers of people in a text, surest first."""
    for recognise in _RECOGNISERS:
        yield from recognise(text)


def _ibans(text: str) -> Iterator[Span]:
    for found in _GERMAN_IBAN.finditer(text):
        valid = iban.is_valid(found.group())
        yield _span(found, Kind.IBAN, "iban", "German IBAN" if valid else "as long as a German IBAN, check digits wrong", 1.0)
    for found in _IBAN.finditer(text):
        end = _longest_iban(found.group())
        if end:
            yield Span(found.start(), found.start() + end, Kind.IBAN, "iban", "IBAN with right check digits", 1.0)
        elif _ABOUT_IBAN.search(context.before(text, found.start())) and sum(each.isdigit() for each in found.group()) >= 10:
            yield _span(found, Kind.IBAN, "iban", "in the form of an IBAN, beside its name", 0.6)
    for found in _ACCOUNT.finditer(text):
        yield Span(found.start(1), found.end(1), Kind.ACCOUNT, "account", "beside its name", 0.9)


def _longest_iban(text: str) -> int:
    """Return how much of a text, from its beginning on, is an IBAN; words may follow that look like more of it."""
    ends = [place for place in range(len(text), 14, -1) if place == len(text) or not text[place].isalnum() or not text[place - 1].isalnum()]
    return next((end for end in ends if text[end - 1].isalnum() and iban.is_valid(text[:end])), 0)


def _cards(text: str) -> Iterator[Span]:
    for found in _CARD.finditer(text):
        digits = _digits(found.group())
        told = _ABOUT_CARD.search(context.before(text, found.start())) is not None
        if told or (_is_card(digits) and not context.is_business(text, found.start())):
            reason = "Luhn's check digit is right" if luhn.is_valid(digits) else "beside the word for a card"
            yield _span(found, Kind.CARD, "card", reason, 0.95 if told else 0.9)


def _is_card(digits: str) -> bool:
    """Return whether digits are a card's without being told so; of 13 digits are article numbers (GTIN) too."""
    lengths = {"3": (14, 15), "4": (16, 19), "5": (16,), "2": (16,), "6": (16, 17, 18, 19)}
    known = digits[:2] in {"34", "37", "36", "38", "30"} if digits[0] == "3" else digits[0] in lengths
    return known and len(digits) in lengths[digits[0]] and luhn.is_valid(digits)


def _taxes(text: str) -> Iterator[Span]:
    for found in _TAX.finditer(text):
        told = _ABOUT_TAX.search(context.before(text, found.start())) is not None
        valid = idnr.is_valid(found.group())
        if told or (valid and not context.is_business(text, found.start()) and not context.is_amount(text, found.end())):
            yield _span(found, Kind.TAXID, "tax id", "check digit of ISO 7064 is right" if valid else "beside its name", 0.9)
    for found in _TAX_NUMBER.finditer(text):
        if _ABOUT_TAX_NUMBER.search(context.before(text, found.start())):
            valid = stnr.is_valid(found.group())
            yield _span(found, Kind.TAXID, "tax number", "a tax office gives such numbers" if valid else "beside its name", 0.9)


def _vats(text: str) -> Iterator[Span]:
    for found in _VAT.finditer(text):
        told = _ABOUT_VAT.search(context.before(text, found.start())) is not None
        ours = found.group()[:2] in {"DE", "AT", "CH"}
        if told or ours or (sum(each.isdigit() for each in found.group()) > 6 and vat.is_valid(found.group())):
            yield _span(found, Kind.VAT, "vat", "VAT number by its form" if ours else "beside its name" if told else "check digit is right", 0.97)


def _papers(text: str) -> Iterator[Span]:
    for found in _PAPER.finditer(text):
        number, told = found.group(), _ABOUT_PAPER.search(context.before(text, found.start())) is not None
        if _is_paper(number, told=told) and (told or not context.is_business(text, found.start())):
            yield _span(found, Kind.IDCARD, "identity card", "beside its name" if told else "nine signs without vowels, as in papers", 0.8)
    for found in _OLD_PAPER.finditer(text):
        if _ABOUT_PAPER.search(context.before(text, found.start())):
            yield _span(found, Kind.IDCARD, "identity card", "beside its name", 0.8)


def _is_paper(number: str, *, told: bool) -> bool:
    digits = sum(each.isdigit() for each in number)
    return number.isupper() and (told or (digits > 1 and len(_LETTER.findall(number)) > 1))


def _licences(text: str) -> Iterator[Span]:
    for found in _LICENCE.finditer(text):
        if _ABOUT_LICENCE.search(context.before(text, found.start())):
            yield _span(found, Kind.LICENCE, "driving licence", "its form, beside its name", 0.85)


def _insurances(text: str) -> Iterator[Span]:
    for found in _INSURANCE.finditer(text):
        yield _span(found, Kind.INSURANCE, "social insurance", "area, date of birth, letter and number", 0.8)
    for found in _HEALTH.finditer(text):
        if _ABOUT_HEALTH.search(context.before(text, found.start())):
            yield _span(found, Kind.INSURANCE, "health insurance", "beside its name", 0.8)


def _customers(text: str) -> Iterator[Span]:
    for found in _CUSTOMER.finditer(text):
        yield Span(found.start(1), found.end(1), Kind.CUSTOMER, "customer number", "beside its name", 0.75)


def _span(found: re.Match[str], kind: Kind, recogniser: str, reason: str, certainty: float) -> Span:
    return Span(found.start(), found.end(), kind, recogniser, reason, certainty)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


_RECOGNISERS: tuple[Callable[[str], Iterator[Span]], ...] = (_ibans, _cards, _taxes, _vats, _papers, _licences, _insurances, _customers)
