"""What is pushed by file is whole when it appears, one file a run, and loses whoever is erased."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hanse.base.erasing import Erased
from hanse.sources.crm import erasure, files
from hanse.sources.crm.target import Message
from tests.sources.crm.conftest import MAPPING, House


def written(home: Path, name: str = "crm") -> Sequence[Path]:
    return sorted((home / "exports" / name).iterdir())


def lines(path: Path) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]


async def test_a_run_writes_one_file_of_json_lines(house: House, home: Path) -> None:
    anna = await house.person("4711")
    await house.target(system="file")
    await house.enter(anna, "one")
    await house.enter(anna, "two")
    assert await house.deliver() == {"crm": {"delivered": 2}}
    (path,) = written(home)
    assert path.name == "20260615T120002Z-001.jsonl"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each["data"]["fields"]["body"] for each in lines(path)] == ["one", "two"]
    await house.enter(anna, "three")
    await house.deliver()
    assert len(written(home)) == 2


async def test_a_csv_has_the_columns_of_the_mapping(house: House, home: Path) -> None:
    anna = await house.person("4711")
    await house.target(system="file", options={"format": "csv"})
    await house.enter(anna, 'She said "yes",\nand more')
    await house.deliver()
    with written(home)[0].open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert list(row) == ["id", "type", "timestamp", "to", "user_id", "title", "body", "source"]
    assert (row["user_id"], row["body"]) == ("4711", 'She said "yes",\nand more')


async def test_a_run_that_breaks_leaves_nothing_behind_and_is_done_again(house: House, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.target(system="file")
    await house.enter(None, "one")
    await house.enter(None, "two")
    row = files._Channel._write  # a disk that is full cannot be had otherwise

    def full(self: files._Channel, file: Any, message: Message) -> None:
        if message.fields["body"] == "two":
            raise OSError("no space left")
        row(self, file, message)

    with monkeypatch.context() as patched:
        patched.setattr(files._Channel, "_write", full)  # as above
        assert list((await house.deliver()).values()) == [{"failed": 1}]
    assert written(home) == []
    assert await house.states() == ["waiting", "waiting"]
    assert await house.deliver() == {"crm": {"delivered": 2}}
    assert len(lines(written(home)[0])) == 2


@pytest.mark.parametrize("form", ["jsonl", "csv"])
async def test_whoever_is_erased_is_taken_out_of_the_files(house: House, home: Path, form: str) -> None:
    anna, ben = await house.person("17"), await house.person("4712")
    await house.target(system="file", options={"format": form}, mapping=MAPPING)
    await house.enter(anna, "about Anna")
    await house.enter(ben, "about Ben")
    await house.deliver()
    counts = await erasure.files(Erased((anna,), (("user_id", "17"),), keep_orders=False), house.context)
    assert counts == {"crm_files": 1}
    text = written(home)[0].read_text()
    assert "Anna" not in text
    assert "about Ben" in text
    assert [each.name for each in written(home)] == [f"20260615T120002Z-001.{form}"]
