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


def test_a_pim_is_connected_with_options_and_takes_no_webhooks(hanse: Hanse, tmp_path: Path) -> None:
    secrets, options = tmp_path / "secrets.json", tmp_path / "options.json"
    secrets.write_text(json.dumps({"client_id": "1_a", "client_secret": "b", "user": "hanse", "password": "c"}))
    options.write_text(json.dumps({"channel": "ecommerce", "attributes": {"price": "list_price"}}))
    told = hanse("shops", "connect", "pim", "akeneo", "https://pim.example.com", "--secrets", str(secrets), "--options", str(options), "--json")
    assert told.code == 0, told.err
    made = json.loads(told.out)
    assert (made["webhook_path"], made["connection"]["options"]["channel"]) == ("", "ecommerce")
    options.write_text("[]")
    wrong = hanse("shops", "connect", "other", "akeneo", "https://pim.example.com", "--secrets", str(secrets), "--options", str(options))
    assert (wrong.code, "--options" in wrong.err) == (2, True)
