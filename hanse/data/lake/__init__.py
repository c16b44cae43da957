"""The lake: a Parquet copy of log, decisions and catalog without contact data, read with Ibis on DuckDB or Spark.

Jobs keep it up to date; statistics, training and evaluation read it through `session`. `datasets` says what lies in it,
`expressions` has the questions that several ask.
"""

from hanse.data.lake.copying import REFRESH_LOCK, refresh
from hanse.data.lake.erasure import forget
from hanse.data.lake.sessions import Session, Tables, session

__all__ = ["REFRESH_LOCK", "Session", "Tables", "forget", "refresh", "session"]
