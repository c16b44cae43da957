"""Secrets are sealed with the key file of the home folder, and with that alone can be read again."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from hanse.base import sealing


def test_what_is_sealed_is_read_with_the_same_key_alone(home: Path) -> None:
    sealed = sealing.seal(home, {"key": "sk-secret"})
    assert b"sk-secret" not in sealed
    assert stat.S_IMODE((home / sealing.FILE).stat().st_mode) == 0o600
    assert sealing.unseal(home, sealed) == {"key": "sk-secret"}
    assert sealing.unseal(home, None) == {}
    (home / sealing.FILE).unlink()
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(home, sealed)
    sealing.seal(home, {})
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(home, sealed)
