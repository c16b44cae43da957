"""The layers of the model as ONNX Runtime runs them: BERT (Devlin et al. 2019) from vectors of tokens to the mean of what comes of them.

Products of matrices are of whole numbers: weights are rounded to 64 steps either way of the largest of their output, so that sums of two
products fit 16 bits also on processors without VNNI, and what comes in is rounded to 256 steps when it is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from onnxruntime import InferenceSession, SessionOptions

from hanse.ai.text.e5.packed import Floats, Packed, weights

STEPS = 64
IN, OUT = "tokens", "mean"
_ONNX, _MICROSOFT = "", "com.microsoft"
_OPSET, _IR = 17, 9
"""As old as they may be for what is used, so that an older runtime runs them."""


class Network:
    """The layers, ready to run; several threads may ask at once."""

    def __init__(self, packed: Packed) -> None:
        """Build them from a file's weights."""
        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = InferenceSession(_Builder(packed).model().SerializeToString(), options, providers=["CPUExecutionProvider"])

    def run(self, tokens: Floats) -> Floats:
        """Return the mean of what comes of the vectors of some tokens, which are rows."""
        (found,) = self._session.run([OUT], {IN: tokens[np.newaxis]})
        return np.asarray(found[0], np.float32)


class _Builder:
    """Writes down operations with their weights; each returns the name of its result."""

    def __init__(self, packed: Packed) -> None:
        self._packed = packed
        self._sizes = packed.sizes
        self._nodes: list[NodeProto] = []
        self._held: list[TensorProto] = []

    def model(self) -> ModelProto:
        """Return the model, from the vectors of a text's tokens to their mean."""
        width = self._sizes.width
        found = self._node("LayerNormalization", [IN, *self._both("emb.ln")], domain=_ONNX, epsilon=self._sizes.epsilon)
        for layer in range(self._sizes.layers):
            found = self._layer(f"l{layer}.", found)
        self._node("ReduceMean", [found], OUT, domain=_ONNX, axes=[1], keepdims=0)
        given = helper.make_tensor_value_info(IN, TensorProto.FLOAT, [1, "tokens", width])
        made = helper.make_tensor_value_info(OUT, TensorProto.FLOAT, [1, width])
        graph = helper.make_graph(self._nodes, "e5", [given], [made], self._held)
        opsets = [helper.make_opsetid(_ONNX, _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR)

    def _layer(self, name: str, given: str) -> str:
        attended = self._linear(self._attention(name, given), [f"{name}ao"], self._sizes.width)
        middle = self._sum(given, attended, f"{name}aln")
        inner = self._node("Gelu", [self._linear(middle, [f"{name}fi"], self._sizes.width)])
        return self._sum(middle, self._linear(inner, [f"{name}fo"], self._sizes.inner), f"{name}oln")

    def _attention(self, name: str, given: str) -> str:
        width = self._sizes.width
        together = self._linear(given, [f"{name}q", f"{name}k", f"{name}v"], width)
        parts = [f"{name}{each}" for each in ("query", "key", "value")]
        sizes = self._hold(f"{name}sizes", np.full(3, width, np.int64))
        self._nodes.append(helper.make_node("Split", [together, sizes], parts, axis=2))
        return self._node("MultiHeadAttention", parts, num_heads=self._sizes.heads)

    def _sum(self, first: str, second: str, name: str) -> str:
        return self._node("SkipLayerNormalization", [first, second, *self._both(name)], epsilon=self._sizes.epsilon)

    def _linear(self, given: str, names: Sequence[str], columns: int) -> str:
        """Multiply with the weights of some names side by side, and add what they add."""
        exact = np.concatenate([weights(self._packed.blocks(f"{name}.w", columns)) for name in names]).T
        step = np.abs(exact).max(axis=0) / STEPS
        whole = self._hold(f"{names[0]}.whole", np.rint(exact / step).astype(np.int8))
        factors = self._hold(f"{names[0]}.step", step)
        added = self._hold(f"{names[0]}.added", np.concatenate([self._packed.numbers(f"{name}.b") for name in names]))
        return self._node("DynamicQuantizeMatMul", [given, whole, factors, "", added])

    def _both(self, name: str) -> list[str]:
        return [self._hold(f"{name}.{each}", self._packed.numbers(f"{name}.{each}")) for each in ("w", "b")]

    def _hold(self, name: str, numbers: np.ndarray[Any, Any]) -> str:
        self._held.append(numpy_helper.from_array(np.ascontiguousarray(numbers), name))
        return name

    def _node(self, kind: str, given: Sequence[str], made: str | None = None, *, domain: str = _MICROSOFT, **facts: Any) -> str:
        made = made or f"{kind}{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, given, [made], domain=domain, **facts))
        return made
