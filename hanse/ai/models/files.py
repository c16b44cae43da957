"""A trained model on disk: one `.npy` file an array, names, texts and card as JSON; written whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from hanse.ai.models.errors import UnreadableModel
from hanse.ai.models.schemas import Card

Arrays = Mapping[str, NDArray[Any]]
Texts = Mapping[str, Sequence[str]]


def write(folder: Path, arrays: Arrays, texts: Texts, card: Card) -> None:
    """Write a model beside its place and move it there, so that a crash leaves no half of it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    for name, array in arrays.items():
        with (fresh / f"{name}.npy").open("wb") as file:
            np.save(file, array, allow_pickle=False)
            _settle(file.fileno())
    _write_json(fresh / "contents.json", _Contents(list(arrays), {name: list(values) for name, values in texts.items()}))
    _write_json(fresh / "card.json", card)
    _settle_folder(fresh)
    fresh.rename(folder)
    _settle_folder(folder.parent)


def read(folder: Path) -> tuple[dict[str, NDArray[Any]], dict[str, list[str]], Card]:
    """Read a model; the arrays stay on disk and come into memory page by page as they are used.

    Raises `UnreadableModel` where files are missing or damaged.
    """
    try:
        card = msgspec.json.decode((folder / "card.json").read_bytes(), type=Card)
        contents = msgspec.json.decode((folder / "contents.json").read_bytes(), type=_Contents)
        return {name: _map(folder / f"{name}.npy") for name in contents.arrays}, contents.texts, card
    except (OSError, EOFError, ValueError) as error:
        raise UnreadableModel(folder=folder, reason=error) from error


def remove(folder: Path) -> None:
    """Delete a model's files; who has them mapped can go on using them."""
    shutil.rmtree(folder, ignore_errors=True)


class _Contents(msgspec.Struct):
    arrays: list[str]
    texts: dict[str, list[str]]


def _map(path: Path) -> NDArray[Any]:
    # A slice of a plain view of the map costs a tenth of a slice of np.memmap itself; copy-on-write, as what is compiled for arrays
    # that were just learned would otherwise be compiled a second time for read-only ones.
    return np.asarray(np.load(path, mmap_mode="c", allow_pickle=False))


def _write_json(path: Path, value: object) -> None:
    with path.open("wb") as file:
        file.write(msgspec.json.encode(value))
        file.flush()
        _settle(file.fileno())


def _settle(descriptor: int) -> None:
    os.fsync(descriptor)


def _settle_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _settle(descriptor)
    finally:
        os.close(descriptor)
