"""Decisions are logged once, by month, and never changed."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import msgspec

from hanse.base.database import Connection
from hanse.base.decision import Arm, Basis
from hanse.data import decisions
from tests.conftest import NOW
from tests.data.decisions.records import record


async def test_a_decision_is_kept_as_it_was_made(connection: Connection) -> None:
    profile_id = uuid4()
    made = record(profile_id=profile_id, arm=Arm.HELD_OUT, arm_probability=0.05, basis=Basis.CONSENT)
    assert await decisions.put(connection, [made]) == 1
    row = await (await connection.execute("SELECT * FROM decisions")).fetchone()
    assert row
    assert row.pop("sequence") > 0
    assert row == {
        "decision_id": made.decision_id,
        "operation": "recommend.popular",
        "capability": "recommend",
        "profile_id": profile_id,
        "model_version": "popularity-1",
        "arm": "held_out",
        "arm_probability": 0.05,
        "basis": "consent",
        "reason": "Bought most often.",
        "request": {"limit": 3},
        "answer": {"items": ["A"]},
        "decided_at": NOW,
        "experiment_id": None,
        "variant": None,
        "variant_probability": None,
    }


async def test_the_same_decision_is_kept_once(connection: Connection) -> None:
    made = record()
    assert await decisions.put(connection, [made]) == 1
    assert await decisions.put(connection, [msgspec.structs.replace(made, reason="changed"), record()]) == 1
    rows = await (await connection.execute("SELECT reason FROM decisions")).fetchall()
    assert {row["reason"] for row in rows} == {"Bought most often."}


async def test_each_month_has_its_partition(connection: Connection) -> None:
    await decisions.put(connection, [record(), record(decided_at=NOW + timedelta(days=31)), record(decided_at=NOW - timedelta(days=400))])
    rows = await (await connection.execute("SELECT tableoid::regclass::text AS partition FROM decisions ORDER BY decided_at")).fetchall()
    assert [row["partition"] for row in rows] == ["decisions_2025_05", "decisions_2026_06", "decisions_2026_07"]


async def test_nul_characters_do_not_lose_a_decision(connection: Connection) -> None:
    sent = record(request=msgspec.Raw(b'{"query":"18\\u0000V"}'), answer=msgspec.Raw(b'{"items":["\\u0000"]}'), reason="a\x00b", model_version="\x00")
    assert await decisions.put(connection, [sent]) == 1
    row = await (await connection.execute("SELECT request, answer, reason, model_version FROM decisions")).fetchone()
    assert row == {"request": {"query": "18\ufffdV"}, "answer": {"items": ["\ufffd"]}, "reason": "a\ufffdb", "model_version": "\ufffd"}
