"""Files of every night: set up, changed, written now and removed in the console, with what came of them and what is wrong in plain words."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

from hanse.base import database
from hanse.base.context import Context
from hanse.data import catalog
from hanse.data.access.accounts import Role
from hanse.data.catalog import Price, Product
from hanse.serve import jobs
from hanse.serve.console.product_files import NIGHTLY, PATH
from hanse.serve.runtime import Runtime
from hanse.sources.feeds import exporting, nightly
from hanse.sources.feeds.jobs import export
from tests.conftest import NOW
from tests.serve.console.conftest import Browser

SignIn = Callable[..., Browser]
GERMAN = {"Accept-Language": "de"}
GOOGLE = {"name": "google", "format": "merchant", "language": "de", "tax_rate": "19 %", "base_url": "https://shop.example", "supplier": "Nordwerk"}


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def page(signed_in: Browser, query: str = "") -> str:
    return text(signed_in.get(PATH + query, headers=GERMAN).text)


def saved(runtime: Runtime) -> list[tuple[str, str, dict[str, Any]]]:
    async def look() -> list[tuple[str, str, dict[str, Any]]]:
        async with await database.connect(runtime.conninfo) as connection:
            rows = await (await connection.execute("SELECT name, format, options FROM catalog_exports ORDER BY name")).fetchall()
            return [(row["name"], row["format"], row["options"]) for row in rows]

    return asyncio.run(look())


async def _write(runtime: Runtime, job_id: int) -> None:
    """Do what the worker would with a job, with two products of which one lacks a price."""
    async with await database.connect(runtime.conninfo) as connection:
        made = [Product(product_id=each, title={"de": "Bohrer"}, image_url="/d.jpg", url="/d") for each in ("D1", "D2")]
        await catalog.put_products(connection, made, source="pim", now=NOW)
        await catalog.put_prices(connection, [Price(product_id="D1", amount_minor=10_000)], now=NOW)
        job = await jobs.find(connection, job_id)
        assert job is not None
        result = await export(Context(runtime.resources, fixed_connection=connection), **job.arguments)
        facts = {"job_id": job_id, "result": database.jsonb(result), "now": NOW}
        await connection.execute(
            "INSERT INTO job_progress (job_id, progress_score, note, result, updated_at) VALUES (%(job_id)s, 1, '', %(result)s, %(now)s)", facts
        )


async def _fail(runtime: Runtime) -> None:
    async with await database.connect(runtime.conninfo) as connection:
        await connection.execute(nightly.queries["note_problem"], {"name": "google", "problem": "The disk is full."})


def test_a_file_is_set_up_written_changed_and_removed(browser: SignIn, runtime: Runtime) -> None:
    signed_in = browser()
    assert "Noch wird keine Datei jede Nacht geschrieben" in page(signed_in)
    assert signed_in.post(NIGHTLY, GOOGLE).headers["location"] == f"{PATH}#night-google"
    told = page(signed_in)
    assert "google noch nicht geschrieben Format Google Merchant" in told
    assert "Deutsch, Preise für alle, mit 19 % Steuer" in told
    answer = signed_in.post(f"{NIGHTLY}/write", {"name": "google"})
    asyncio.run(_write(runtime, int(answer.headers["location"].rpartition("/")[2])))
    assert "1 ohne Preis in dieser Liste: weggelassen: D2" in text(signed_in.get(answer.headers["location"], headers=GERMAN).text)
    told = page(signed_in)
    assert "google geschrieben" in told
    assert "Produkte 1 (1 weggelassen)" in told
    assert "1 ohne Preis in dieser Liste: weggelassen" in told
    assert "119.00 EUR" in signed_in.get(f"{PATH}/google.xml").text
    form = signed_in.get(f"{PATH}?name=google", headers=GERMAN).text
    assert "„google“ ändern" in form
    assert 'value="https://shop.example"' in form
    assert 'value="19"' in form
    changed = {**GOOGLE, "before": "google", "format": "merchant-tsv", "price_list": "buyer-7", "tax_rate": "", "language": ""}
    assert signed_in.post(NIGHTLY, changed).status_code == 303
    assert signed_in.get(f"{PATH}/google.xml").status_code == 404
    ((name, form_name, options),) = saved(runtime)
    assert (name, form_name, options["price_list"], options["tax_rate"], options["language"]) == ("google", "merchant-tsv", "buyer-7", None, None)
    assert "in der Sprache der Einstellungen, Preise der Liste buyer-7, netto" in page(signed_in)
    asyncio.run(_fail(runtime))
    assert "google ließ sich nicht schreiben" in page(signed_in)
    assert signed_in.post(f"{NIGHTLY}/remove", {"name": "google"}).headers["location"] == PATH
    assert (saved(runtime), list(exporting.folder(runtime.settings).glob("*"))) == ([], [])
    audit = text(signed_in.get("/audit").text).replace(" ", "")
    assert all(action in audit for action in ("feeds.save_export", "feeds.remove_export", "feeds.export"))


def test_what_is_wrong_stands_beside_its_field_with_what_was_typed(browser: SignIn, runtime: Runtime) -> None:
    signed_in = browser()
    signed_in.post(NIGHTLY, GOOGLE)
    for field, value, told in (
        ("name", "Google!", "kleinen Buchstaben"),
        ("name", "", "kleinen Buchstaben"),
        ("name", "catalog-merchant", "einmal geschriebenen Dateien"),
        ("name", "google", "Eine Datei dieses Namens gibt es schon."),
        ("format", "pdf", "Wählen Sie eines der Formate."),
        ("tax_rate", "viel", "Das muss eine Zahl von 0 bis unter 100 sein"),
        ("tax_rate", "190", "Das muss eine Zahl von 0 bis unter 100 sein"),
        ("base_url", "javascript:x()", "Das muss eine Adresse sein"),
        ("product_url", "https://shop.example/", "Darin fehlt {id}"),
        ("supplier", "x" * 101, "es darf höchstens 100 Zeichen haben"),
    ):
        answer = signed_in.post(NIGHTLY, {**GOOGLE, "name": "zweite", field: value}, headers=GERMAN)
        assert (answer.status_code, told in text(answer.text)) == (422, True), (field, value)
        assert field == "format" or re.search(rf'name="{field}"[^>]*aria-invalid="true"', answer.text, re.DOTALL), field
        assert "Nordwerk" in answer.text or field == "supplier"
    assert [each[0] for each in saved(runtime)] == ["google"]


def test_who_may_only_look_changes_nothing_and_what_is_gone_is_told(browser: SignIn) -> None:
    signed_in = browser()
    signed_in.post(NIGHTLY, GOOGLE)
    assert signed_in.get(f"{PATH}?name=other").status_code == 404
    for path in ("write", "remove"):
        assert signed_in.post(f"{NIGHTLY}/{path}", {"name": "other"}).status_code == 404
    viewer = browser(Role.VIEWER)
    told = viewer.get(PATH, headers=GERMAN).text
    assert ("google" in told, "Entfernen" in told, 'id="export-form"' in told) == (True, False, False)
    assert {viewer.post(path, GOOGLE).status_code for path in (NIGHTLY, f"{NIGHTLY}/write", f"{NIGHTLY}/remove")} == {403}
