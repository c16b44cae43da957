"""How long an endpoint asks to wait: seconds, or a date by its own clock."""

from __future__ import annotations

import pytest

from hanse.ai.language import failures

DATE = "Mon, 15 Jun 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("3", 3.0),
        ("1.5", 1.5),
        ("Mon, 15 Jun 2026 12:00:20 GMT", 20.0),
        ("Mon, 15 Jun 2026 11:00:00 GMT", 0.0),
        ("Wed, 17 Jun 2026 12:00:00 GMT", failures.LONGEST_WAIT_SECONDS),
        ("99999999", failures.LONGEST_WAIT_SECONDS),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("nan", None),
        ("Mon, 15 Jun 2026 12:00:20", None),
    ],
)
def test_how_long_to_wait_is_understood(said: str, seconds: float | None) -> None:
    assert failures.of_status(429, {"retry-after": said, "date": DATE}, b"").after_seconds == seconds


def test_a_date_says_nothing_where_the_endpoint_tells_no_time() -> None:
    assert failures.of_status(429, {"retry-after": DATE}, b"").after_seconds is None


@pytest.mark.parametrize(
    ("status", "content", "is_too_much"),
    [
        (422, b"", True),
        (500, b"{\"error\": {\"message\": \"('body', 'response_format', 'type'): Input should be 'text'\", \"code\": null}}", True),
        (500, b"", False),
        (401, b"response_format", False),
    ],
)
def test_a_field_that_an_endpoint_does_not_know_is_left_out(status: int, content: bytes, is_too_much: bool) -> None:  # noqa: FBT001  # a parameter
    assert failures.of_status(status, {}, content).is_too_much is is_too_much
