"""Reading the lake: one session, Ibis expressions, on DuckDB by default and on Spark where `HANSE_LAKE_ENGINE` says so.

    with lake.session(settings) as session:
        table = expressions.sales_by_product(session.tables.order_lines).to_pyarrow()

Collect with `to_pyarrow`, on both engines; a session shows the lake as it was when it was opened. Not for the event loop: call
it in a thread.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from hanse.base.config import Settings
from hanse.data.lake import datasets, files

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True)
class Tables:
    """The datasets of the lake as Ibis tables; `datasets` says what their columns hold."""

    events: ir.Table
    order_lines: ir.Table
    """Settled: what came back with a whole order has rows of its own, like other returns."""
    decisions: ir.Table
    products: ir.Table
    relations: ir.Table
    prices: ir.Table
    merges: ir.Table


@dataclass(frozen=True)
class Session:
    """An open view of the lake; use as `with`, or call `close`."""

    tables: Tables
    backend: Any
    """The Ibis backend, for memtables and the like."""
    close: Callable[[], None]

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """Keep the rows of an expression for those who ask again, under a name of its own; Spark computes them again each time."""
        if self.backend.name != "duckdb":
            return table
        self.backend.con.execute(f'CREATE TEMP TABLE "{name}" AS {self.backend.compile(table)}')
        return _named(self.backend, name, table.schema())

    def read(self, name: str, path: Path, schema: pa.Schema) -> ir.Table:
        """Return the rows of another Parquet file as a table of this session."""
        import ibis

        if self.backend.name == "duckdb":
            self.backend.con.read_parquet(str(path)).create_view(name)
        else:
            self.backend._session.read.parquet(str(path)).createOrReplaceTempView(name)  # noqa: SLF001  # Ibis gives no other way to it
        return _named(self.backend, name, ibis.Schema.from_pyarrow(schema))

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close it."""
        self.close()


def session(settings: Settings) -> Session:
    """Open the lake in the engine that the settings name.

    Raises `MissingExtra` where Spark is wanted and not installed.
    """
    if settings.lake_engine == "spark":
        return _open(settings.lake, _spark)
    return _open(settings.lake, _duckdb)


def _open(lake: Path, engine: Callable[[Path, dict[str, list[str]]], tuple[Any, Callable[[], None]]]) -> Session:
    """Open the lake in an engine, which gets a folder for what it must write and the files of each dataset."""
    folder = Path(tempfile.mkdtemp(prefix="hanse-lake-"))
    try:
        backend, stop = engine(folder, {dataset: _files(lake, dataset, folder) for dataset in datasets.SCHEMAS})
    except BaseException:
        shutil.rmtree(folder)
        raise

    def close() -> None:
        stop()
        shutil.rmtree(folder, ignore_errors=True)

    return Session(_tables(backend), backend, close)


def _files(lake: Path, dataset: str, folder: Path) -> list[str]:
    """Return the files of a dataset, or one without rows where there are none, so that it has its columns all the same."""
    found = files.paths(lake, dataset)
    if not found:
        found = [folder / f"{dataset}.parquet"]
        pq.write_table(datasets.SCHEMAS[dataset].empty_table(), found[0])
    return [str(path) for path in found]


def _tables(backend: Any) -> Tables:
    from hanse.data.lake import expressions

    tables = {dataset: _table(backend, dataset) for dataset in datasets.SCHEMAS}
    return Tables(**tables | {"order_lines": expressions.settle(tables["order_lines"])})


def _table(backend: Any, dataset: str) -> ir.Table:
    """Return a view of an engine as an Ibis table with our columns; asking the engine for them would lose the time zone on Spark."""
    import ibis

    return _named(backend, dataset, ibis.Schema.from_pyarrow(datasets.SCHEMAS[dataset]))


def _named(backend: Any, name: str, schema: Any) -> ir.Table:
    from ibis.expr import operations

    return operations.DatabaseTable(name, schema=schema, source=backend, namespace=operations.Namespace()).to_expr()


def _duckdb(folder: Path, found: dict[str, list[str]]) -> tuple[Any, Callable[[], None]]:
    import duckdb
    import ibis

    connection = duckdb.connect(config={"TimeZone": "UTC", "temp_directory": str(folder / "spill"), "autoinstall_known_extensions": "false"})
    for dataset, paths in found.items():
        connection.read_parquet(paths, hive_partitioning=False).create_view(dataset)
    # the functions that expressions need and that Spark has by these names
    connection.execute("CREATE MACRO from_utc_timestamp(moment, zone) AS timezone(zone, moment)")
    connection.execute("CREATE MACRO get_json_object(text, path) AS json_extract_string(text, path)")
    backend = ibis.duckdb.from_connection(connection)
    connection.execute("SET enable_progress_bar = false")  # Ibis has it drawn into whatever log there is
    return backend, connection.close


def _spark(folder: Path, found: dict[str, list[str]]) -> tuple[Any, Callable[[], None]]:
    from hanse.data.lake import spark

    return spark.start(folder, found)
