"""Which column of a foreign file is which field of a person; cleaning and the model speak of fields only."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import pyarrow as pa

RECORD_ID = "record_id"
SOURCE = "source"
IDENTIFIERS = ("email", "phone", "national_id", "customer_number")
"""Fields that name one person where they are filled as they should be."""

KNOWN = {
    "given_name": "given_name given_names givenname first_name firstname forename vorname vornamen rufname",
    "surname": "surname last_name lastname family_name familyname nachname familienname zuname",
    "full_name": "full_name fullname name first_and_surname person_name kundenname",
    "email": "email e_mail mail email_address emailaddress e_mail_adresse mailadresse",
    "phone": "phone phone_number phonenumber telephone tel telefon telefonnummer mobile mobile_phone handy mobil",
    "birth_date": "date_of_birth dob birth_date birthdate birthday geburtsdatum geburtstag geb_datum",
    "street": "street street_name address_1 address1 address_line_1 address strasse straße anschrift adresse",
    "house_number": "street_number house_number housenumber house_no hausnummer hausnr hnr",
    "address_extra": "address_2 address2 address_line_2 adresszusatz zusatz",
    "postcode": "postcode post_code postal_code postalcode zip zip_code zipcode plz postleitzahl postcode_fake",
    "city": "city suburb town ort stadt wohnort locality",
    "company": "company company_name organisation organization firma firmenname",
    "national_id": "soc_sec_id ssn social_security_number national_id passport_number tax_id steuer_id steuernummer vat_id ustid",
    "customer_number": "customer_number customer_no customer_id kundennummer kunden_nr loyalty_number card_number kartennummer",
}
"""Names that columns have in the wild, field by field."""
_FIELDS = {word: field for field, names in KNOWN.items() for word in names.split()}
RECORD_ID_NAMES = ("rec_id", "record_id", "unique_id", "id", "row_id")
SOURCE_NAMES = ("source", "source_dataset", "quelle")
LEAST_DISTINCT = 20
"""A text with fewer values than this says little about who somebody is."""
LEAST_FILLED_SCORE = 0.1
MOST_DISTINCT_SCORE = 0.98
"""A text that never repeats is a number of the row or free text, not a property of the person."""
MOST_OTHERS = 5


@dataclass(frozen=True)
class Mapping:
    """Which column fills which field."""

    columns: dict[str, str]
    """Field to column."""
    record_id: str | None
    source: str | None = None
    ignored: tuple[str, ...] = ()
    """Columns that say too little, or too much, to be used."""


def map_columns(table: pa.Table, *, record_id: str | None = None, ignore: Collection[str] = ()) -> Mapping:
    """Recognise the columns of a file by their names; columns nobody knows are used where their values are informative."""
    names = {name: _plain(name) for name in table.column_names if name not in ignore}
    if record_id is None:
        record_id = _first(names, RECORD_ID_NAMES)
    source = _first(names, SOURCE_NAMES)
    columns = {field: column for field, words in KNOWN.items() if (column := _first(names, words.split())) and column != record_id}
    if {"given_name", "surname"} & columns.keys():
        columns.pop("full_name", None)
    known_words = {word for words in KNOWN.values() for word in words.split()}
    rest = [name for name, plain in names.items() if name not in {record_id, source} and plain not in known_words]
    others = [name for name in rest if _is_informative(table[name])][:MOST_OTHERS]
    columns |= {f"other_{names[name]}": name for name in others}
    ignored = tuple(name for name in table.column_names if name not in {record_id, source, *columns.values()})
    return Mapping(columns, record_id, source, ignored)


def field_of(name: str) -> str | None:
    """Return the field that a name in the wild means: `Vorname` and `firstName` are `given_name`; null where nobody knows it."""
    return _FIELDS.get(_plain(name))


def words(field: str) -> str:
    """Return a field as a person reads it."""
    return field.removeprefix("other_").replace("_", " ")


def _plain(name: str) -> str:
    """Return a column's name in the form of the list above: `E-Mail` and `dateOfBirth` as `e_mail` and `date_of_birth`."""
    return re.sub(r"[^0-9a-zäöüß]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip()).lower()).strip("_") or "column"


def _first(names: dict[str, str], wanted: Iterable[str]) -> str | None:
    by_plain = {plain: name for name, plain in reversed(names.items())}
    return next((by_plain[word] for word in wanted if word in by_plain), None)


def _is_informative(values: pa.ChunkedArray) -> bool:
    filled = values.drop_null()
    if not len(filled) or len(filled) < LEAST_FILLED_SCORE * len(values):
        return False
    distinct = len(filled.unique())
    return LEAST_DISTINCT <= distinct <= MOST_DISTINCT_SCORE * len(filled)
