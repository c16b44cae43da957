"""Logs: one JSON line an event to standard error, with no personal data in it.

The message of an error often quotes values (`invalid input syntax for type uuid: "anna@example.org"`), so errors are logged by their
type and the lines of code they came from. At the level `debug`, for development, their messages are logged as well.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog
from structlog.typing import ExcInfo, Processor


def configure(level: str = "info") -> None:
    """Have this process log from a level up, its libraries from warnings up."""
    number = logging.getLevelNamesMapping()[level.upper()]
    processors = _processors(with_messages=number <= logging.DEBUG)
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *processors, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    _configure_libraries(max(number, logging.WARNING), processors)


def _processors(*, with_messages: bool) -> list[Processor]:
    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False) if with_messages else _trace),
    ]


def _configure_libraries(level: int, processors: list[Processor]) -> None:
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *processors],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    handler.addFilter(_may_be_logged)
    logging.basicConfig(level=level, handlers=[handler])


def _may_be_logged(record: logging.LogRecord) -> bool:
    """Leave out what the queue says of a job: it quotes the arguments, and our own line says the same without them."""
    return not str(getattr(record, "action", "")).startswith("job_")


def _trace(exc_info: ExcInfo) -> list[dict[str, Any]]:
    return [_without_values(each) for each in structlog.tracebacks.ExceptionDictTransformer(show_locals=False)(exc_info)]


def _without_values(stack: dict[str, Any]) -> dict[str, Any]:
    """Leave out what an error says, and what the errors of its group say."""
    kept = {name: value for name, value in stack.items() if name not in {"exc_value", "exc_notes", "syntax_error"}}
    return {**kept, "exceptions": [[_without_values(each) for each in inner] for inner in stack.get("exceptions", [])]}
