"""What two systems write differently for the same fact becomes the same; what stands for nobody becomes null."""

from __future__ import annotations

from datetime import date

import duckdb
import pyarrow as pa
import pytest

from hanse.data.profiles.matching import cleaning
from tests.data.profiles.matching.people import TODAY


def cleaned(duck: duckdb.DuckDBPyConnection, column: str, *values: str | None) -> list[str | None]:
    return whole(duck, {column: list(values)})[0]


def whole(duck: duckdb.DuckDBPyConnection, columns: dict[str, list[str | None]]) -> list[list[str | None]]:
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    reading = cleaning.read(table, today=TODAY, connection=duck)
    made = cleaning.clean(table, reading, connection=duck)
    return [made[name].to_pylist() for name in reading.columns]


@pytest.mark.parametrize(
    "names",
    [
        ("Müller", "Mueller", "Muller", "MÜLLER", " müller "),
        ("Groß", "Gross", "GROSS"),
        ("Dr. Schäfer", "Schaefer", "Prof. Dr. med. Schafer"),
        ("Meier-Lüdenscheidt", "Meier Luedenscheidt", "meier  ludenscheidt"),
        ("O'Brien", "OBrien", "O’Brien"),
        ("Ångström", "Angstrom", "Angstroem"),
    ],
)
def test_names_written_in_several_ways_are_the_same(duck: duckdb.DuckDBPyConnection, names: tuple[str, ...]) -> None:
    assert len(set(cleaned(duck, "Nachname", *names))) == 1


@pytest.mark.parametrize(("one", "other"), [("Bauer", "Baur"), ("Quelle", "Qulle"), ("Schröder", "Schneider"), ("Иванов", "Петров")])
def test_different_names_stay_different(duck: duckdb.DuckDBPyConnection, one: str, other: str) -> None:
    first, second = cleaned(duck, "Nachname", one, other)
    assert first
    assert second
    assert first != second


@pytest.mark.parametrize("value", ["", "  ", "-", "n/a", "unbekannt", "Unknown", "NULL", "Frau", None])
def test_name_that_says_nothing_is_null(duck: duckdb.DuckDBPyConnection, value: str | None) -> None:
    assert cleaned(duck, "Vorname", value) == [None]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (" Anna@Example.DE ", "anna@example.de"),
        ("anna+shop@mail.de", "anna+shop@mail.de"),
        ("ＡＮＮＡ@mail.de", "anna@mail.de"),
        ("mailto:anna@mail.de", "anna@mail.de"),
        ("unknown@example.com", None),
        ("someone@example.org", None),
        ("noreply@shop.de", None),
        ("no-reply@shop.de", None),
        ("xxx@mail.de", None),
        ("a@b", None),
        ("anna", None),
    ],
)
def test_mail_address(duck: duckdb.DuckDBPyConnection, value: str, wanted: str | None) -> None:
    assert cleaned(duck, "email", value) == [wanted]


@pytest.mark.parametrize(
    "value",
    ["030 901820", "(030) 90 18 20", "030/90 18-20", "+49 30 901820", "+49 (0)30 901820", "0049 30 901820", "0049 (0) 30 / 901820", "+4930901820"],
)
def test_german_phone_notations_are_the_same(duck: duckdb.DuckDBPyConnection, value: str) -> None:
    assert cleaned(duck, "Telefon", value) == ["+4930901820"]


@pytest.mark.parametrize("value", ["0000", "0", "000000000", "1111111", "123456789", "0123456789", "none", "--", "call me", "12"])
def test_phone_of_nobody_is_null(duck: duckdb.DuckDBPyConnection, value: str) -> None:
    assert cleaned(duck, "Telefon", value) == [None]


def test_phone_of_another_country_keeps_it() -> None:
    assert cleaning.phone("+43 1 58858", "DE") == "+43158858"
    assert cleaning.phone("01 58858", "AT") == "+43158858"


@pytest.mark.parametrize("value", ["1980-02-01", "01.02.1980", "1.2.1980", "1.2.80", "19800201", "01/02/1980", "1980/02/01", "1980-02-01T00:00:00Z"])
def test_birth_date_notations_are_the_same(duck: duckdb.DuckDBPyConnection, value: str) -> None:
    assert cleaned(duck, "Geburtsdatum", value) == ["19800201"]


@pytest.mark.parametrize("value", ["2026-01-02", "31.12.2099", "1899-12-31", "0001-01-01", "0000-00-00", "yesterday", "12"])
def test_birth_date_of_nobody_alive_is_null(duck: duckdb.DuckDBPyConnection, value: str) -> None:
    assert cleaned(duck, "dob", value, "1980-01-01", "1990-01-01") == [None, "19800101", "19900101"]


def test_short_year_is_never_in_the_future(duck: duckdb.DuckDBPyConnection) -> None:
    assert cleaned(duck, "dob", "1.2.30", "1.2.25") == ["19300201", "20250201"]


def test_date_with_a_slip_keeps_its_digits(duck: duckdb.DuckDBPyConnection) -> None:
    assert cleaned(duck, "dob", "19801345") == ["19801345"]


def test_file_of_persons_of_the_past_keeps_their_dates(duck: duckdb.DuckDBPyConnection) -> None:
    assert cleaned(duck, "dob", "1749-08-28", "1759-11-10", "1912-06-23") == ["17490828", "17591110", "19120623"]


@pytest.mark.parametrize("value", ["Hauptstraße 12a", "Haupt Str. 12 a", "Hauptstr.12a", "HAUPTSTRASSE 12A"])
def test_street_and_house_number_are_parted(duck: duckdb.DuckDBPyConnection, value: str) -> None:
    assert whole(duck, {"Straße": [value]}) == [["hauptstr"], ["12a"]]


def test_house_number_of_its_own_wins(duck: duckdb.DuckDBPyConnection) -> None:
    assert whole(duck, {"Straße": ["Platz 1", "Weg 2"], "Hausnummer": ["007", None]}) == [["pl", "weg"], ["7", "2"]]


def test_full_name_is_parted(duck: duckdb.DuckDBPyConnection) -> None:
    assert whole(duck, {"full_name": ["Dr. Anna Maria Müller", "Müller, Anna Maria", "Madonna"]}) == [
        ["anna maria", "anna maria", None],
        ["muller", "muller", "madonna"],
    ]


def test_company_is_known_without_its_legal_form(duck: duckdb.DuckDBPyConnection) -> None:
    assert cleaned(duck, "Firma", "ACME GmbH & Co. KG", "Acme", "GmbH") == ["acme", "acme", "gmbh"]


def test_postcode_and_numbers_are_bare(duck: duckdb.DuckDBPyConnection) -> None:
    assert cleaned(duck, "PLZ", "D-10115", "10115", "sw1a 2aa", "00000") == ["10115", "10115", "SW1A2AA", None]
    assert cleaned(duck, "ssn", "12-34 56", "0000") == ["123456", None]


def test_rows_keep_their_order_and_names(duck: duckdb.DuckDBPyConnection) -> None:
    table = pa.table({"id": ["b", None, "a"], "city": ["Köln", "Koeln", "Koln"]})
    made = cleaning.clean(table, cleaning.read(table, today=date(2026, 1, 1), connection=duck), connection=duck)
    assert made.to_pydict() == {"record_id": ["b", "1", "a"], "source": ["", "", ""], "city": ["koln"] * 3}
