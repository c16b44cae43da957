"""The pictures of the sample shop's products: a line drawing on a ground in the colour of its range."""

from __future__ import annotations

from functools import lru_cache

import msgspec
from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from hanse.serve.console import assets
from hanse.serve.console.static_files import AssetsMissing

HUES = {
    "machines": 225,
    "spare_parts": 250,
    "accessories": 190,
    "consumables": 60,
    "sets": 30,
    "work_wear": 150,
    "wine": 5,
    "delicatessen": 95,
}
HEADERS = {"Cache-Control": "public, max-age=86400", "Cross-Origin-Resource-Policy": "cross-origin"}
PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 240">
<defs><linearGradient id="g" x2="1" y2="1"><stop stop-color="oklch(0.97 0.02 {hue})"/><stop offset="1" stop-color="oklch({light} 0.05 {hue})"/></linearGradient></defs>
<rect width="240" height="240" fill="url(#g)"/><ellipse cx="120" cy="190" rx="62" ry="8" fill="oklch(0.45 0.06 {hue} / 0.16)"/>
<g transform="translate(60 56) scale(5)" fill="oklch(0.99 0.01 {hue})" stroke="oklch(0.38 0.09 {hue})" stroke-width="1.15" stroke-linecap="round"
 stroke-linejoin="round">{lines}</g></svg>"""


@get("/shop/pictures/{name:str}", include_in_schema=False, sync_to_thread=False)
def picture(name: FromPath[str]) -> Response[bytes]:
    """Send a picture, such as `drill-machines-0.svg`."""
    return Response(_drawn(name), media_type="image/svg+xml", headers=HEADERS)


@lru_cache(maxsize=512)
def _drawn(name: str) -> bytes:
    drawing, top, tint = ["", "", *name.removesuffix(".svg").rsplit("-", 2)][-3:]
    lines = _drawings().get(drawing)
    if lines is None or top not in HUES or tint not in {"0", "1", "2"}:
        raise NotFoundException
    return PICTURE.format(hue=HUES[top] + 7 * int(tint), light=0.9 - 0.02 * int(tint), lines=lines).encode()


@lru_cache(maxsize=1)
def _drawings() -> dict[str, str]:
    try:
        return msgspec.json.decode((assets.BUILT / "pictures.json").read_bytes(), type=dict[str, str])
    except FileNotFoundError:
        raise AssetsMissing from None
