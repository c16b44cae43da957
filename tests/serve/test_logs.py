"""Logs are one JSON line an event, and tell nothing that an error quotes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SAY = """
import logging, sys
import structlog
from hanse.serve import logs
logs.configure(sys.argv[1])
structlog.get_logger().debug("quiet")
structlog.get_logger().info("started", port=8321)
logging.getLogger("library").info("not interesting")
logging.getLogger("library").warning("it says %s", 'a "word"')
try:
    try:
        int("anna@example.org")
    except ValueError as error:
        raise ExceptionGroup("anna", [KeyError("anna")]) from error
except ExceptionGroup:
    structlog.get_logger().exception("a request failed", path="/v1")
    logging.getLogger("library").exception("it failed")
logging.getLogger("procrastinate.worker").error("Job x(email='anna@example.org')", extra={"action": "job_error"})
"""


def lines(level: str) -> list[dict[str, Any]]:
    done = subprocess.run([sys.executable, "-c", SAY, level], check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_every_line_is_json_with_level_and_time() -> None:
    found = lines("info")
    assert [(line["level"], line["event"]) for line in found] == [
        ("info", "started"),
        ("warning", 'it says a "word"'),
        ("error", "a request failed"),
        ("error", "it failed"),
    ]
    assert all(line["timestamp"].endswith("Z") for line in found)
    assert found[0]["port"] == 8321


def test_an_error_is_logged_by_type_and_place_without_what_it_says() -> None:
    found = lines("info")
    assert "anna" not in json.dumps(found)
    for line in found[-2:]:
        assert [(error["exc_type"], error["is_cause"]) for error in line["exception"]] == [("ExceptionGroup", False), ("ValueError", True)]
        assert line["exception"][1]["frames"][0]["lineno"] > 1
        assert line["exception"][0]["exceptions"][0][0]["exc_type"] == "KeyError"


def test_for_development_it_is_logged_in_full() -> None:
    found = lines("debug")
    assert found[0]["event"] == "quiet"
    assert "anna@example.org" in json.dumps(found)


def test_less_is_logged_where_less_is_asked_for() -> None:
    assert [line["event"] for line in lines("error")] == ["a request failed", "it failed"]
