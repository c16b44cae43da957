"""EfficientNet-Lite0 (Tan and Le 2019, EfficientNet; without squeeze and excitation, with ReLU6) as ONNX Runtime runs it, up to its last mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from onnxruntime import InferenceSession, SessionOptions

from hanse.ai.image.weights import Floats

SIDE = 224
"""Points of a picture's side."""
DIMENSIONS = 1280
BLOCKS = ((1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (4, 2), (1, 1))
"""How often each block comes, and the stride of the first of them."""
EPSILON = 1e-3
IN, OUT = "picture", "mean"
_OPSET, _IR = 17, 9


class Network:
    """The layers, ready to run; several threads may ask at once."""

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        """Build them from weights by name. Raises `KeyError` where one is lacking."""
        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = InferenceSession(_Builder(weights).model().SerializeToString(), options, providers=["CPUExecutionProvider"])

    def run(self, picture: Floats) -> Floats:
        """Return what is seen in a picture of 3 colours by 224 by 224 points, each from -1 to 1."""
        (found,) = self._session.run([OUT], {IN: picture[np.newaxis]})
        return np.asarray(found[0], np.float32)


class _Builder:
    """Writes down operations with their weights; each returns the name of its result."""

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        self._weights = weights
        self._nodes: list[NodeProto] = []
        self._held: list[TensorProto] = [numpy_helper.from_array(np.array(each, np.float32), name) for name, each in (("0", 0.0), ("6", 6.0))]

    def model(self) -> ModelProto:
        """Return the model, from a picture to the mean of its last layer."""
        found = self._clipped(self._normed(IN, "_conv_stem", "_bn0", stride=2))
        place = 0
        for times, stride in BLOCKS:
            for time in range(times):
                found = self._block(f"_blocks.{place}.", found, 1 if time else stride, adds=time > 0)
                place += 1
        found = self._clipped(self._normed(found, "_conv_head", "_bn1"))
        self._node("ReduceMean", [found], OUT, axes=[2, 3], keepdims=0)
        given = helper.make_tensor_value_info(IN, TensorProto.FLOAT, [1, 3, SIDE, SIDE])
        made = helper.make_tensor_value_info(OUT, TensorProto.FLOAT, [1, DIMENSIONS])
        graph = helper.make_graph(self._nodes, "efficientnet-lite0", [given], [made], self._held)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR)

    def _block(self, name: str, given: str, stride: int, *, adds: bool) -> str:
        """Widen, look around each point, narrow; what came in is added where the form stays."""
        found = given
        if f"{name}_expand_conv.weight" in self._weights:
            found = self._clipped(self._normed(found, f"{name}_expand_conv", f"{name}_bn0"))
        found = self._clipped(self._normed(found, f"{name}_depthwise_conv", f"{name}_bn1", stride=stride))
        found = self._normed(found, f"{name}_project_conv", f"{name}_bn2")
        return self._node("Add", [found, given]) if adds else found

    def _normed(self, given: str, convolution: str, norm: str, *, stride: int = 1) -> str:
        """Convolve; the normalisation after it is worked into its weights."""
        weight = self._weights[f"{convolution}.weight"]
        scale = self._weights[f"{norm}.weight"] / np.sqrt(self._weights[f"{norm}.running_var"] + EPSILON)
        bias = self._weights[f"{norm}.bias"] - self._weights[f"{norm}.running_mean"] * scale
        inputs = [given, self._hold(f"{convolution}.w", weight * scale[:, None, None, None]), self._hold(f"{convolution}.b", bias)]
        group = len(weight) if weight.shape[1] == 1 else 1
        return self._node("Conv", inputs, strides=[stride, stride], auto_pad="SAME_UPPER", group=group)

    def _clipped(self, given: str) -> str:
        return self._node("Clip", [given, "0", "6"])

    def _hold(self, name: str, numbers: Floats) -> str:
        self._held.append(numpy_helper.from_array(np.ascontiguousarray(numbers, np.float32), name))
        return name

    def _node(self, kind: str, given: Sequence[str], made: str | None = None, **facts: Any) -> str:
        made = made or f"{kind}{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, given, [made], **facts))
        return made
