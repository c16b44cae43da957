"""Columns of foreign files are recognised by their names, and unknown ones by what they tell."""

from __future__ import annotations

import pyarrow as pa
import pytest

from hanse.data.profiles.matching import fields


def mapped(*names: str) -> dict[str, str]:
    return fields.map_columns(pa.table({name: pa.array([None], pa.string()) for name in names})).columns


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("Vorname", "given_name"),
        ("first_name", "given_name"),
        ("Nachname", "surname"),
        ("E-Mail", "email"),
        ("emailAddress", "email"),
        ("dob", "birth_date"),
        ("Geburtsdatum", "birth_date"),
        ("PLZ", "postcode"),
        ("suburb", "city"),
        ("address_1", "street"),
        ("Straße", "street"),
        ("street_number", "house_number"),
        ("soc_sec_id", "national_id"),
        ("Kundennummer", "customer_number"),
    ],
)
def test_column_is_recognised_by_its_name(column: str, field: str) -> None:
    assert mapped(column) == {field: column}


def test_id_is_no_field() -> None:
    mapping = fields.map_columns(pa.table({"rec_id": ["a"], "given_name": ["Anna"]}))
    assert (mapping.record_id, mapping.columns) == ("rec_id", {"given_name": "given_name"})


def test_full_name_is_left_out_where_its_parts_are_there() -> None:
    assert mapped("full_name", "surname") == {"surname": "surname"}
    assert mapped("full_name") == {"full_name": "full_name"}


def test_unknown_column_is_used_where_it_is_informative() -> None:
    rows = range(200)
    table = pa.table(
        {
            "profession": [f"p{row % 50}" for row in rows],
            "state": [f"s{row % 8}" for row in rows],
            "line": [str(row) for row in rows],
            "rarely": [f"x{row % 30}" if row < 10 else None for row in rows],
        }
    )
    mapping = fields.map_columns(table)
    assert mapping.columns == {"other_profession": "profession"}
    assert set(mapping.ignored) == {"state", "line", "rarely"}


def test_columns_named_are_ignored() -> None:
    assert fields.map_columns(pa.table({"dob": ["x"], "email": ["y"]}), ignore=["dob"]).columns == {"email": "email"}
