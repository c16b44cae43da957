"""What feeds and systems write in the field of a unit: symbols, the codes of UN/ECE recommendation 20, and names such as `MILLIMETER`.

Only for such fields: in a text `MIN` or `BAR` may be anything, so that `measures` does not read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from hanse.data.catalog import measures

CODES: Mapping[str, str] = (
    {"MMT": "mm", "CMT": "cm", "DMT": "dm", "MTR": "m", "KMT": "km", "4H": "μm", "INH": "inch", "FOT": "ft"}
    | {"MMK": "mm2", "CMK": "cm2", "MTK": "m2", "MMQ": "mm3", "CMQ": "cm3", "DMQ": "l", "MTQ": "m3"}
    | {"LTR": "l", "MLT": "ml", "CLT": "cl", "DLT": "dl", "HLT": "hl"}
    | {"MGM": "mg", "GRM": "g", "KGM": "kg", "TNE": "t", "LBR": "lb", "ONZ": "oz"}
    | {"VLT": "V", "2Z": "mV", "KVT": "kV", "AMP": "A", "4K": "mA", "AMH": "Ah", "E09": "mAh", "OHM": "ohm", "B49": "kohm"}
    | {"WTT": "W", "C31": "mW", "KWT": "kW", "MAW": "MW", "WHR": "Wh", "KWH": "kWh", "MWH": "MWh"}
    | {"NU": "Nm", "NEW": "N", "B47": "kN", "BAR": "bar", "MBR": "mbar", "PAL": "Pa", "A97": "hPa", "KPA": "kPa", "MPA": "MPa"}
    | {"HTZ": "Hz", "KHZ": "kHz", "MHZ": "MHz", "A86": "GHz", "RPM": "rpm", "P1": "%", "CEL": "°C", "KEL": "K", "DD": "°"}
    | {"SEC": "s", "C26": "ms", "MIN": "min", "HUR": "h", "LUM": "lm", "2N": "dB"}
    | {"AD": "B", "2P": "kB", "4L": "MB", "E34": "GB", "E35": "TB"}
)
"""Codes of UN/ECE, each with a name that `measures` reads. They are written in capitals."""
NAMES: Mapping[str, str] = (
    {"MICROMETER": "μm", "CENTIMETER": "cm", "DECIMETER": "dm", "KILOMETER": "km", "FEET": "ft", "FOOT": "ft"}
    | {"SQUARE_MILLIMETER": "mm2", "SQUARE_CENTIMETER": "cm2", "SQUARE_METER": "m2"}
    | {"CUBIC_MILLIMETER": "mm3", "CUBIC_CENTIMETER": "cm3", "CUBIC_DECIMETER": "l", "CUBIC_METER": "m3"}
    | {"CENTILITER": "cl", "DECILITER": "dl", "HECTOLITER": "hl"}
    | {"MILLIGRAM": "mg", "KILOGRAM": "kg", "TON": "t", "POUND": "lb", "OUNCE": "oz"}
    | {"MILLIVOLT": "mV", "KILOVOLT": "kV", "MILLIAMPERE": "mA", "AMPEREHOUR": "Ah", "MILLIAMPEREHOUR": "mAh", "KILOHM": "kohm"}
    | {"MILLIWATT": "mW", "MEGAWATT": "MW", "WATTHOUR": "Wh", "KILOWATTHOUR": "kWh", "NEWTON_METER": "Nm", "KILONEWTON": "kN"}
    | {"PASCAL": "Pa", "HECTOPASCAL": "hPa", "KILOPASCAL": "kPa", "MEGAPASCAL": "MPa", "MILLIBAR": "mbar"}
    | {"HERTZ": "Hz", "KILOHERTZ": "kHz", "MEGAHERTZ": "MHz", "GIGAHERTZ": "GHz", "CELSIUS": "°C", "DEGREE": "°", "DECIBEL": "dB"}
    | {"SECOND": "s", "MILLISECOND": "ms", "MINUTE": "min", "HOUR": "h"}
    | {"BYTE": "B", "KILOBYTE": "kB", "MEGABYTE": "MB", "GIGABYTE": "GB", "TERABYTE": "TB"}
)
"""Names of units as PIM systems have them, without those that `measures` reads anyhow."""
FURTHER = {"mm3": ("l", Decimal("0.000001"))}
"""Units that nobody types."""
AMBIGUOUS = frozenset({"nm", "mPa", "MA", "MV", "mWh", "mHz", "Kb", "kb", "Mb", "Gb", "Tb", "H", "S", "T"})
"""What means something else when it is written with care: nanometres and not newton metres, henry and not hours."""


@lru_cache(maxsize=5_000)
def read(name: str) -> tuple[str, Decimal] | None:
    """Return the canonical unit that the field of a unit names, and how much of it one is; null where it names none.

    >>> read("CMT"), read("NEWTON_METER"), read("nm")
    (('mm', Decimal('10')), ('Nm', Decimal('1')), None)
    """
    plain = name.strip()
    if plain in AMBIGUOUS:
        return None
    known = CODES.get(plain) or NAMES.get(plain.upper().replace(" ", "_")) or plain
    return FURTHER.get(known) or measures.unit(known)
