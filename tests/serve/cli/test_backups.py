"""`hanse backup` and `hanse restore`, as people call them."""

from __future__ import annotations

from pathlib import Path

import psycopg

from hanse.base.config import Settings
from tests.serve.cli.conftest import Hanse

EVENTS = '{"events": [{"message_id": "m-1", "name": "Product Viewed", "user_id": "1"}]}'


def test_a_backup_is_written_and_read_back(hanse: Hanse, settings: Settings, tmp_path: Path) -> None:
    hanse("call", "events.record", EVENTS)
    file = tmp_path / "backup.tar"
    written = hanse("backup", file, "--json")
    assert (written.code, written.answer["events"], written.answer["profiles"]) == (0, 1, 1)
    assert written.answer["bytes"] == file.stat().st_size
    refused = hanse("restore", file, "--json")
    assert (refused.code, refused.problem["type"]) == (4, "/problems/not-empty")
    with psycopg.connect(settings.database_url) as connection:
        connection.execute("DELETE FROM events")
    restored = hanse("restore", file, "--force")
    assert (restored.code, restored.out) == (0, f"✓ Restored {file}: 1 events, 1 profiles, {file.stat().st_size / 1e6:,.1f} MB.\n")
    assert hanse("call", "events.record", EVENTS, "--json").answer["duplicates"] == 1


def test_what_is_no_backup_is_told(hanse: Hanse, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    told = hanse("restore", tmp_path / "x")
    assert told.code == 2
    assert "is not a backup of Hanse" in told.err


def test_a_place_that_cannot_be_written_is_told(hanse: Hanse) -> None:
    told = hanse("backup", "/dev/null/backup.tar")
    assert told.code == 1
    assert told.err.startswith("✗ Writing the backup failed: [Errno 17] File exists")
