"""The layers of the model as ONNX Runtime runs them: BERT (Devlin et al. 2019) from vectors of tokens to the mean of what comes of them.

Products of matrices are of whole numbers: weights are rounded to 64 steps either way of the largest of their output, so that sums of two
products fit 16 bits also on processors without VNNI, and what comes in is rounded to 256 steps when it is known.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hanse.ai.networks.graph import MICROSOFT, Graph
from hanse.ai.text.e5.packed import Floats, Packed, weights

STEPS = 64
IN, OUT = "tokens", "mean"


class Network:
    """The layers, ready to run; several threads may ask at once."""

    def __init__(self, packed: Packed) -> None:
        """Build them from a file's weights."""
        layers, width = _Layers(packed), packed.sizes.width
        layers.write()
        self._session = layers.graph.session((IN, (1, "tokens", width)), (OUT, (1, width)))

    def run(self, tokens: Floats) -> Floats:
        """Return the mean of what comes of the vectors of some tokens, which are rows."""
        (found,) = self._session.run([OUT], {IN: tokens[np.newaxis]})
        return np.asarray(found[0], np.float32)


class _Layers:
    """Writes the layers of a file; each part returns the name of its result."""

    def __init__(self, packed: Packed) -> None:
        self.graph = Graph()
        self._packed = packed
        self._sizes = packed.sizes

    def write(self) -> None:
        """Write everything, from the vectors of a text's tokens to their mean."""
        found = self.graph.node("LayerNormalization", [IN, *self._both("emb.ln")], epsilon=self._sizes.epsilon)
        for layer in range(self._sizes.layers):
            found = self._layer(f"l{layer}.", found)
        self.graph.node("ReduceMean", [found], OUT, axes=[1], keepdims=0)

    def _layer(self, name: str, given: str) -> str:
        attended = self._linear(self._attention(name, given), [f"{name}ao"], self._sizes.width)
        middle = self._sum(given, attended, f"{name}aln")
        inner = self.graph.node("Gelu", [self._linear(middle, [f"{name}fi"], self._sizes.width)], domain=MICROSOFT)
        return self._sum(middle, self._linear(inner, [f"{name}fo"], self._sizes.inner), f"{name}oln")

    def _attention(self, name: str, given: str) -> str:
        together = self._linear(given, [f"{name}q", f"{name}k", f"{name}v"], self._sizes.width)
        parts = self.graph.split(together, [f"{name}{each}" for each in ("query", "key", "value")], self._sizes.width)
        return self.graph.node("MultiHeadAttention", parts, domain=MICROSOFT, num_heads=self._sizes.heads)

    def _sum(self, first: str, second: str, name: str) -> str:
        inputs = [first, second, *self._both(name)]
        return self.graph.node("SkipLayerNormalization", inputs, domain=MICROSOFT, epsilon=self._sizes.epsilon)

    def _linear(self, given: str, names: Sequence[str], columns: int) -> str:
        """Multiply with the weights of some names side by side, and add what they add."""
        exact = np.concatenate([weights(self._packed.blocks(f"{name}.w", columns)) for name in names]).T
        step = np.abs(exact).max(axis=0) / STEPS
        whole = self.graph.hold(f"{names[0]}.whole", np.rint(exact / step).astype(np.int8))
        factors = self.graph.hold(f"{names[0]}.step", step)
        added = self.graph.hold(f"{names[0]}.added", np.concatenate([self._packed.numbers(f"{name}.b") for name in names]))
        return self.graph.node("DynamicQuantizeMatMul", [given, whole, factors, "", added], domain=MICROSOFT)

    def _both(self, name: str) -> list[str]:
        return [self.graph.hold(f"{name}.{each}", self._packed.numbers(f"{name}.{each}")) for each in ("w", "b")]
