"""Why a question to one model failed, in words that quote nothing; inside of `language` only, callers see a `NoAnswer`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import msgspec

WORTH_WAITING = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
PERHAPS_TOO_MUCH = frozenset({400, 422})
"""What endpoints say that do not know a field of the question."""
CRASHED, FIELD = 500, b"response_format"
"""What llama-cpp-python's server says instead, and the field it stumbles over."""
CODE = re.compile(r"[a-z][a-z0-9_.-]{2,50}")
LONGEST_WAIT_SECONDS = 3_600.0
LATE = "no answer in time"


class Failure(Exception):
    """A question to one model failed."""

    def __init__(
        self, kind: str, *, passes: bool = False, after_seconds: float | None = None, is_too_much: bool = False, is_billed: bool = False
    ) -> None:
        """Say what is wrong, whether the same question may succeed later, and when."""
        super().__init__(kind)
        self.kind = kind
        self.passes = passes
        self.after_seconds = after_seconds
        self.is_too_much = is_too_much
        """Whether the endpoint may not know something in the question that can be left out."""
        self.is_billed = is_billed
        """Whether the question was taken in, so that it may cost something."""


def of_status(status: int, headers: Mapping[str, str], content: bytes) -> Failure:
    """Return the failure that a status of HTTP tells; names of headers are in lower case."""
    code = _code(content)
    after = _seconds(headers.get("retry-after"), headers.get("date"))
    is_too_much = status in PERHAPS_TOO_MUCH or (status == CRASHED and FIELD in content)
    return Failure(f"status {status}{f', {code}' if code else ''}", passes=status in WORTH_WAITING, after_seconds=after, is_too_much=is_too_much)


def _seconds(retry_after: str | None, date: str | None) -> float | None:
    """Return the seconds a Retry-After asks for, which may be a date by the clock of the endpoint (RFC 9110, 10.2.3)."""
    text = retry_after or ""
    try:
        found = (
            float(text) if text.replace(".", "", 1).isdigit() else (parsedate_to_datetime(text) - parsedate_to_datetime(date or "")).total_seconds()
        )
    except (ValueError, TypeError):
        return None
    return min(max(found, 0.0), LONGEST_WAIT_SECONDS)


def _code(content: bytes) -> str:
    """Return the code of an error, such as invalid_api_key; its message is left out, as it may quote the question."""
    try:
        found = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    error = found.get("error") if isinstance(found, dict) else None
    named = (error.get("code"), error.get("type")) if isinstance(error, dict) else ()
    return next((each for each in named if isinstance(each, str) and CODE.fullmatch(each)), "")
