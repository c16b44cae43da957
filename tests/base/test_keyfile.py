"""A key file is made once, is read by its owner alone, and is not made where a new key would be of no use."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hanse.base import keyfile


def test_a_key_is_made_once_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "home" / "some.key"
    key = keyfile.read(path)
    assert len(base64.urlsafe_b64decode(key)) == keyfile.KEY_BYTES
    assert keyfile.read(path) == key
    assert path.stat().st_mode & 0o077 == 0
    assert [each.name for each in path.parent.iterdir()] == ["some.key"]


def test_a_key_is_not_made_where_that_would_be_of_no_use(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        keyfile.read(tmp_path / "some.key", make=False)


def test_all_who_ask_at_once_get_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: keyfile.read(tmp_path / "some.key"), range(32)))
    assert len(keys) == 1
