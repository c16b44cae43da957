"""The files of the storefront tag and elements: how large they are, how they are served, and that their documentation names what there is."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from hanse.serve.console import assets
from hanse.serve.console.assets import elements
from tests.serve.conftest import Client

LARGEST_BYTES = {"hanse.js": 4_000, "elements.js": 30_000}
"""As they travel; of the elements, recommendations and search have under 15,000 each."""


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    assets.build()


@pytest.mark.parametrize("name", LARGEST_BYTES)
def test_they_are_small(name: str) -> None:
    built = (assets.BUILT / name).read_bytes()
    assert len(gzip.compress(built, 9)) <= LARGEST_BYTES[name]


def test_the_documentation_of_the_elements_names_what_there_is() -> None:
    text = (Path(__file__).parents[3] / "docs" / "storefront.md").read_text()
    source = "".join(path.read_text() for path in sorted((elements.WEB / "src").iterdir()))
    declared = "\n".join(re.findall(r"static override properties = \{(.*?)\n  \};", source, re.DOTALL))
    properties = re.findall(r"^    (\w+): \{(.*)\},$", declared, re.MULTILINE)
    attributes = {
        re.findall(r'attribute: "([a-z-]+)"', more)[0] if "attribute:" in more else name for name, more in properties if "state: true" not in more
    }
    options = {f"data-{each}" for each in ("key", "host", "mode", "product-url", "consent")}
    kinds = set(
        re.findall(r'^  "?([a-z-]+)"?: "[a-z-]+",$', re.findall(r"export const KINDS = \{(.*?)\} as const", source, re.DOTALL)[0], re.MULTILINE)
    )
    parts = {part for each in re.findall(r'part="([a-z ]+)', source) for part in each.split()}
    custom = set(re.findall(r"var\((--hanse-[a-z-]+)", source))
    told = set(re.findall(r'"(hanse:[a-z]+)"', source))
    assert len(kinds) > 10
    for name in attributes | options | kinds | parts | custom | told:
        assert f"`{name}" in text, f"docs/storefront.md does not name {name}"


def test_the_documentation_names_what_there_is() -> None:
    text = (Path(__file__).parents[3] / "docs" / "tracking.md").read_text()
    source = assets.STOREFRONT.read_text()
    calls, attributes = set(re.findall(r"`hanse\.(\w+)\(", text)), set(re.findall(r"`data-(\w+)", text))
    assert calls - {"push"} == set(re.findall(r"Object\.entries\(\{ ([\w, ]+) \}\)", source)[0].split(", "))
    assert attributes == set(re.findall(r"\boptions\.(\w+)", source))


@pytest.mark.parametrize("name", LARGEST_BYTES)
async def test_they_are_kept_and_asked_for_again_by_their_version(client: Client, name: str) -> None:
    first = await client.get(f"/{name}", headers={"Origin": "https://shop.example", "Accept-Encoding": "br, gzip"})
    again = await client.get(f"/{name}", headers={"If-None-Match": first.headers["etag"], "Accept-Encoding": "br, gzip"})
    plain = await client.get(f"/{name}", headers={"Accept-Encoding": "identity"})
    assert (first.status_code, first.headers["content-type"].partition(";")[0]) == (200, "text/javascript")
    assert (first.headers["access-control-allow-origin"], first.headers["cross-origin-resource-policy"]) == ("*", "cross-origin")
    assert "max-age=3600" in first.headers["cache-control"]
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert first.headers["content-encoding"] == "br"
    assert plain.content == (assets.BUILT / name).read_bytes()
    assert plain.headers["etag"] != first.headers["etag"]


async def test_a_browser_may_read_how_long_to_wait(client: Client) -> None:
    answer = await client.post("/v1/batch", content=b"{}", headers={"Origin": "https://shop.example"})
    assert "retry-after" in answer.headers["access-control-expose-headers"].lower()
