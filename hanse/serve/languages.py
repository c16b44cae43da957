"""Which language somebody is answered in: German or English, by what their browser or program asks for."""

from __future__ import annotations

from functools import lru_cache

from babel import negotiate_locale

LANGUAGES = ("de", "en")


@lru_cache(maxsize=1024)
def preferred(accept_language: str | None, default: str) -> str:
    """Return the language of an `Accept-Language` header (RFC 9110, 12.5.4), or the default."""
    wanted = sorted(_ranges(accept_language or ""), key=lambda each: -each[1])
    names = [name for name, weight in wanted if weight > 0]
    return negotiate_locale(names, LANGUAGES, sep="-") or default


def _ranges(header: str) -> list[tuple[str, float]]:
    found = []
    for part in header.split(","):
        name, _, weight = part.replace(" ", "").partition(";q=")
        try:
            found.append((name.split("-")[0].lower(), float(weight or 1)))
        except ValueError:
            continue
    return found
