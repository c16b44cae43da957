"""What people do in the console, from the first link to a repaired row."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import EMAIL, PASSWORD, Console, sign_in

ORDERS = """Bestellnummer;Artikelnummer;Artikel;Menge;Preis;Währung;Kundennummer;Bestellt am
B-1;W-1;Kerzenhalter;2;12,50;EUR;K-1;03.05.2026
B-1;W-2;Windlicht;1;8,90;EUR;K-1;03.05.2026
B-2;W-1;Kerzenhalter;viele;12,50;EUR;K-2;04.05.2026
"""


def ready(page: Page, path: str) -> None:
    page.goto(path)
    page.wait_for_selector("html[data-ready]")


def test_somebody_signs_in_by_link_out_and_in_again(console: Console, chromium: Browser, signed_in: dict[str, Any]) -> None:
    context = chromium.new_context(locale="de", base_url=console.address)
    page = context.new_page()
    page.goto("/products")
    expect(page.locator("h1")).to_have_text("Anmelden")
    page.fill("#email", EMAIL)
    page.fill("#password", "falsch geraten")
    page.click("button.primary")
    expect(page.get_by_role("alert")).to_contain_text("E-Mail-Adresse oder Passwort ist falsch")

    sign_in(page, console)
    page.click(".rail form[action='/sign-out'] button")
    expect(page.locator("h1")).to_have_text("Anmelden")
    page.goto("/sign-in?next=%2Fproducts")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.click("button.primary")
    expect(page.locator("h1")).to_have_text("Katalog")
    context.close()


def test_a_file_is_imported_and_its_rejected_row_repaired(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "bestellungen.csv"
    file.write_text(ORDERS, encoding="utf-8")
    ready(page, "/data/imports/new")
    page.set_input_files("#file", file)
    page.fill("#source", "Altsystem")
    page.click("button.primary")

    expect(page.locator("h1")).to_have_text("bestellungen.csv")
    expect(page.get_by_label("Bestellnummer")).to_have_value("Bestellnummer")
    expect(page.get_by_label("Menge")).to_have_value("Menge")
    page.click("button.primary")

    page.get_by_role("link", name="Bericht öffnen").click(timeout=30_000)
    expect(page.locator("h1")).to_have_text("bestellungen.csv")
    expect(page.locator(".figures")).to_contain_text("Abgelehnt")
    page.get_by_role("link", name="reparieren und nachladen").click()

    page.click("#each tr.opens >> nth=0")
    quantity = page.locator("#drawer").get_by_label("Menge")
    expect(quantity).to_have_value("viele")
    quantity.fill("noch mehr")
    page.get_by_role("button", name="Reparieren und nachladen").click()
    expect(page.locator("#drawer").get_by_role("alert")).to_contain_text("Das ist keine Zahl.")
    page.locator("#drawer").get_by_label("Menge").fill("3")
    page.get_by_role("button", name="Reparieren und nachladen").click()
    expect(page.locator(".toast")).to_contain_text("Die Zeile ist aufgenommen.")


def test_a_dismissed_row_can_be_taken_back(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "mehr.csv"
    file.write_text(ORDERS.replace("B-", "C-"), encoding="utf-8")
    ready(page, "/data/imports/new")
    page.set_input_files("#file", file)
    page.click("button.primary")
    page.click("button.primary")
    page.get_by_role("link", name="Bericht öffnen").click(timeout=30_000)
    page.get_by_role("link", name="reparieren und nachladen").click()
    page.click("#each tr.opens >> nth=0")
    page.locator("#drawer").get_by_role("button", name="Verwerfen").click()

    page.locator(".toast").get_by_role("button", name="Rückgängig").click()

    expect(page.locator(".toast")).to_contain_text("Die Zeile ist wieder offen.")


def test_a_rejected_event_is_repaired_as_json(page: Page) -> None:
    ready(page, "/data/rejects?kind=event&field=timestamp")
    page.click("#each tr.opens >> nth=0")
    editor = page.locator("#drawer").get_by_label("Was ankam, als JSON")
    text = editor.input_value()

    editor.fill(text.replace('"yesterday"', "yesterday"))
    page.get_by_role("button", name="Reparieren und nachladen").click()
    expect(page.locator("#drawer").get_by_role("alert")).to_contain_text("es fehlt ein Wert")
    expect(editor).to_have_value(text.replace('"yesterday"', "yesterday"))
    editor.fill(text.replace("yesterday", "2026-01-05T10:00:00Z"))
    page.get_by_role("button", name="Reparieren und nachladen").click()

    expect(page.locator(".toast")).to_contain_text("Es ist aufgenommen.")
    expect(page).to_have_url(re.compile(r"/data/rejects\?kind=event&field=timestamp$"))


def test_all_with_the_same_wrong_are_replayed(page: Page) -> None:
    ready(page, "/data/rejects")
    page.locator("#groups").get_by_text("Der Name des Ereignisses fehlt.").click()
    page.get_by_text("Vorher ein Feld setzen").click()
    page.get_by_label("Feld", exact=True).fill("event")
    page.get_by_label("Neuer Wert, als JSON").fill('"Product Viewed"')
    page.get_by_role("button", name="Alle diese nachladen").click()
    page.locator("#confirm").get_by_role("button", name="Alle diese nachladen").click()

    expect(page.locator("#drawer").get_by_role("status")).to_have_text("4 aufgenommen.")
    expect(page.locator("#drawer")).to_contain_text("Davon ist nichts mehr offen.")


def test_how_long_events_are_kept_is_tried_before_it_is_set(page: Page) -> None:
    ready(page, "/data/retention")
    page.get_by_label("Wie viele Tage aufbewahren?").fill("36500")
    page.get_by_role("button", name="Zeigen, was gelöscht würde").click()
    expect(page.locator("#preview").get_by_role("status")).to_contain_text("In der nächsten Nacht würde nichts gelöscht")

    page.get_by_role("button", name="Regel festlegen").click()
    expect(page.get_by_role("row", name="Alle Ereignisse")).to_contain_text("36.500 Tage")
    page.get_by_role("link", name="Zurücknehmen").click()
    page.locator("#preview").get_by_role("button", name="Regel zurücknehmen").click()
    expect(page.locator(".empty")).to_contain_text("Alles wird für immer aufbewahrt")


def test_a_recommendation_is_tried(page: Page, console: Console) -> None:
    ready(page, f"/capabilities/recommend/try/also_bought?product_id={console.product_id}")
    page.get_by_label("Höchstzahl").fill("3")
    page.click("button.primary")

    expect(page.locator("#answer .shelf li")).to_have_count(3)
    page.get_by_text("Als JSON zeigen").click()
    expect(page.locator("#answer pre").last).to_contain_text("decision_id")


def test_a_wrong_field_is_named(page: Page) -> None:
    ready(page, "/capabilities/recommend/try/arrange")
    page.locator("#f-blocks").fill("offers\noffers")
    page.click("button.primary")

    expect(page.locator("#answer").get_by_role("alert")).to_contain_text("offers")


def test_a_row_opens_beside_the_list_with_its_own_address(page: Page) -> None:
    ready(page, "/products")
    page.click("tr.opens >> nth=1")
    expect(page.locator("#drawer h2")).to_be_focused()
    title, address = page.inner_text("#drawer h2"), page.url
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    expect(page.locator("tr.opens a.opener >> nth=1")).to_be_focused()

    page.goto(address)

    expect(page.locator("#drawer h2")).to_have_text(title)


def test_the_palette_finds_a_product(page: Page) -> None:
    ready(page, "/")
    page.keyboard.press("Control+k")
    page.keyboard.type("Akku")
    page.wait_for_selector("#found a[href^='/products/']")
    page.keyboard.press("Enter")

    expect(page.locator("#drawer h2")).to_contain_text("Akku")


def test_keys_lead_to_places(page: Page) -> None:
    ready(page, "/")
    page.keyboard.press("g")
    page.keyboard.press("d")
    expect(page.locator("h1")).to_have_text("Daten")
    page.wait_for_selector("html[data-ready]")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def test_personal_data_is_revealed_by_a_click_that_is_noted(page: Page, console: Console) -> None:
    ready(page, f"/customers/{console.profile_id}")
    expect(page.locator("main")).to_contain_text("•••")
    page.get_by_role("button", name="Aufdecken").click()
    expect(page.locator("main")).to_contain_text("@")
    expect(page.locator("main .customer")).not_to_contain_text("•••")

    page.goto("/audit")

    expect(page.locator("tbody tr >> nth=0")).to_contain_text("customers.reveal")


def test_a_key_is_shown_once_and_revoked_after_a_question(page: Page) -> None:
    ready(page, "/keys")
    page.fill("#name", "shop-frontend")
    page.get_by_role("button", name="Schlüssel erstellen").click()
    expect(page.locator("#new-key")).to_contain_text("hanse_")
    page.goto("/keys")
    expect(page.locator("#new-key")).to_have_count(0)
    page.wait_for_selector("html[data-ready]")

    page.get_by_role("button", name="Sperren shop-frontend").click()
    expect(page.locator("#confirm")).to_contain_text("Das lässt sich nicht zurücknehmen.")
    page.locator("#confirm [data-yes]").click()

    expect(page.locator("tbody tr").filter(has_text="shop-frontend")).to_contain_text("gesperrt")


def test_training_runs_as_a_job_that_can_be_watched(page: Page) -> None:
    ready(page, "/capabilities/recommend/model")
    page.get_by_role("button", name="Modell jetzt trainieren").click()

    expect(page.locator("#progress")).to_contain_text("fertig", timeout=60_000)
    expect(page.locator("#progress")).to_contain_text(re.compile("cosine|lift"))  # validation data choose


def test_the_console_works_without_scripts(console: Console, chromium: Browser, signed_in: dict[str, Any]) -> None:
    context = chromium.new_context(locale="en", base_url=console.address, storage_state=signed_in, java_script_enabled=False)  # type: ignore[arg-type]  # its own state
    page = context.new_page()
    page.goto("/products")
    page.click("tr.opens a.opener >> nth=0")
    expect(page.locator("#drawer h2")).to_be_visible()
    page.goto("/capabilities/recommend/try/popular")
    page.click("button.primary")
    expect(page.locator("#answer .shelf li").first).to_be_visible()
    context.close()
