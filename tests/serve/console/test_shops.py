"""Shops and PIMs in the console: connected with a try before, told of in words, changed, read, and ended; secrets are seen by nobody."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hanse.base import database
from hanse.base.context import Context
from hanse.data.access.accounts import Role
from hanse.serve.console import shop_words, texts
from hanse.serve.console.shops import CONNECT, PATH
from hanse.serve.runtime import Runtime
from hanse.sources.connections import jobs, systems
from hanse.sources.source import errors
from hanse.testing.shops import FakeAkeneo, FakeWooCommerce
from tests.conftest import NOW
from tests.serve.console.conftest import Browser

SignIn = Callable[..., Browser]
GERMAN = {"Accept-Language": "de"}
KEYS = {"secret_consumer_key": "ck_fake", "secret_consumer_secret": "cs_fake"}


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def page(signed_in: Browser, path: str = "") -> str:
    return text(signed_in.get(PATH + path, headers=GERMAN).text)


def rows(runtime: Runtime, statement: str) -> list[dict[str, Any]]:
    async def look() -> list[dict[str, Any]]:
        async with await database.connect(runtime.conninfo) as connection:
            return await (await connection.execute(statement.encode())).fetchall()

    return asyncio.run(look())


def read(runtime: Runtime, name: str) -> None:
    """Do what the worker would."""

    async def work() -> None:
        async with await database.connect(runtime.conninfo) as connection:
            job_id = (await (await connection.execute("SELECT max(id) AS id FROM procrastinate_jobs")).fetchone() or {})["id"]
            result = await jobs.poll(Context(runtime.resources, fixed_connection=connection), name=name)
            facts = {"job_id": job_id, "result": database.jsonb(result), "now": NOW}
            await connection.execute(
                "INSERT INTO job_progress (job_id, progress_score, note, result, updated_at) VALUES (%(job_id)s, 1, '', %(result)s, %(now)s)", facts
            )
            await connection.execute("UPDATE procrastinate_jobs SET status = 'succeeded'")

    asyncio.run(work())


def test_a_shop_is_tried_connected_read_changed_and_disconnected(browser: SignIn, runtime: Runtime) -> None:
    signed_in = browser()
    assert "Noch ist kein Shop verbunden" in page(signed_in)
    with FakeWooCommerce() as shop:
        shop.save_product("AKKU-18", "Akku 18 V", net=Decimal("100.00"), stock=5, at=NOW - timedelta(days=1))
        shop.place_order(7, [], at=NOW - timedelta(hours=2))
        shop.spoil_order(7, at=NOW - timedelta(hours=1))
        known = {"system": "woocommerce", "name": "laden", "url": shop.url, "allow_private": "true"}
        wrong = signed_in.post(CONNECT, {**known, **KEYS, "secret_consumer_secret": "cs_wrong"}, headers=GERMAN)
        assert (wrong.status_code, "WooCommerce nimmt die Schlüssel nicht an." in text(wrong.text)) == (422, True)
        assert ("cs_wrong" in wrong.text, rows(runtime, "SELECT * FROM shop_connections")) == (False, [])
        sealed = re.findall(r'name="sealed" value="([^"]+)"', wrong.text)[0]

        made = signed_in.post(CONNECT, {**known, "sealed": sealed, "secret_consumer_secret": "cs_fake"}, headers=GERMAN)
        secret = re.findall(r"<code>([\w-]{40,})</code>", made.text)[0]
        assert "http://testserver.local/webhooks/woocommerce/laden" in made.text
        assert "noch nichts gekommen" in text(made.text)
        assert "Eine Verbindung dieses Namens gibt es schon." in signed_in.post(CONNECT, {**known, **KEYS}, headers=GERMAN).text

        read(runtime, "laden")
        assert all(
            told in page(signed_in, "/laden") for told in ("1 neu oder geändert, 1 nicht aufgenommen", "1 zu reparieren", "noch keine angekommen")
        )
        assert "Gelesen 2 Neu oder geändert 1" in text(signed_in.get("/jobs/1", headers=GERMAN).text)
        assert "delivery&amp;source=laden" in signed_in.get(PATH).text

        options = {"included_tax_percent": "19 %", "since": "2026-01-01", "language": "de"}
        assert signed_in.post(f"{PATH}/laden/change", {**known, **options}).headers["location"] == f"{PATH}/laden"
        form = signed_in.get(f"{PATH}/laden/change").text
        assert all(f'value="{told}"' in form for told in ("19", "2026-01-01", shop.url))
        assert not any(hidden in form + signed_in.get(f"{PATH}/laden").text for hidden in ("ck_fake", "cs_fake", secret))
        assert signed_in.post(f"{PATH}/laden/read").headers["location"].startswith("/jobs")

    moved = signed_in.post(f"{PATH}/laden/change", {**known, "url": "https://other.example"}, headers=GERMAN)
    assert "Gelesen wird nicht, weil die Schlüssel dafür fehlen" in moved.text  # keys do not go along to another host
    assert signed_in.post(f"{PATH}/laden/disconnect").headers["location"] == PATH
    assert "getrennt" in page(signed_in)
    assert "Wieder verbinden" in page(signed_in, "/laden")
    signed_in.post(f"{PATH}/laden/change", {**known, "url": "https://other.example"})
    assert [row["state"] for row in rows(runtime, "SELECT state FROM shop_connections")] == ["active"]
    audit = rows(runtime, "SELECT action, audit_log::text AS text FROM audit_log")
    assert {"shops.connect", "shops.change", "shops.read", "shops.disconnect"} <= {row["action"] for row in audit}
    assert not any(hidden in str(audit) for hidden in ("ck_fake", "cs_fake", secret))


def test_what_is_wrong_stands_beside_its_field_and_what_stands_in_the_way_in_words(browser: SignIn, runtime: Runtime) -> None:
    signed_in = browser()
    akeneo = {"system": "akeneo", "name": "pim", "url": "https://pim.example"}
    akeneo |= {f"secret_{name}": value for name, value in FakeAkeneo.secrets.items()}
    for field, value, told in (
        ("name", "Mein PIM", "Hier gehen nur kleine Buchstaben"),
        ("url", "pim.example", "Das muss eine Adresse sein wie"),
        ("url", "http://pim.example", "Sie muss mit https:// beginnen."),
        ("secret_password", "", "Das wird gebraucht."),
        ("language", "deutsch", "Das müssen zwei kleine Buchstaben sein"),
        ("included_tax_percent", "viel", "Das muss eine Zahl von 0 bis unter 100 sein"),
        ("since", "gestern", "Das muss ein Tag sein."),
        ("media_url", "ftp://x", "Das muss eine Adresse sein, die mit"),
        ("source", "x" * 101, "Das darf höchstens 100 Zeichen haben."),
    ):
        answer = signed_in.post(CONNECT, {**akeneo, field: value}, headers=GERMAN)
        assert (answer.status_code, told in text(answer.text)) == (422, True), (field, value)
        assert re.search(rf'name="{field}"[^>]*aria-invalid="true"', answer.text, re.DOTALL), field
    half = {"system": "woocommerce", "name": "laden", "url": "https://shop.example", "secret_consumer_key": "ck"}
    assert "Geben Sie beides an oder keines von beiden." in signed_in.post(CONNECT, half, headers=GERMAN).text
    with FakeAkeneo() as pim:
        there = {**akeneo, "url": pim.url, "allow_private": "true", "channel": "ecommerce", "attribute_price": "list_price"}
        pim.fail(404, times=1)
        assert "die Schnittstelle von Akeneo PIM ist unter dieser Adresse nicht zu finden" in signed_in.post(CONNECT, there, headers=GERMAN).text
    away = signed_in.post(CONNECT, there, headers=GERMAN)
    assert "127.0.0.1 ist nicht zu erreichen." in text(away.text)
    sealed = re.findall(r'name="sealed" value="([^"]+)"', away.text)[0]
    bare = {name: value for name, value in there.items() if not name.startswith("secret_")}
    assert signed_in.post(CONNECT, {**bare, "sealed": sealed, "do": "anyway"}).headers["location"] == f"{PATH}/pim"
    (row,) = rows(runtime, "SELECT options FROM shop_connections")
    assert row["options"] == {"channel": "ecommerce", "attributes": {"price": "list_price"}, "allow_private": True}
    foreign = browser().post(CONNECT, {**bare, "name": "zwei", "sealed": sealed}, headers=GERMAN)
    assert "Das wird gebraucht." in foreign.text  # what one account typed is of no use to another


def test_a_shopware_shop_waits_for_its_app_whose_manifest_is_noted(browser: SignIn, runtime: Runtime) -> None:
    signed_in = browser()
    asked = {each: text(signed_in.get(f"{CONNECT}?system={each}", headers=GERMAN).text) for each in systems.SYSTEMS}
    assert all(f"{each.title} verbinden" in asked[each.system] for each in systems.SYSTEMS.values())
    assert ["kein Schlüssel einzugeben" in shown for shown in asked.values()].count(True) == 1
    form = {"system": "shopware", "name": "haus", "url": "https://shop.example"}
    assert signed_in.post(CONNECT, form).headers["location"] == f"{PATH}/haus"
    assert "wartet auf den Shop" in page(signed_in, "/haus")
    sent = signed_in.get(f"{PATH}/haus/manifest")
    assert "http://testserver.local/webhooks/shopware/haus/register" in sent.text
    assert 'filename="manifest.xml"' in sent.headers["content-disposition"]
    assert [row["subject"] for row in rows(runtime, "SELECT subject FROM audit_log WHERE action = 'shops.manifest'")] == ["haus"]
    viewer = browser(Role.VIEWER)
    assert "haus" in page(viewer)
    assert 'id="connect"' not in viewer.get(PATH).text
    assert [viewer.get(path).status_code for path in (f"{PATH}/haus/manifest", f"{PATH}/haus/change", CONNECT)] == [403, 403, 403]
    signed_in = browser()
    signed_in.post(f"{PATH}/haus/disconnect")
    assert signed_in.get(f"{PATH}/haus/manifest").status_code == 404
    assert signed_in.get(f"{PATH}/fehlt").status_code == 404


def test_what_was_kept_of_an_error_is_told_in_words(runtime: Runtime) -> None:
    words = texts.load(runtime.registry, "Europe/Berlin").words("de")

    def told(error: Exception) -> str:
        return shop_words.kept_trouble(words, str(error), "shopify")

    assert told(errors.ShopRefused(host="shop.example", path="/orders.json", reason="status 403")).startswith("Shopify nimmt die Schlüssel nicht an.")
    assert told(errors.NotThere(host="shop.example", path="/orders.json")).startswith("shop.example antwortet, aber die Schnittstelle von Shopify")
    assert told(errors.ShopUnavailable(host="shop.example", reason="ReadTimeout")).startswith("shop.example hat nicht rechtzeitig geantwortet.")
    assert told(errors.ShopUnavailable(host="shop.example", reason="status 503")).startswith(
        "shop.example hat zurzeit selbst eine Störung (status 503)."
    )
    assert told(errors.ShopRefused(host="a", path="/b", reason="status 402")) == "Shopify verweigert die Antwort auf /b (status 402)."
    assert (
        told(errors.Unmappable(field="body", reason="this is not JSON")) == "Was dort antwortet, antwortet nicht wie Shopify. Prüfen Sie die Adresse."
    )
    assert told(ValueError()) == ""
    assert told(ValueError("KeyError")).startswith("Beim Lesen ging etwas schief;")
