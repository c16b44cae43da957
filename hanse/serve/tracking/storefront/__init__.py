"""The storefront tag at `/hanse.js` and the storefront elements at `/elements.js`.

Shops load them from there for good, so browsers keep them for an hour and then ask whether they changed.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import Any

from litestar import Request, Response, get

from hanse.serve.console import assets
from hanse.serve.console.static_files import AssetsMissing

TAG, ELEMENTS = "hanse.js", "elements.js"
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
HEADERS = {
    "Cache-Control": "public, max-age=3600, stale-while-revalidate=604800, stale-if-error=604800",
    "Vary": "Accept-Encoding",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""A changed file is with every visitor after an hour; while Hanse is away, browsers go on with the one they have."""


@get(f"/{TAG}", include_in_schema=False, sync_to_thread=False)
def tag(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Send the tag, or only that it is still the same."""
    return _script(request, TAG)


@get(f"/{ELEMENTS}", include_in_schema=False, sync_to_thread=False)
def elements(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Send the elements, or only that they are still the same."""
    return _script(request, ELEMENTS)


def _script(request: Request[Any, Any, Any], name: str) -> Response[bytes]:
    accepted = request.headers.get("accept-encoding", "")
    encoding, suffix = next((each for each in ENCODINGS if each[0] in accepted), ("", ""))
    content, version = _built(name + suffix)
    headers = {**HEADERS, "ETag": version, **({"Content-Encoding": encoding} if encoding else {})}
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if version in known:
        return Response(b"", status_code=304, media_type="text/javascript", headers={**HEADERS, "ETag": version})
    return Response(content, media_type="text/javascript", headers=headers)


@lru_cache(maxsize=8)
def _built(name: str) -> tuple[bytes, str]:
    """Return a built file and its version; raises `AssetsMissing`."""
    try:
        content = (assets.BUILT / name).read_bytes()
    except FileNotFoundError:
        raise AssetsMissing from None
    return content, f'"{sha256(content).hexdigest()[:16]}"'
