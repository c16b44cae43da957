"""The few facts that the examples of operations ask for: product 85123A, one that goes with it, and who bought them."""

from __future__ import annotations

from datetime import datetime, timedelta

from hanse.base.clock import SystemClock
from hanse.base.database import Connection
from hanse.data import catalog, events
from hanse.data.catalog import Document, Price, Product, Relation, RelationKind, Stock
from hanse.data.events import Event

PRODUCT = "85123A"


async def fill(connection: Connection) -> None:
    """Write the facts, as of now."""
    now = SystemClock().now()
    texts = {"de": "Akkuschrauber", "en": "Cordless drill"}
    products = [
        Product(product_id=each, title=texts, description=texts, category={"de": "Maschinen", "en": "Machines"}) for each in (PRODUCT, "71053")
    ]
    await catalog.put_products(connection, products, source="shop", now=now)
    await catalog.put_relations(connection, [Relation(product_id="71053", kind=RelationKind.ACCESSORY_OF, related_id=PRODUCT)])
    await catalog.put_prices(connection, [Price(product_id=PRODUCT, amount_minor=12_345)], now=now)
    await catalog.put_stock(connection, [Stock(product_id=PRODUCT, quantity=3)], now=now)
    manual = Document(document_id="D1", kind="manual", language="de", title="Anleitung", body="# Anleitung", product_ids=(PRODUCT,))
    await catalog.put_documents(connection, [manual], source="shop", now=now)
    await events.append(connection, [bought(f"customer-{number}", now - timedelta(days=number)) for number in range(5)], now=now)


def bought(user_id: str, at: datetime) -> Event:
    """Return the order of somebody who bought both products."""
    products = [{"product_id": each, "quantity": 1, "price": 10} for each in (PRODUCT, "71053")]
    return Event(
        message_id=f"order-of-{user_id}",
        name="Order Completed",
        user_id=user_id,
        source="shop",
        occurred_at=at,
        properties={"order_id": f"order-of-{user_id}", "currency": "EUR", "products": products},
    )
