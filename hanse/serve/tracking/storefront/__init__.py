"""The storefront tag at `/hanse.js`: shops load it from there for good, so browsers keep it for an hour and then ask whether it changed."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import Any

from litestar import Request, Response, get

from hanse.serve.console import assets
from hanse.serve.console.static_files import AssetsMissing

PATH = "/hanse.js"
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
HEADERS = {
    "Cache-Control": "public, max-age=3600, stale-while-revalidate=604800, stale-if-error=604800",
    "Vary": "Accept-Encoding",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""A changed tag is with every visitor after an hour; while Hanse is away, browsers go on with the one they have."""


@get(PATH, include_in_schema=False, sync_to_thread=False)
def tag(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Send the tag, or only that it is still the same."""
    accepted = request.headers.get("accept-encoding", "")
    encoding, suffix = next((each for each in ENCODINGS if each[0] in accepted), ("", ""))
    content, version = _built(suffix)
    headers = {**HEADERS, "ETag": version, **({"Content-Encoding": encoding} if encoding else {})}
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if version in known:
        return Response(b"", status_code=304, media_type="text/javascript", headers={**HEADERS, "ETag": version})
    return Response(content, media_type="text/javascript", headers=headers)


@lru_cache(maxsize=4)
def _built(suffix: str) -> tuple[bytes, str]:
    """Return the built tag and its version; raises `AssetsMissing`."""
    try:
        content = (assets.BUILT / f"hanse.js{suffix}").read_bytes()
    except FileNotFoundError:
        raise AssetsMissing from None
    return content, f'"{sha256(content).hexdigest()[:16]}"'
