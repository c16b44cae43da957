"""Networks written down operation by operation, with weights from wherever these are kept, and run by ONNX Runtime."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper
from onnxruntime import InferenceSession, SessionOptions

OPSET, IR = 17, 9
"""As old as they may be for what is used, so that an older runtime runs them."""
MICROSOFT = "com.microsoft"
"""Where operations come from that ONNX itself has not: products of whole numbers, attention in one."""


class Graph:
    """A network that is being written: what it holds, and its operations in their order, each of which gives the name of its result."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._nodes: list[NodeProto] = []
        self._held: list[TensorProto] = []

    def hold(self, name: str, numbers: NDArray[Any]) -> str:
        """Keep weights under a name, which is returned."""
        self._held.append(numpy_helper.from_array(np.ascontiguousarray(numbers), name))
        return name

    def node(self, kind: str, given: Sequence[str], made: str | None = None, *, domain: str = "", **facts: Any) -> str:
        """Add an operation on results and weights; `made` names its result, else it gets a name."""
        made = made or f"{kind}{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, given, [made], domain=domain, **facts))
        return made

    def split(self, given: str, names: Sequence[str], size: int) -> Sequence[str]:
        """Cut a result along its last direction into parts of a size, under these names, which are returned."""
        sizes = self.hold(f"{names[0]}.sizes", np.full(len(names), size, np.int64))
        self._nodes.append(helper.make_node("Split", [given, sizes], list(names), axis=-1))
        return names

    def session(self, given: tuple[str, Sequence[int | str]], made: tuple[str, Sequence[int]]) -> InferenceSession:
        """Return the network, ready to run in the thread that asks, from an input to an output, each with its shape; all are single precision."""
        ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape)) for name, shape in (given, made)]
        graph = helper.make_graph(self._nodes, "network", ends[:1], ends[1:], self._held)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR)
        return InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
