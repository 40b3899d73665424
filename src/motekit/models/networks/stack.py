"""An architecture: convolutions over (height, width, channels), a mean over places, a dense end.

Every convolution is padded like TFLite's SAME, normalised over the batch while training (Ioffe
and Szegedy, 2015; folded into its weights afterwards) and followed by ReLU. Data of one dimension
has height 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from motekit.graph.ops._shared.windows import SAME, explicit_padding

Size = tuple[int, int]
KINDS = ("conv", "depthwise")


@dataclass(frozen=True)
class Layer:
    """One convolution.

    Args:
        kind: "conv", or "depthwise" (one filter a channel).
        name: of the layer in the generated code.
        size, stride: (height, width).
        inputs, outputs: channels.
    """

    kind: str
    name: str
    size: Size
    stride: Size
    inputs: int
    outputs: int

    @property
    def fan_in(self) -> int:
        """Inputs that one output sums over."""
        depth = self.inputs if self.kind == "conv" else 1
        return self.size[0] * self.size[1] * depth

    def padding(self, places: Size) -> tuple[int, int, int, int]:
        """(top, bottom, left, right) for an input of so many places."""
        return explicit_padding(SAME, places, self.size, self.stride)

    def places(self, given: Size) -> Size:
        """Height and width of the output."""
        return -(-given[0] // self.stride[0]), -(-given[1] // self.stride[1])


@dataclass(frozen=True)
class Stack:
    """An architecture.

    Args:
        shape: of the input: height, width, channels; features come in this order.
        layers: convolutions in order.
        outputs: of the dense end.
    """

    shape: tuple[int, int, int]
    layers: tuple[Layer, ...]
    outputs: int

    @property
    def width(self) -> int:
        """Channels that the dense end sees."""
        return self.layers[-1].outputs if self.layers else self.shape[2]

    def as_dict(self) -> dict[str, Any]:
        """JSON-like values, for a run's facts."""
        return {
            "shape": list(self.shape),
            "outputs": self.outputs,
            "layers": [
                [la.kind, la.name, list(la.size), list(la.stride), la.inputs, la.outputs]
                for la in self.layers
            ],
        }

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Stack:
        """The inverse of `as_dict`."""
        layers = tuple(
            Layer(kind, name, _pair(size), _pair(stride), int(inputs), int(outputs))
            for kind, name, size, stride, inputs, outputs in told["layers"]
        )
        height, width, channels = (int(n) for n in told["shape"])
        return cls((height, width, channels), layers, int(told["outputs"]))


def _pair(given: Sequence[int]) -> Size:
    return int(given[0]), int(given[1])
