"""Every shop system keeps what the protocol of sources promises, shown with a fake of it: webhooks, polls, and both together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from hanse.base import config
from hanse.base.clock import FixedClock
from hanse.base.context import Context, Ports, Resources
from hanse.base.database import Connection, Pool
from hanse.sources import connections
from hanse.sources.connections import Polled, polling, systems
from hanse.sources.connections.errors import NotAuthentic, UnknownConnection
from hanse.sources.shopify import Shopify
from hanse.sources.shopware import Shopware
from hanse.sources.source import Incoming, Source, api
from hanse.sources.woocommerce import WooCommerce
from hanse.testing.shops import FakeShop, FakeShopify, FakeShopware, FakeWooCommerce, Item, Signed

FAKES: tuple[type[FakeShop], ...] = (FakeShopify, FakeShopware, FakeWooCommerce)
SMALL_PAGES: tuple[Callable[[], Source], ...] = (lambda: Shopify(page_size=2), lambda: Shopware(page_size=2), lambda: WooCommerce(page_size=2))
AT = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)
ITEMS = (Item("AKKU-18", "Akku 18 V", 2, Decimal("100.00")), Item("BIT-1", "Bitsatz", 1, Decimal("9.90")))
PEOPLE = "SELECT profile_traits(profile_members(profile_id)) AS traits FROM profiles WHERE merged_into IS NULL"


@dataclass
class House:
    """A Hanse that one fake shop is connected to."""

    context: Context
    fake: FakeShop
    clock: FixedClock

    async def send(self, *webhooks: Signed) -> list[str]:
        """Take in webhooks, as the web server and its job do; return what became of each."""
        return [await self._send(each) for each in webhooks]

    async def _send(self, signed: Signed) -> str:
        headers = {name.lower(): value for name, value in signed.headers.items()}
        incoming = Incoming(headers=headers, body=signed.body, received_at=self.clock.now())
        receipt = await connections.receive(self.context, self.fake.system, "shop", incoming)
        if receipt.delivery_id is None:
            return "known" if receipt.known else "ping"
        state = await connections.process(self.context, receipt.delivery_id, may_ask=False)
        return await connections.process(self.context, receipt.delivery_id, may_ask=True) if state == connections.WAITING else state

    async def poll(self) -> Polled:
        """Read from the shop what was missed."""
        return await connections.poll(self.context, "shop")

    async def rows(self, statement: str) -> list[dict[str, Any]]:
        """Run a query."""
        return await (await (await self.context.connection()).execute(statement.encode())).fetchall()

    async def orders(self) -> list[tuple[str, str]]:
        """Return name and order of all events about orders."""
        found = await self.rows("SELECT name, properties ->> 'order_id' AS number FROM events WHERE name LIKE 'Order%' ORDER BY name, number")
        return [(row["name"], row["number"]) for row in found]

    async def counts(self) -> dict[str, int]:
        """Return how many rows every table has."""
        tables = [
            row["name"]
            for row in await self.rows("SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace")
        ]
        return {name: (await self.rows(f'SELECT count(*) AS count FROM "{name}"'))[0]["count"] for name in tables}  # names of tables


async def register(house: House) -> None:
    """Shake hands where the system asks for it."""
    if isinstance(house.fake, FakeShopware):
        query, headers = house.fake.registration(at=house.clock.now())
        asking = Incoming(headers=headers, body=b"", query=query, received_at=house.clock.now())
        answer = await connections.register(house.context, "shop", asking, confirmation_url="https://hanse.example/confirm")
        signed = house.fake.confirmation(answer, app_name="Hanse", at=house.clock.now())
        await connections.confirm(house.context, "shop", Incoming(headers=signed.headers, body=signed.body, received_at=house.clock.now()))


@pytest.fixture(params=range(len(FAKES)), ids=[each.system for each in FAKES])
async def house(
    request: pytest.FixtureRequest, connection: Connection, clock: FixedClock, home: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    monkeypatch.setitem(cast("dict[str, Source]", systems.SYSTEMS), FAKES[request.param].system, SMALL_PAGES[request.param]())
    monkeypatch.setattr(api, "FIRST_WAIT_SECONDS", 0.0)
    settings = config.load({"HANSE_HOME": str(home)})
    context = Context(Resources(settings, clock, cast("Pool", None), cast("Ports", None)), fixed_connection=connection)
    with FAKES[request.param]() as fake:
        found = House(context, fake, clock)
        await connections.connect(context, name="shop", system=fake.system, url=fake.url, secrets=fake.secrets, options={"allow_private": True})
        await register(found)
        yield found


async def test_an_order_becomes_one_event_with_exact_money(house: House) -> None:
    await house.send(*house.fake.place_order(1001, ITEMS, at=AT))

    (event,) = await house.rows("SELECT * FROM events WHERE name = 'Order Completed'")
    assert event["source"] == "shop"
    assert event["occurred_at"] == AT
    assert event["profile_id"] is not None
    (row,) = await house.rows("SELECT properties::text AS text FROM events")
    for exact in ('"total": 255.73', '"tax": 40.83', '"revenue": 209.90', '"shipping": 5.00', '"price": 100.00', '"price": 9.90'):
        assert exact in row["text"]
    products = [(each["product_id"], each["quantity"]) for each in event["properties"]["products"]]
    assert products == [("AKKU-18", 2), ("BIT-1", 1)]
    assert event["properties"]["currency"] == "EUR"
    assert event["properties"]["country"] == "DE"
    assert "adjustment" not in event["properties"]


async def test_an_order_names_its_customer(house: House) -> None:
    await house.send(*house.fake.place_order(1001, ITEMS, at=AT, email="Kim@Example.org"))

    (profile,) = await house.rows("SELECT profile_traits(ARRAY[profile_id]) AS traits, identities.kind, value FROM identities")
    assert (profile["kind"], profile["value"]) == ("email", "kim@example.org")
    assert profile["traits"]["firstName"] == "Kim"
    assert profile["traits"]["address"] == {"city": "Bremen", "country": "DE"}
    (event,) = await house.rows("SELECT properties::text || context::text AS text FROM events")
    assert "example.org" not in event["text"]


async def test_the_same_webhook_again_has_no_effect(house: House) -> None:
    webhooks = house.fake.place_order(1001, ITEMS, at=AT)
    await house.send(*webhooks)
    before = await house.counts()

    assert await house.send(*webhooks) == ["known"] * len(webhooks)
    assert await house.counts() == before


async def test_a_wrong_or_missing_signature_leaves_nothing_behind(house: House) -> None:
    webhook = house.fake.place_order(1001, ITEMS, at=AT)[0]
    before = await house.counts()

    signatures = ("X-Shopify-Hmac-Sha256", "shopware-shop-signature", "X-WC-Webhook-Signature")
    for forged in (webhook.tampered(), webhook.without(*signatures), Signed({**webhook.headers, **dict.fromkeys(signatures, "bm8=")}, webhook.body)):
        with pytest.raises(NotAuthentic):
            await house.send(forged)
    assert await house.counts() == before


async def test_a_connection_of_another_name_or_system_is_unknown(house: House) -> None:
    webhook = house.fake.place_order(1001, ITEMS, at=AT)[0]
    incoming = Incoming(headers=webhook.headers, body=webhook.body, received_at=AT)
    other = "shopify" if house.fake.system != "shopify" else "woocommerce"

    for system, name in ((house.fake.system, "nobody"), (other, "shop")):
        with pytest.raises(UnknownConnection):
            await connections.receive(house.context, system, name, incoming)


async def test_a_disconnected_shop_is_refused(house: House) -> None:
    webhook = house.fake.place_order(1001, ITEMS, at=AT)[0]
    await connections.disconnect(house.context, "shop")

    with pytest.raises(NotAuthentic):
        await house.send(webhook)
    assert (await house.poll()).read == 0


async def test_a_poll_fills_the_gap_that_webhooks_left(house: House) -> None:
    for number in range(1001, 1008):
        webhooks = house.fake.place_order(number, ITEMS, at=AT + timedelta(minutes=number))
        if number % 2:
            await house.send(*webhooks)

    report = await house.poll()

    assert report.error == ""
    assert report.refused == 0
    assert await house.orders() == [("Order Completed", name) for name in names(house, range(1001, 1008))]
    assert report.written == 3


async def test_both_ways_together_give_each_order_once(house: House) -> None:
    webhooks = [each for number in range(1001, 1006) for each in house.fake.place_order(number, ITEMS, at=AT + timedelta(hours=number - 1000))]
    await house.poll()
    await house.send(*webhooks)
    await house.poll()

    assert await house.orders() == [("Order Completed", name) for name in names(house, range(1001, 1006))]
    (count,) = await house.rows("SELECT count(*) AS profiles FROM profiles")
    assert count["profiles"] == 1


async def test_the_next_poll_only_reads_what_is_new(house: House) -> None:
    for number in range(1001, 1006):
        house.fake.place_order(number, ITEMS, at=AT + timedelta(hours=number - 1000))
    assert (await house.poll()).written == 5

    again = await house.poll()
    house.fake.place_order(1006, ITEMS, at=AT + timedelta(hours=20))
    last = await house.poll()

    assert (again.written, last.written) == (0, 1)
    assert again.read <= 2
    assert last.read <= 3


async def test_polls_begin_a_little_before_the_newest_change(house: House) -> None:
    house.fake.place_order(1001, ITEMS, at=AT)
    await house.poll()
    house.fake.place_order(1002, ITEMS, at=AT - polling.OVERLAP / 2)

    assert (await house.poll()).written == 1


async def test_many_changes_of_one_second_are_all_read(house: House) -> None:
    for number in range(1001, 1010):
        house.fake.place_order(number, ITEMS, at=AT)

    assert (await house.poll()).written == 9


async def test_a_cancelled_order_is_told_once(house: House) -> None:
    await house.send(*house.fake.place_order(1001, ITEMS, at=AT))
    await house.send(*house.fake.cancel_order(1001, at=AT + timedelta(hours=1)))
    await house.poll()

    (number,) = names(house, [1001])
    assert await house.orders() == [("Order Cancelled", number), ("Order Completed", number)]


async def test_a_refund_is_told_once_by_the_message_id_of_files(house: House) -> None:
    await house.send(*house.fake.place_order(1001, ITEMS, at=AT))
    await house.send(*house.fake.refund_order(1001, at=AT + timedelta(hours=1)))
    await house.poll()

    (number,) = names(house, [1001])
    assert await house.orders() == [("Order Completed", number), ("Order Refunded", number)]
    found = await house.rows("SELECT message_id FROM events ORDER BY message_id")
    assert [row["message_id"] for row in found] == [f"order:shop:{number}", f"refund:shop:{number}"]


async def test_a_refund_missed_by_webhooks_is_found_by_the_poll(house: House) -> None:
    house.fake.place_order(1001, ITEMS, at=AT)
    await house.poll()
    house.fake.refund_order(1001, at=AT + timedelta(days=3))
    await house.poll()

    (number,) = names(house, [1001])
    assert await house.orders() == [("Order Completed", number), ("Order Refunded", number)]


async def test_a_customer_becomes_a_profile_with_identities(house: House) -> None:
    await house.send(*house.fake.save_customer(77, email="Ada@Example.org", first_name="Ada", at=AT))

    identities = await house.rows("SELECT kind, value FROM identities ORDER BY kind")
    assert [(row["kind"], row["value"]) for row in identities] == [("email", "ada@example.org"), ("user_id", "77")]
    (profile,) = await house.rows(PEOPLE)
    assert {"firstName": "Ada", "lastName": "Muster", "email": "ada@example.org"}.items() <= profile["traits"].items()


async def test_an_older_version_of_a_customer_changes_nothing(house: House) -> None:
    old = house.fake.save_customer(77, email="ada@example.org", first_name="Eda", at=AT)
    await house.send(*house.fake.save_customer(77, email="ada@example.org", first_name="Ada", at=AT + timedelta(hours=1)))
    await house.send(*old)

    (profile,) = await house.rows(PEOPLE)
    assert profile["traits"]["firstName"] == "Ada"


async def test_a_product_comes_into_the_catalog_with_price_and_stock(house: House) -> None:
    await house.send(*house.fake.save_product("AKKU-18", "Akku", net=Decimal("99.90"), stock=7, at=AT))

    (product,) = await house.rows(
        "SELECT products.*, amount_minor, currency, quantity FROM products JOIN prices USING (product_id) JOIN stock USING (product_id)"
    )
    assert (product["product_id"], product["state"], product["brand"]) == ("AKKU-18", "active", "Muster")
    assert product["title"]["de"] == "Akku"
    assert product["description"]["de"] == "Akku"
    assert product["category"] == {"de": "Werkzeug"}
    assert (product["amount_minor"], product["currency"], product["quantity"]) == (9990, "EUR", 7)


async def test_an_older_version_of_a_product_changes_nothing(house: House) -> None:
    first = house.fake.save_product("AKKU-18", "Akku", net=Decimal("99.90"), stock=7, at=AT)
    if house.fake.system != "shopware":  # its webhooks only say that something changed, and the present version is asked for
        await house.send(*house.fake.save_product("AKKU-18", "Akku neu", net=Decimal("89.90"), stock=3, at=AT + timedelta(hours=1)))
    await house.send(*first)
    await house.send(*house.fake.save_product("AKKU-18", "Akku neu", net=Decimal("89.90"), stock=3, at=AT + timedelta(hours=1)))

    (product,) = await house.rows(
        "SELECT title, amount_minor, quantity FROM products JOIN prices USING (product_id) JOIN stock USING (product_id) WHERE valid_until = 'infinity'"
    )
    assert (product["title"]["de"], product["amount_minor"], product["quantity"]) == ("Akku neu", 8990, 3)


async def test_a_removed_product_is_discontinued_and_stays_so(house: House) -> None:
    saved = house.fake.save_product("AKKU-18", "Akku", net=Decimal("99.90"), stock=7, at=AT)
    await house.send(*saved)
    house.clock.advance(minutes=1)
    await house.send(*house.fake.delete_product("AKKU-18", at=house.clock.now()))
    late = house.fake.save_product("BIT-1", "Bits", net=Decimal("9.90"), stock=1, at=AT)
    await house.send(*late)
    await house.poll()

    found = await house.rows("SELECT product_id, state FROM products ORDER BY product_id")
    assert [(row["product_id"], row["state"]) for row in found] == [("AKKU-18", "discontinued"), ("BIT-1", "active")]


async def test_a_removal_that_no_webhook_told_of_is_found(house: House) -> None:
    for number in range(5):
        house.fake.save_product(f"P-{number}", f"Produkt {number}", net=Decimal("9.90"), stock=1, at=AT + timedelta(minutes=number))
    await house.poll()
    house.fake.delete_product("P-3", at=AT + timedelta(hours=1))

    found = await connections.reconcile(house.context, "shop")

    assert (found.products, found.discontinued, found.error) == (4, 1, "")
    assert [row["product_id"] for row in await house.rows("SELECT product_id FROM products WHERE state = 'discontinued'")] == ["P-3"]
    assert (await connections.reconcile(house.context, "shop")).discontinued == 0


async def test_a_shop_that_seems_to_have_lost_everything_changes_nothing(house: House) -> None:
    for number in range(25):
        house.fake.save_product(f"P-{number}", f"Produkt {number}", net=Decimal("9.90"), stock=1, at=AT + timedelta(minutes=number))
    await house.poll()
    for number in range(1, 25):
        house.fake.delete_product(f"P-{number}", at=AT + timedelta(hours=1))

    assert "24 of 25 products are gone" in (await connections.reconcile(house.context, "shop")).error
    assert await house.rows("SELECT product_id FROM products WHERE state = 'discontinued'") == []


async def test_a_customer_record_that_says_something_new_is_an_event(house: House) -> None:
    await house.send(*house.fake.save_customer(77, email="ada@example.org", first_name="Ada", at=AT))
    await house.send(*house.fake.save_customer(77, email="ada@example.org", first_name="Ada", at=AT + timedelta(hours=1)))
    await house.send(*house.fake.save_customer(77, email="ada@example.org", first_name="Ida", at=AT + timedelta(hours=2)))

    events = await house.rows("SELECT type, user_id, properties ->> 'firstName' AS name FROM events ORDER BY occurred_at")
    assert [(row["type"], row["user_id"], row["name"]) for row in events] == [("identify", "77", "Ada"), ("identify", "77", "Ida")]


async def test_what_another_system_said_of_a_product_stays(house: House) -> None:
    await house.send(*house.fake.save_product("AKKU-18", "Akku", net=Decimal("99.90"), stock=7, at=AT))
    connection = await house.context.connection()
    await connection.execute("""UPDATE products SET title = title || '{"fr": "Batterie"}', attributes = '{"voltage": {"value": 18}}'""")
    await house.send(*house.fake.save_product("AKKU-18", "Akku neu", net=Decimal("99.90"), stock=7, at=AT + timedelta(hours=1)))

    (product,) = await house.rows("SELECT title, attributes FROM products")
    assert (product["title"]["de"], product["title"]["fr"], product["attributes"]) == ("Akku neu", "Batterie", {"voltage": {"value": 18}})


async def test_what_cannot_be_mapped_is_a_dead_letter_and_can_be_replayed(house: House) -> None:
    house.fake.place_order(1001, ITEMS, at=AT)
    assert await house.send(*house.fake.spoil_order(1001, at=AT)) == ["rejected"]
    (letter,) = await house.rows("SELECT dead_letter_id, kind, source, field, reason, payload FROM dead_letters")
    assert (letter["kind"], letter["source"]) == ("delivery", "shop")
    assert "total" in letter["field"].lower()
    assert "viel" not in letter["reason"]

    still = await connections.replay(house.context, letter["dead_letter_id"])
    assert (still.replayed, still.field) == (False, letter["field"])
    repaired = letter["payload"]["body"].replace('"viel"', "255.73")
    done = await connections.replay(house.context, letter["dead_letter_id"], repaired)
    assert done.replayed
    assert await house.orders() == [("Order Completed", *names(house, [1001]))]


async def test_characters_that_the_database_refuses_do_no_harm(house: House) -> None:
    for number, name in enumerate(("Akku\0", "Akku \U0001f600", "Akku \u2028")):
        await house.send(*house.fake.save_product(f"P-{number}\0", name, net=Decimal("9.90"), stock=1, at=AT + timedelta(minutes=number)))
        house.fake.place_order(number + 1, (Item(f"P-{number}\0", name, 1, Decimal("9.90")),), at=AT)
    assert (await house.poll()).error == ""
    assert [row["product_id"] for row in await house.rows("SELECT product_id FROM products ORDER BY product_id")] == [
        f"P-{number}\ufffd" for number in range(3)
    ]
    assert len(await house.orders()) == 3


async def test_an_id_without_end_is_a_dead_letter_and_stops_nothing(house: House) -> None:
    house.fake.save_product("x" * 10_000, "Akku", net=Decimal("9.90"), stock=1, at=AT)
    house.fake.save_product("AKKU", "Akku", net=Decimal("9.90"), stock=1, at=AT)
    report = await house.poll()
    assert (report.written, report.refused, report.error) == (1, 1, "")
    (letter,) = await house.rows("SELECT field, reason FROM dead_letters")
    assert letter == {"field": "product_id", "reason": "this has more than 200 characters"}


async def test_one_bad_order_does_not_keep_a_poll_from_the_others(house: House) -> None:
    for number in range(1001, 1006):
        house.fake.place_order(number, ITEMS, at=AT + timedelta(minutes=number))
    house.fake.spoil_order(1003, at=AT + timedelta(minutes=1003))

    first, second = await house.poll(), await house.poll()

    assert (first.written, first.refused, first.error) == (4, 1, "")
    assert second.error == ""
    assert len(await house.orders()) == 4
    assert len(await house.rows("SELECT 1 FROM dead_letters")) == 1
    (letter,) = await house.rows("SELECT dead_letter_id, payload FROM dead_letters")
    repaired = letter["payload"]["body"].replace('"viel"', "255.73")
    assert (await connections.replay(house.context, letter["dead_letter_id"], repaired)).replayed
    assert len(await house.orders()) == 5


async def test_a_poll_waits_when_the_shop_says_so(house: House) -> None:
    house.fake.place_order(1001, ITEMS, at=AT)
    house.fake.fail(429, {"Retry-After": "0"}, times=3)

    assert (await house.poll()).written == 1


async def test_a_shop_that_stays_away_is_noted_and_read_the_next_time(house: House) -> None:
    house.fake.place_order(1001, ITEMS, at=AT)
    house.fake.fail(502, times=api.ATTEMPTS)

    assert "does not answer" in (await house.poll()).error
    (noted,) = await connections.list_connections(house.context)
    assert noted.last_error is not None
    assert (await house.poll()).written == 1
    (noted,) = await connections.list_connections(house.context)
    assert (noted.last_error, noted.last_polled_at) == (None, house.clock.now())


async def test_a_shop_that_sends_us_elsewhere_is_not_followed(house: House) -> None:
    with type(house.fake)() as other:
        house.fake.fail(302, {"Location": f"{other.url}/"})
        assert "another address" in (await house.poll()).error
        assert other.asked == []


async def test_a_webhook_that_needs_the_shop_waits_for_it(house: House) -> None:
    await house.send(*house.fake.place_order(1001, ITEMS, at=AT))
    needing = next((each for each in house.fake.refund_order(1001, at=AT + timedelta(hours=1))), None)
    if house.fake.system == "shopware":
        needing = house.fake.save_product("AKKU-18", "Akku", net=Decimal("99.90"), stock=7, at=AT)[0]
    assert needing is not None
    house.fake.fail(503, times=api.ATTEMPTS)
    assert await house.send(needing) == ["waiting"]

    (delivery,) = await house.rows("SELECT note, attempts, next_attempt_at FROM deliveries WHERE state = 'received'")
    assert (delivery["attempts"], delivery["next_attempt_at"]) == (1, house.clock.now() + timedelta(minutes=1))
    house.clock.advance(minutes=2)
    from hanse.sources.connections.jobs import take_in_waiting

    assert await take_in_waiting(house.context) == {"done": 1}


async def test_an_unknown_topic_is_ignored(house: House) -> None:
    fake = house.fake
    if isinstance(fake, FakeWooCommerce):
        webhook = fake.signed("coupon.created", {"id": 5})
    elif isinstance(fake, FakeShopify | FakeShopware):
        webhook = fake.signed("themes/publish", {"id": 5}, at=AT)
    assert await house.send(webhook) == ["ignored"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"{}"])
async def test_a_signed_body_that_says_nothing_is_a_dead_letter(house: House, body: bytes) -> None:
    fake = house.fake
    if isinstance(fake, FakeWooCommerce):
        webhook = fake.signed("order.created", body)
    elif isinstance(fake, FakeShopify):
        webhook = fake.signed("orders/create", body, at=AT)
    elif isinstance(fake, FakeShopware):
        webhook = fake.signed("checkout.order.placed", None, at=AT)
        webhook = Signed({**webhook.headers, "shopware-shop-signature": sign(fake, body)}, body)
    assert await house.send(webhook) == ["rejected"]
    assert (await house.rows("SELECT count(*) AS events FROM events"))[0]["events"] == 0


def sign(fake: FakeShopware, body: bytes) -> str:
    from hanse.sources.source import signatures

    return signatures.hex_hmac(fake.shop_secret, body)


def names(house: House, numbers: Any) -> list[str]:
    """Return what orders are called for people."""
    return [f"#{number}" if house.fake.system == "shopify" else str(number) for number in numbers]
