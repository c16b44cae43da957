"""What could not be taken in is repaired in the console, one by one and all that have the same wrong with them."""

from __future__ import annotations

import asyncio
import html
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from hanse.base import database
from hanse.base.context import Context, Resources
from hanse.data import imports
from hanse.data.access.accounts import Role
from hanse.data.imports import DeadLetter
from hanse.serve.console import masking, repairs
from hanse.serve.console.texts import Catalog, Words
from hanse.serve.runtime import Runtime
from hanse.sources import connections
from hanse.sources.source import Incoming
from hanse.testing.shops import FakeShopify, Item
from tests.conftest import NOW
from tests.serve.console.conftest import Browser

NAMELESS = {"type": "track", "userId": "K-1", "messageId": "m", "properties": {"email": "anna@example.com", "price": 12.5}}
MISSING = "The name of the event is missing. Send it, such as Product Viewed."
GROUP = {"kind": "event", "field": "event", "reason": MISSING, "source": "shop"}


def letter(number: int, **facts: Any) -> DeadLetter:
    payload = facts.pop("payload", {**NAMELESS, "messageId": f"m-{number}"})
    return DeadLetter(dead_letter_id=UUID(int=number), payload=payload, created_at=NOW, **{**GROUP, **facts})


@pytest.fixture
def keep(runtime: Runtime) -> Callable[..., None]:
    async def write(letters: tuple[DeadLetter, ...]) -> None:
        connection = await database.connect(runtime.conninfo)
        async with connection:
            await imports.add_dead_letters(connection, letters)

    return lambda *letters: asyncio.run(write(letters))


@pytest.fixture
def ask(runtime: Runtime) -> Callable[[str], list[tuple[Any, ...]]]:
    async def run(statement: str) -> list[tuple[Any, ...]]:
        connection = await database.connect(runtime.conninfo)
        async with connection:
            rows = await (await connection.execute(statement.encode())).fetchall()
            return [tuple(row.values()) for row in rows]

    return lambda statement: asyncio.run(run(statement))


def repair(browser: Browser, number: int, payload: Any, **options: Any) -> Any:
    text = payload if isinstance(payload, str) else json.dumps(payload)
    return browser.post(f"/data/rejects/{UUID(int=number)}/repair", {"payload": text}, **options)


def test_a_rejected_event_is_repaired_as_json(browser: Callable[..., Browser], keep: Callable[..., None], ask: Callable[[str], Any]) -> None:
    keep(letter(1))
    admin = browser()
    shown = admin.get(f"/data/rejects/{UUID(int=1)}").text

    answer = repair(admin, 1, {**NAMELESS, "event": "Product Viewed"})

    assert "anna@example.com" in shown
    assert answer.status_code == 303
    assert ask("SELECT name, user_id, source FROM events") == [("Product Viewed", "K-1", "shop")]
    assert ask("SELECT state FROM dead_letters") == [("replayed",)]
    assert ask("SELECT count(*) FROM audit_log WHERE action = 'rejects.repair'") == [(1,)]


def test_whoever_repairs_one_comes_back_to_the_filtered_list(browser: Callable[..., Browser], keep: Callable[..., None]) -> None:
    keep(letter(1), letter(2))
    admin = browser()
    asked = {"kind": "event", "source": "shop"}

    opened = admin.get("/data/rejects", params=asked).text
    answer = admin.post(f"/data/rejects/{UUID(int=1)}/repair?kind=event&source=shop", {"payload": json.dumps({**NAMELESS, "event": "a"})})

    assert f"/data/rejects/{UUID(int=2)}?kind=event&amp;source=shop" in opened
    assert answer.headers["location"] == "/data/rejects?kind=event&source=shop"


def test_what_is_still_wrong_is_said_and_nothing_typed_is_lost(browser: Callable[..., Browser], keep: Callable[..., None]) -> None:
    keep(letter(1))

    page = repair(browser(), 1, {**NAMELESS, "event": "a", "timestamp": "gestern abend"}, headers={"Accept-Language": "de"}).text

    assert "timestamp: Das ist kein Zeitpunkt. Senden Sie ISO 8601" in page
    assert "gestern abend" in page


def test_broken_json_is_named_by_line_and_column_and_kept(browser: Callable[..., Browser], keep: Callable[..., None]) -> None:
    keep(letter(1))
    text = '{\n  "event": "a"\n  "userId": "u-7"\n}'

    page = repair(browser(), 1, text, headers={"Accept-Language": "de"}).text

    assert "Zeile 3, Spalte 3: es fehlt ein Komma oder eine schließende Klammer." in page
    assert "u-7" in page.split("<textarea")[1]


def test_a_message_of_a_shop_that_is_gone_stays_open_and_says_so(
    browser: Callable[..., Browser], keep: Callable[..., None], ask: Callable[[str], Any]
) -> None:
    payload = {"connection": "gone", "topic": "orders/create", "at": NOW.isoformat(), "body": '{"id":1,"total":10.00}'}
    keep(letter(1, kind="delivery", field="total", reason="this is not an amount of money", payload=payload))
    admin = browser()

    shown, answer = admin.get(f"/data/rejects/{UUID(int=1)}").text, repair(admin, 1, '{"id": 1, "total": "10.00"}')

    assert "10.00" in shown
    assert answer.status_code == 200
    assert 'role="alert"' in answer.text
    assert "gone" in answer.text
    assert ask("SELECT state FROM dead_letters") == [("open",)]


def test_the_list_says_what_is_wrong_with_how_many(browser: Callable[..., Browser], keep: Callable[..., None]) -> None:
    keep(*(letter(number) for number in range(3)), letter(3, field="timestamp", reason="It is not a time.", source="app"))
    admin = browser()

    page = admin.get("/data/rejects").text
    groups = page.split('id="groups"')[1].split("</table>")[0]
    filtered = admin.get("/data/rejects", params={"source": "app"}).text.split('id="each"')[1]

    assert groups.count("<tr") - 1 == 2
    assert '<td class="number">3</td>' in groups
    assert filtered.count("/data/rejects/0000") == 2


def test_all_that_have_the_same_wrong_are_replayed_with_a_field_set(
    browser: Callable[..., Browser], keep: Callable[..., None], ask: Callable[[str], Any]
) -> None:
    keep(*(letter(number) for number in range(3)), letter(3, payload={"type": "track", "messageId": "nobody"}))
    admin = browser()

    answer = admin.post("/data/rejects/group/replay", {**GROUP, "change": "event", "value": '"Product Viewed"'})
    page = admin.get(answer.headers["location"]).text

    assert ask("SELECT count(*) FROM events") == [(3,)]
    assert "3 aufgenommen. 1 ist noch falsch." in page
    assert ask("SELECT facts ->> 'replayed' FROM audit_log WHERE action = 'rejects.replay'") == [("3",)]


def test_a_field_inside_another_is_taken_out(browser: Callable[..., Browser], keep: Callable[..., None], ask: Callable[[str], Any]) -> None:
    keep(letter(1, field="properties.price", payload={**NAMELESS, "event": "a"}))

    browser().post("/data/rejects/group/replay", {**GROUP, "field": "properties.price", "change": "properties.price", "value": ""})

    assert ask("SELECT properties FROM events") == [({"email": "anna@example.com"},)]


def test_a_value_that_is_no_json_is_refused_before_anything_is_replayed(
    browser: Callable[..., Browser], keep: Callable[..., None], ask: Callable[[str], Any]
) -> None:
    keep(letter(1))

    page = browser().post("/data/rejects/group/replay", {**GROUP, "change": "event", "value": "Product Viewed"}).text

    assert "Zeile 1, Spalte 1: es fehlt ein Wert; Texte stehen in doppelten Anführungszeichen." in page
    assert 'value="Product Viewed"' in page
    assert ask("SELECT state FROM dead_letters") == [("open",)]


def test_the_chosen_are_replayed_as_they_came(browser: Callable[..., Browser], keep: Callable[..., None], ask: Callable[[str], Any]) -> None:
    keep(letter(1, payload={**NAMELESS, "event": "a"}), letter(2), letter(3))

    browser().post("/data/rejects/replay", {"id": [str(UUID(int=1)), str(UUID(int=2))]})

    assert ask("SELECT state FROM dead_letters ORDER BY dead_letter_id") == [("replayed",), ("open",), ("open",)]


@pytest.mark.parametrize("path", [f"/data/rejects/{UUID(int=1)}/repair", "/data/rejects/group/replay", "/data/rejects/replay"])
def test_who_may_not_repair_sees_it_masked_and_is_refused(browser: Callable[..., Browser], keep: Callable[..., None], path: str) -> None:
    keep(letter(1))
    viewer = browser(Role.VIEWER)

    pages = [viewer.get(f"/data/rejects/{UUID(int=1)}").text, viewer.get("/data/rejects/group", params=GROUP).text]

    assert all("a•••@e•••.com" in page and "anna@example.com" not in page for page in pages)
    assert viewer.post(path, {**GROUP, "payload": "{}"}).status_code == 403


def test_nothing_to_repair_is_said_calmly(browser: Callable[..., Browser], keep: Callable[..., None], ask: Callable[[str], Any]) -> None:
    keep(letter(1, payload={**NAMELESS, "event": "a"}), letter(2))
    admin = browser()
    admin.post("/data/rejects/replay", {"id": [str(UUID(int=1))]})

    waiting = admin.get("/").text
    admin.post(f"/data/rejects/{UUID(int=2)}/dismiss")
    calm = admin.get("/").text

    assert "/data/rejects#groups" in waiting
    assert "Nichts zu reparieren" in calm


def test_json_is_named_where_it_breaks_off() -> None:
    english = Words("en", Catalog(), None)  # type: ignore[arg-type]  # no time is told here
    with pytest.raises(json.JSONDecodeError) as broken:
        repairs.parse('{"price": NaN}')

    assert repairs.said(english, broken.value) == "Line 1, column 11: this is not JSON."


def test_what_came_from_somebody_is_hidden_and_its_shape_is_not() -> None:
    hidden = json.loads(str(masking.payload('{"event": "Signed Up", "userId": "anna", "properties": {"age": 41, "tags": ["x"]}}')))

    assert hidden == {"event": "Signed Up", "userId": "a•••", "properties": {"age": "•••", "tags": ["x•••"]}}
    assert masking.payload("Anna, 41") == "•••"


def test_letters_are_shown_as_people_write_them_and_numbers_as_they_came() -> None:
    assert (
        repairs.pretty(b'{"name":"K\\u00f6ln","path":"C:\\\\u00f6","price":10.00}')
        == '{\n  "name": "Köln",\n  "path": "C:\\\\u00f6",\n  "price": 10.00\n}'
    )
    assert repairs.pretty(b"{broken") == "{broken"


@pytest.fixture
def spoiled(runtime: Runtime) -> Iterator[UUID]:
    """A message of a connected shop that could not be taken in: its total is no number."""
    with FakeShopify() as fake:
        fake.place_order(7, [Item("W-1", "Windlicht", 1, Decimal("10.00"))], at=NOW)
        (signed,) = fake.spoil_order(7, at=NOW)

        async def take_in() -> UUID:
            secrets, headers = {"client_secret": fake.secrets["client_secret"]}, {name.lower(): value for name, value in signed.headers.items()}
            incoming = Incoming(headers=headers, body=signed.body, received_at=NOW)
            async with database.pool(runtime.conninfo, size=2) as pool:
                resources = Resources(runtime.settings, runtime.resources.clock, pool, runtime.resources.ports)
                async with Context(resources) as context:
                    await connections.connect(context, name="nord", system="shopify", url=fake.url, secrets=secrets, options={"allow_private": True})
                    receipt = await connections.receive(context, "shopify", "nord", incoming)
                assert receipt.delivery_id
                async with Context(resources) as context:
                    assert await connections.process(context, receipt.delivery_id, may_ask=False) == "rejected"
                return receipt.delivery_id

        yield asyncio.run(take_in())


def test_a_message_of_a_shop_is_repaired_as_json(browser: Callable[..., Browser], spoiled: UUID, ask: Callable[[str], Any]) -> None:
    admin = browser()
    text = html.unescape(admin.get(f"/data/rejects/{spoiled}").text.split("wrap=")[1].split(">", 1)[1].split("</textarea>")[0]).strip()

    still = admin.post(f"/data/rejects/{spoiled}/repair", {"payload": text.replace('"viel"', '"mehr"')})
    done = admin.post(f"/data/rejects/{spoiled}/repair", {"payload": text.replace('"viel"', '"11.90"')})

    assert 'role="alert"' in still.text
    assert "&#34;mehr&#34;" in still.text
    assert done.status_code == 303
    assert ask("SELECT state FROM dead_letters") == [("replayed",)]
    assert ask("SELECT name, source FROM events WHERE name = 'Order Completed'") == [("Order Completed", "nord")]


def test_messages_of_a_shop_are_replayed_together_with_a_field_set(browser: Callable[..., Browser], spoiled: UUID, ask: Callable[[str], Any]) -> None:
    admin = browser()
    ((field, reason),) = ask("SELECT field, reason FROM dead_letters")

    rule = {"kind": "delivery", "source": "nord", "field": field, "reason": reason}
    answer = admin.post("/data/rejects/group/replay", {**rule, "change": "total_price", "value": '"11.90"'})

    assert "replayed=1&wrong=0&left=0" in answer.headers["location"]
    assert ask("SELECT state FROM dead_letters") == [("replayed",)]
