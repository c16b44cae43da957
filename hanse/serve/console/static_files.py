"""The built assets at `/static`: named by their content, so that browsers keep them for good, and compressed beforehand."""

from __future__ import annotations

import mimetypes
from functools import lru_cache
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from hanse.base.errors import HanseError
from hanse.serve.console import assets

PATH = "/static/"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


class AssetsMissing(HanseError):
    """The console's scripts and styles are not built. Run `python -m hanse.serve.console.assets`, then start Hanse again."""

    status = 503
    exit_code = 6


@lru_cache(maxsize=1)
def manifest() -> dict[str, str]:
    """Return the built names of the assets by their plain ones; raises `AssetsMissing`."""
    try:
        return msgspec.json.decode((assets.BUILT / "manifest.json").read_bytes(), type=dict[str, str])
    except FileNotFoundError:
        raise AssetsMissing from None


def address(name: str) -> str:
    """Return where browsers find an asset."""
    return PATH + manifest()[name]


@get("/static/{name:str}", include_in_schema=False, sync_to_thread=False)
def asset(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """Send one built file, compressed where the browser takes that."""
    accepted = request.headers.get("accept-encoding", "")
    for encoding, suffix in ENCODINGS:
        if encoding in accepted and (content := _read(name + suffix)):
            return _answer(name, content, {"Content-Encoding": encoding})
    content = _read(name)
    if content is None:
        raise NotFoundException
    return _answer(name, content, {})


@lru_cache(maxsize=256)
def _read(name: str) -> bytes | None:
    """Read a file of the flat folder of built assets; nothing outside it has a name without a slash."""
    path = assets.BUILT / name
    if "/" in name or "\\" in name or name.startswith(".") or not path.is_file():
        return None
    return path.read_bytes()


def _answer(name: str, content: bytes, headers: dict[str, str]) -> Response[bytes]:
    suffix = "." + name.rpartition(".")[2]
    kind = TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    kept = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding", **headers}
    return Response(content, media_type=kind, headers=kept)
