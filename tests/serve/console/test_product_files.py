"""The catalog as a file: asked for in the console, written by a job, and downloaded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hanse.data import catalog
from hanse.data.access.accounts import Role
from hanse.data.catalog import Price, Product
from hanse.serve.runtime import Runtime
from hanse.sources.feeds import exporting
from tests.conftest import NOW
from tests.serve.console.conftest import Browser

SignIn = Callable[..., Browser]
PATH = "/products/-/files"
GERMAN = {"Accept-Language": "de"}


def test_a_file_is_asked_for_written_and_downloaded(browser: SignIn, runtime: Runtime) -> None:
    signed_in = browser()
    assert "Bisher wurde keine Datei geschrieben." in signed_in.get(PATH, headers=GERMAN).text
    asked = {"format": "jsonld", "tax_rate": "19 %", "base_url": "https://shop.example", "product_url": "https://shop.example/{id}"}
    assert signed_in.post(PATH, asked).headers["location"].startswith("/jobs/")
    asyncio.run(_write(runtime))
    assert "catalog-jsonld.jsonld" in signed_in.get(PATH, headers=GERMAN).text
    sent = signed_in.get(f"{PATH}/catalog-jsonld.jsonld")
    assert (sent.status_code, sent.headers["content-disposition"].partition(";")[0]) == (200, "attachment")
    assert '"price":"119.00"' in sent.text
    for name in ("nothing.xml", "..%2Fsecret", ".catalog-jsonld.jsonld.part"):
        assert signed_in.get(f"{PATH}/{name}").status_code == 404


def test_a_wrong_wish_is_told_with_what_was_typed(browser: SignIn) -> None:
    signed_in = browser()
    for field, value in (("tax_rate", "viel"), ("base_url", "javascript:x()"), ("format", "pdf")):
        answer = signed_in.post(PATH, {"format": "merchant", field: value})
        assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)


def test_who_may_only_look_writes_nothing(browser: SignIn) -> None:
    signed_in = browser(Role.VIEWER)
    assert '<form class="card stack"' not in signed_in.get(PATH).text
    assert signed_in.post(PATH, {"format": "merchant"}).status_code == 403


async def _write(runtime: Runtime) -> None:
    """Do what the worker would."""
    from hanse.base import database
    from hanse.base.context import Context
    from hanse.sources.feeds import ExportOptions, nightly

    options = ExportOptions(tax_rate=0.19, base_url="https://shop.example", product_url="https://shop.example/{id}")
    async with await database.connect(runtime.conninfo) as connection:
        made = Product(product_id="D1", title={"de": "Bohrer"}, image_url="/d1.jpg")
        await catalog.put_products(connection, [made], source="pim", now=NOW)
        await catalog.put_prices(connection, [Price(product_id="D1", amount_minor=10_000)], now=NOW)
        await nightly.write(Context(runtime.resources, fixed_connection=connection), "catalog-jsonld", "jsonld", options)
    assert exporting.folder(runtime.settings).exists()
