"""The numbers that Prometheus asks for, of an application that nobody else sends to."""

from __future__ import annotations

from tests.serve.conftest import Client, MakeKey

VIEWED = {"type": "track", "event": "Product Viewed", "userId": "u-1", "messageId": "m-1"}


async def test_numbers_for_prometheus_hold_no_names_and_no_people(client: Client, make_key: MakeKey, headers: dict[str, str]) -> None:
    await client.post("/v1/batch", json={"batch": [VIEWED, VIEWED, {"type": "track", "userId": "anna@example.org"}]}, headers=headers)
    response = await client.get("/metrics", headers=await make_key("events", name="prometheus"))
    assert response.status_code == 200
    found = response.text
    assert "hanse_events_accepted_total 1.0" in found
    assert "hanse_events_duplicate_total 1.0" in found
    assert "hanse_events_dead_letter_total 1.0" in found
    assert "hanse_events_commit_seconds_bucket" in found
    assert not [word for word in ("anna", "Product", "shop") if word in found]
    assert (await client.get("/metrics")).status_code == 401
