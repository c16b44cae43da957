"""Settings: read once from the environment by whoever starts a process, then passed along."""

from __future__ import annotations

import os
import re
import zoneinfo
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from hanse.base import errors

OTEL_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
"""Variable of the OpenTelemetry specification for the same as `HANSE_OTEL_ENDPOINT`."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a person may set, each by the environment variable `HANSE_` plus its name in capitals."""

    home: Path
    """Folder of the embedded database, the lake and the models."""
    database_url: str = ""
    """PostgreSQL to use; empty starts the embedded one in the home folder."""
    lake_engine: str = "duckdb"
    """Engine of the lake: `duckdb`, or `spark` where one machine is too small."""
    holdout_share: float = 0.05
    """Share of profiles, 0..1, that capabilities leave alone so that their effect can be measured."""
    currency: str = "EUR"
    """Currency (ISO 4217) of amounts that come without one."""
    language: str = "de"
    """Language of texts that come without one: `de` or `en`."""
    time_zone: str = "Europe/Berlin"
    """Time zone (IANA) of times that come without one, and of the console."""
    console: bool = True
    """Whether the server has the console; `false` for one that stands before the public and answers programs only."""
    public_url: str = ""
    """Address under which browsers reach this server, where a proxy stands before it."""
    request_limit: int = 6000
    """Requests per minute that one API key may make."""
    body_limit_bytes: int = 10_000_000
    """Largest request body in bytes."""
    upload_limit_bytes: int = 1_000_000_000
    """Largest file in bytes that the console takes as an upload."""
    pool_size: int = 8
    """Database connections of one process at most."""
    log_level: str = "info"
    """Least level that is logged: `debug`, `info`, `warning` or `error`."""
    otel_endpoint: str = ""
    """Where traces go (OTLP over HTTP), such as `http://localhost:4318`; empty records none. `OTEL_EXPORTER_OTLP_ENDPOINT` is taken where this is not set."""

    encode: bool = True
    """Whether texts get vectors, by which search and recommendations understand them; `false` leaves it to words, and the processors to others."""
    pictures: str = "internet"
    """Which pictures of products are fetched and looked at, so that what looks alike is found alike: `internet`, `anywhere` (also in the own network), or `off`."""
    embeddings_url: str = ""
    """Where catalog texts get their vectors (OpenAI's embeddings interface), such as `http://localhost:11434/v1`; empty makes them here."""
    embeddings_model: str = ""
    """Model to ask for there, such as `bge-m3`."""
    embeddings_key: str = ""
    """Key to ask with there, where one is wanted."""

    @property
    def models(self) -> Path:
        """Folder of the trained models."""
        return self.home / "models"

    @property
    def lake(self) -> Path:
        """Folder of the columnar copy."""
        return self.home / "lake"


def default_home() -> Path:
    """Return where Hanse keeps its data when `HANSE_HOME` does not say: a service's place as root, else the user's."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/hanse")
    share = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(share) / "hanse"


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment.

    Raises `InvalidSetting` naming the variable when a value does not fit.
    """
    environment = os.environ if environment is None else environment
    given = {name: environment[f"HANSE_{name.upper()}"] for name in Settings.__struct_fields__ if environment.get(f"HANSE_{name.upper()}")}
    given.setdefault("home", str(default_home()))
    if environment.get(OTEL_ENDPOINT):
        given.setdefault("otel_endpoint", environment[OTEL_ENDPOINT])
    values: dict[str, object] = {}
    for field in msgspec.structs.fields(Settings):
        if field.name in given:
            values[field.name] = _convert(field, given[field.name])
    return _checked(Settings(**values))  # type: ignore[arg-type]  # each value was converted to its field's type


def _convert(field: msgspec.structs.FieldInfo, text: str) -> object:
    if field.type is Path:
        return Path(text).expanduser().absolute()
    try:
        return msgspec.convert(text, field.type, strict=False)
    except msgspec.ValidationError as error:
        raise errors.InvalidSetting(setting=f"HANSE_{field.name.upper()}", value=text, expected=f"a number is expected: {error}") from error


def _checked(settings: Settings) -> Settings:
    if settings.embeddings_url and not settings.embeddings_model:
        raise errors.InvalidSetting(setting="HANSE_EMBEDDINGS_MODEL", value="", expected="HANSE_EMBEDDINGS_URL needs the name of a model there")
    for name, fits, expected in RULES:
        value = getattr(settings, name)
        if not fits(value):
            raise errors.InvalidSetting(setting=f"HANSE_{name.upper()}", value=value, expected=f"{expected} is expected")
    return settings


def _is_positive(number: int) -> bool:
    return number > 0


def _is_time_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return False
    return True


ADDRESS = r"(https?://[^\s/]+\S*)?"
RULES: tuple[tuple[str, Callable[[Any], bool], str], ...] = (
    ("lake_engine", {"duckdb", "spark"}.__contains__, "duckdb or spark"),
    ("holdout_share", lambda share: 0 <= share < 1, "a share from 0 to below 1"),
    ("currency", lambda code: re.fullmatch("[A-Z]{3}", code) is not None, "a code of three capitals (ISO 4217)"),
    ("language", {"de", "en"}.__contains__, "de or en"),
    ("pictures", {"internet", "anywhere", "off"}.__contains__, "internet, anywhere or off"),
    ("time_zone", _is_time_zone, "a name such as Europe/Berlin (IANA)"),
    ("request_limit", _is_positive, "a number above 0"),
    ("body_limit_bytes", _is_positive, "a number above 0"),
    ("upload_limit_bytes", _is_positive, "a number above 0"),
    ("pool_size", _is_positive, "a number above 0"),
    ("otel_endpoint", lambda address: re.fullmatch(ADDRESS, address) is not None, "an address with http:// or https://"),
    ("embeddings_url", lambda address: re.fullmatch(ADDRESS, address) is not None, "an address with http:// or https://"),
    ("log_level", {"debug", "info", "warning", "error"}.__contains__, "debug, info, warning or error"),
)
"""What each setting must be like, and how that is said."""
