"""EfficientNet-Lite0 (Tan and Le 2019, EfficientNet; without squeeze and excitation, with ReLU6) as ONNX Runtime runs it, up to its last mean."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hanse.ai.image.weights import Floats
from hanse.ai.networks.graph import Graph

SIDE = 224
"""Points of a picture's side."""
DIMENSIONS = 1280
BLOCKS = ((1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (4, 2), (1, 1))
"""How often each block comes, and the stride of the first of them."""
EPSILON = 1e-3
IN, OUT = "picture", "mean"


class Network:
    """The layers, ready to run; several threads may ask at once."""

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        """Build them from weights by name. Raises `KeyError` where one is lacking."""
        layers = _Layers(weights)
        layers.write()
        self._session = layers.graph.session((IN, (1, 3, SIDE, SIDE)), (OUT, (1, DIMENSIONS)))

    def run(self, picture: Floats) -> Floats:
        """Return what is seen in a picture of 3 colours by 224 by 224 points, each from -1 to 1."""
        (found,) = self._session.run([OUT], {IN: picture[np.newaxis]})
        return np.asarray(found[0], np.float32)


class _Layers:
    """Writes the layers of some weights; each part returns the name of its result."""

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        self.graph = Graph()
        self._weights = weights
        self._ends = [self.graph.hold(f"{each}", np.array(each, np.float32)) for each in (0, 6)]

    def write(self) -> None:
        """Write everything, from a picture to the mean of its last layer."""
        found = self._clipped(self._normed(IN, "_conv_stem", "_bn0", stride=2))
        place = 0
        for times, stride in BLOCKS:
            for time in range(times):
                found = self._block(f"_blocks.{place}.", found, 1 if time else stride, adds=time > 0)
                place += 1
        found = self._clipped(self._normed(found, "_conv_head", "_bn1"))
        self.graph.node("ReduceMean", [found], OUT, axes=[2, 3], keepdims=0)

    def _block(self, name: str, given: str, stride: int, *, adds: bool) -> str:
        """Widen, look around each point, narrow; what came in is added where the form stays."""
        found = given
        if f"{name}_expand_conv.weight" in self._weights:
            found = self._clipped(self._normed(found, f"{name}_expand_conv", f"{name}_bn0"))
        found = self._clipped(self._normed(found, f"{name}_depthwise_conv", f"{name}_bn1", stride=stride))
        found = self._normed(found, f"{name}_project_conv", f"{name}_bn2")
        return self.graph.node("Add", [found, given]) if adds else found

    def _normed(self, given: str, convolution: str, norm: str, *, stride: int = 1) -> str:
        """Convolve; the normalisation after it is worked into its weights."""
        weight = self._weights[f"{convolution}.weight"]
        scale = self._weights[f"{norm}.weight"] / np.sqrt(self._weights[f"{norm}.running_var"] + EPSILON)
        bias = self._weights[f"{norm}.bias"] - self._weights[f"{norm}.running_mean"] * scale
        scaled = np.asarray(weight * scale[:, None, None, None], np.float32)
        inputs = [given, self.graph.hold(f"{convolution}.w", scaled), self.graph.hold(f"{convolution}.b", np.asarray(bias, np.float32))]
        group = len(weight) if weight.shape[1] == 1 else 1
        return self.graph.node("Conv", inputs, strides=[stride, stride], auto_pad="SAME_UPPER", group=group)

    def _clipped(self, given: str) -> str:
        return self.graph.node("Clip", [given, *self._ends])
