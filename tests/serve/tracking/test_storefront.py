"""The file of the storefront tag: how large it is, how it is served, and that its documentation names what there is."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from hanse.serve.console import assets
from tests.serve.conftest import Client

LARGEST_BYTES = 4_000


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    assets.build()


def test_the_tag_is_small() -> None:
    built = (assets.BUILT / "hanse.js").read_bytes()
    assert len(gzip.compress(built, 9)) <= LARGEST_BYTES


def test_the_documentation_names_what_there_is() -> None:
    text = (Path(__file__).parents[3] / "docs" / "tracking.md").read_text()
    source = assets.STOREFRONT.read_text()
    calls, attributes = set(re.findall(r"`hanse\.(\w+)\(", text)), set(re.findall(r"`data-(\w+)", text))
    assert calls - {"push"} == set(re.findall(r"Object\.entries\(\{ ([\w, ]+) \}\)", source)[0].split(", "))
    assert attributes == set(re.findall(r"\boptions\.(\w+)", source))


async def test_the_tag_is_kept_and_asked_for_again_by_its_version(client: Client) -> None:
    first = await client.get("/hanse.js", headers={"Origin": "https://shop.example", "Accept-Encoding": "br, gzip"})
    again = await client.get("/hanse.js", headers={"If-None-Match": first.headers["etag"], "Accept-Encoding": "br, gzip"})
    plain = await client.get("/hanse.js", headers={"Accept-Encoding": "identity"})
    assert (first.status_code, first.headers["content-type"].partition(";")[0]) == (200, "text/javascript")
    assert (first.headers["access-control-allow-origin"], first.headers["cross-origin-resource-policy"]) == ("*", "cross-origin")
    assert "max-age=3600" in first.headers["cache-control"]
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert first.headers["content-encoding"] == "br"
    assert plain.text.startswith("(()=>{")
    assert plain.headers["etag"] != first.headers["etag"]


async def test_a_browser_may_read_how_long_to_wait(client: Client) -> None:
    answer = await client.post("/v1/batch", content=b"{}", headers={"Origin": "https://shop.example"})
    assert "retry-after" in answer.headers["access-control-expose-headers"].lower()
