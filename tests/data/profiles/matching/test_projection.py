"""Few rows and many come out alike, whatever stands in them."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from hanse.data.profiles.matching import projection

STEPS = {"a": '"a"', "b": '"b"'}, {"both": "a || '-' || b", "length": "CAST(length(a) AS TINYINT)", "none": "CAST(NULL AS VARCHAR)"}
VALUES = ["anna", "O'Brien", "'); DROP TABLE given; --", "''", "\\'", "$1", "ä\n\tß", "", None]


@pytest.mark.parametrize("times", [1, 20])
def test_values_come_through_unharmed(duck: duckdb.DuckDBPyConnection, times: int) -> None:
    values = VALUES * times
    table = pa.table({"a": pa.array(values, pa.string()), "b": pa.array(["x"] * len(values))})
    for _ in range(2):
        made = projection.project(duck, table, *STEPS)
        assert made["both"].to_pylist() == [None if value is None else f"{value}-x" for value in values]
        assert made["length"].to_pylist() == [None if value is None else len(value) for value in values]
        assert made.schema.types == [pa.string(), pa.int8(), pa.string()]


def test_text_with_a_zero_byte_is_taken(duck: duckdb.DuckDBPyConnection) -> None:
    assert projection.project(duck, pa.table({"a": ["x\x00y"], "b": ["z"]}), *STEPS)["both"].to_pylist() == ["x\x00y-z"]


def test_no_rows_give_no_rows(duck: duckdb.DuckDBPyConnection) -> None:
    assert projection.project(duck, pa.table({"a": pa.array([], pa.string()), "b": pa.array([], pa.string())}), *STEPS).num_rows == 0
