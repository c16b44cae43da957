"""The lake knows channel, kind of device and language, and nothing finer."""

from __future__ import annotations

import pytest

from hanse.data.lake import circumstances

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
PIXEL = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0 Mobile Safari/537.36"
GALAXY_TAB = "Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0 Safari/537.36"
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.mark.parametrize(
    ("kind", "user_agent", "device"),
    [
        (None, WINDOWS, "desktop"),
        (None, IPHONE, "mobile"),
        (None, PIXEL, "mobile"),
        (None, GALAXY_TAB, "tablet"),
        ("ios", None, "app"),
        ("Tablet", WINDOWS, "tablet"),
        (None, GOOGLEBOT, None),
        (None, "python-requests/2.32", None),
        (None, "", None),
        (None, None, None),
    ],
)
def test_the_kind_of_a_device(kind: str | None, user_agent: str | None, device: str | None) -> None:
    assert circumstances.device(kind, user_agent) == device


@pytest.mark.parametrize(("locale", "language"), [("de-DE", "de"), ("EN", "en"), ("fr_FR.UTF-8", "fr"), ("german", None), ("", None), (None, None)])
def test_the_language_of_a_locale(locale: str | None, language: str | None) -> None:
    assert circumstances.language(locale) == language


@pytest.mark.parametrize(("sent", "channel"), [(" Web ", "web"), ("store 12", "store 12"), ("x" * 51, None), (" ", None), (None, None)])
def test_the_name_of_a_channel(sent: str | None, channel: str | None) -> None:
    assert circumstances.channel(sent) == channel


def test_an_address_is_no_channel() -> None:
    assert circumstances.channel("anna@example.org") == "[email]"
