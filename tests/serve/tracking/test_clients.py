"""Tracking clients from the registry, unmodified: what they send is in the log once, and they believe it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.serve.tracking.serving import Served, make_key


def log(served: Served) -> list[dict[str, Any]]:
    with psycopg.connect(served.database_url, row_factory=dict_row) as connection:
        return connection.execute("SELECT * FROM events ORDER BY event_id").fetchall()


def client_of(package: str, key: str, served: Served, errors: list[object], **options: Any) -> Any:
    analytics = pytest.importorskip(package, reason=f"the client {package} is not installed")
    return analytics.Client(key, host=served.host, on_error=lambda *error: errors.append(error), **options)


@pytest.mark.slow
@pytest.mark.parametrize("package", ["segment.analytics", "rudderstack.analytics"])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_a_client_in_python_is_served(served: Served, package: str, packed: bool) -> None:  # noqa: FBT001  # a parameter
    errors: list[object] = []
    source = f"shop-{uuid4().hex[:8]}"
    client = client_of(package, make_key(served.database_url, source), served, errors, gzip=packed)
    client.identify("u-1", {"email": "a@example.org", "firstName": "Änne"})
    client.track("u-1", "Order Completed", {"order_id": "o-1", "revenue": 12.5, "products": [{"product_id": "p-1", "quantity": 1}]})
    client.page(None, None, "Home", {"url": "https://shop.example/"}, anonymous_id="b-1")
    client.group("u-1", "g-1", {"name": "Firma"})
    client.alias("b-1", "u-1")
    for number in range(250):
        client.track("u-1", "Product Viewed", {"product_id": f"p-{number}"})
    client.shutdown()
    assert errors == []
    found = [row for row in log(served) if row["source"] == source]
    assert len(found) == len({row["message_id"] for row in found}) == 255
    assert [row["type"] for row in found[:5]] == ["identify", "track", "page", "group", "alias"]
    identify, track, page, group, alias = found[:5]
    assert identify["properties"] == {"email": "a@example.org", "firstName": "Änne"}
    assert (track["name"], track["properties"]["revenue"], track["user_id"]) == ("Order Completed", 12.5, "u-1")
    assert (page["name"], page["anonymous_id"], page["properties"]["url"]) == ("Home", "b-1", "https://shop.example/")
    assert group["context"]["groupId"] == "g-1"
    assert alias["context"]["previousId"] == "b-1"
    assert all(row["occurred_at"] <= row["received_at"] and row["original_at"] and row["sent_at"] for row in found)


@pytest.mark.slow
@pytest.mark.parametrize("package", ["segment.analytics", "rudderstack.analytics"])
def test_a_client_in_python_sees_that_its_key_never_was(served: Served, package: str) -> None:
    errors: list[object] = []
    before = log(served)
    client = client_of(package, "never", served, errors)
    client.track("u-1", "Product Viewed")
    client.shutdown()
    assert len(errors) == 1
    assert log(served) == before
