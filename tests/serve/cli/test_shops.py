"""Shops are connected, listed and disconnected from the command line, their keys read from a file."""

from __future__ import annotations

import json
from pathlib import Path

from tests.serve.cli.conftest import Hanse


def test_a_shop_is_connected_listed_and_disconnected(hanse: Hanse, tmp_path: Path) -> None:
    secrets = tmp_path / "secrets.json"
    secrets.write_text(json.dumps({"consumer_key": "ck_1", "consumer_secret": "cs_1"}))
    made = hanse("shops", "connect", "main", "woocommerce", "https://shop.example.com", "--secrets", str(secrets), "--json")
    assert made.code == 0, made.err
    assert json.loads(made.out)["webhook_path"] == "/webhooks/woocommerce/main"
    listed = hanse("shops", "list", "--json")
    assert [(each["name"], each["system"]) for each in json.loads(listed.out)] == [("main", "woocommerce")]
    assert "cs_1" not in listed.out
    assert hanse("shops", "disconnect", "main").code == 0
    assert hanse("shops", "disconnect", "other").code != 0


def test_secrets_that_cannot_be_read_are_told(hanse: Hanse, tmp_path: Path) -> None:
    told = hanse("shops", "connect", "main", "woocommerce", "https://shop.example.com", "--secrets", str(tmp_path / "none.json"))
    assert told.code == 2
    assert "--secrets" in told.err
