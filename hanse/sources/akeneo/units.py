"""Symbols of units of measurement where Akeneo does not tell them: codes of its standard families that shops have."""

from __future__ import annotations

from collections.abc import Mapping

SYMBOLS: Mapping[str, str] = {
    "MICROMETER": "μm",
    "MILLIMETER": "mm",
    "CENTIMETER": "cm",
    "DECIMETER": "dm",
    "METER": "m",
    "KILOMETER": "km",
    "INCH": "in",
    "FEET": "ft",
    "SQUARE_MILLIMETER": "mm²",
    "SQUARE_CENTIMETER": "cm²",
    "SQUARE_METER": "m²",
    "MILLILITER": "ml",
    "CENTILITER": "cl",
    "LITER": "l",
    "CUBIC_CENTIMETER": "cm³",
    "CUBIC_METER": "m³",
    "MILLIGRAM": "mg",
    "GRAM": "g",
    "KILOGRAM": "kg",
    "TON": "t",
    "POUND": "lb",
    "MILLIVOLT": "mV",
    "VOLT": "V",
    "KILOVOLT": "kV",
    "MILLIAMPERE": "mA",
    "AMPERE": "A",
    "AMPEREHOUR": "Ah",
    "MILLIAMPEREHOUR": "mAh",
    "WATT": "W",
    "KILOWATT": "kW",
    "WATTHOUR": "Wh",
    "KILOWATTHOUR": "kWh",
    "HERTZ": "Hz",
    "KILOHERTZ": "kHz",
    "MEGAHERTZ": "MHz",
    "GIGAHERTZ": "GHz",
    "OHM": "Ω",
    "NEWTON": "N",
    "NEWTON_METER": "Nm",
    "BAR": "bar",
    "PASCAL": "Pa",
    "CELSIUS": "°C",
    "KELVIN": "K",
    "DECIBEL": "dB",
    "LUMEN": "lm",
    "PERCENT": "%",
    "DEGREE": "°",
    "SECOND": "s",
    "MINUTE": "min",
    "HOUR": "h",
    "REVOLUTION_PER_MINUTE": "rpm",
    "GIGABYTE": "GB",
    "MEGABYTE": "MB",
}


def symbol(code: str, told: Mapping[str, str]) -> str:
    """Return the symbol of a unit: as Akeneo tells it, else the usual one, else the code in small letters.

    >>> symbol("MILLIMETER", {}), symbol("VOLT", {"VOLT": "V"}), symbol("PIECE", {})
    ('mm', 'V', 'piece')
    """
    return told.get(code) or SYMBOLS.get(code) or code.lower()
