"""Small networks of image ops for tests of what runs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import QuantParams, TensorType
from motekit.graph.ops._shared import windows

from .op_cases import int8

Pair = tuple[int, int]
Padding = tuple[int, int, int, int]  # top, bottom, left, right


@dataclass
class Images:
    """Collects ops; every method returns the name of the tensor it made.

    Args:
        shape: height, width, channels of the input.
    """

    shape: tuple[int, int, int]
    seed: int = 0
    tensors: dict[str, Tensor] = field(default_factory=dict)
    ops: list[Op] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        self._add("x", int8((1, *self.shape), 0.05, -4))

    def _add(
        self, name: str, type_: TensorType, data: npt.NDArray[np.generic] | None = None
    ) -> str:
        self.tensors[name] = Tensor(name, type_, data)
        return name

    def _op(
        self, kind: str, inputs: tuple[str, ...], shape: tuple[int, ...],
        attrs: Mapping[str, object], scale: float = 0.06,
    ) -> str:  # fmt: skip
        number = len(self.ops)
        zero = (-128, 3, -17)[number % 3]
        out = self._add(f"t{number}", int8(shape, scale, zero))
        self.ops.append(Op(kind, f"{kind}_{number}", inputs, (out,), attrs))
        return out

    def conv(
        self, x: str, out: int, kernel: Pair = (3, 3), stride: Pair = (1, 1),
        dilation: Pair = (1, 1), padding: Padding | None = None, depthwise: bool = False,
        activation: str = "relu",
    ) -> str:  # fmt: skip
        """A convolution, SAME unless told; depthwise with `out` channels."""
        _, height, width, channels = self.tensors[x].type.shape
        same = windows.explicit_padding(windows.SAME, (height, width), kernel, stride, dilation)
        window = windows.Window(kernel, stride, dilation, padding or same)
        number = len(self.ops)
        shape = (1, *kernel, out) if depthwise else (out, *kernel, channels)
        axis = None if out == 1 else 3 if depthwise else 0
        scales = self.rng.uniform(0.003, 0.01, out).astype(np.float32)
        quant = QuantParams(tuple(map(float, scales)), (0,) * out, axis)
        values = np.clip(self.rng.normal(0, 45, shape).round(), -127, 127).astype(np.int8)
        w = self._add(f"w{number}", TensorType(shape, "int8", quant), values)
        bias = self.rng.integers(-3000, 3000, out).astype(np.int32)
        b = self._add(f"b{number}", TensorType((out,), "int32", None), bias)
        fan_in = kernel[0] * kernel[1] * (1 if depthwise else channels)
        attrs = {
            "stride": stride, "dilation": dilation, "padding": window.padding,
            "activation": activation, "rounding": "double",
        }  # fmt: skip
        kind = "depthwise_conv_2d" if depthwise else "conv_2d"
        size = (1, *window.out(height, width), out)
        return self._op(kind, (x, w, b), size, attrs, float(np.float32(0.0135 * np.sqrt(fan_in))))

    def pool(self, x: str, kind: str, size: Pair, stride: Pair) -> str:
        """A pooling without padding: kind "max" or "average"."""
        _, height, width, channels = self.tensors[x].type.shape
        window = windows.Window(size, stride, (1, 1), (0, 0, 0, 0))
        attrs = {"size": size, "stride": stride, "padding": window.padding, "activation": "none"}
        out = self._op(f"{kind}_pool_2d", (x,), (1, *window.out(height, width), channels), attrs)
        type_ = self.tensors[x].type
        self.tensors[out] = Tensor(
            out, TensorType(self.tensors[out].type.shape, "int8", type_.quant)
        )
        return out

    def mean(self, x: str) -> str:
        """The mean over the image, as an average pooling."""
        _, height, width, _ = self.tensors[x].type.shape
        return self.pool(x, "average", (height, width), (1, 1))

    def add(self, a: str, b: str) -> str:
        """The sum of two images."""
        attrs = {"activation": "none", "rounding": "double"}
        return self._op("add", (a, b), self.tensors[a].type.shape, attrs, 0.11)

    def relu(self, x: str) -> str:
        attrs = {"bounds": (0.0,), "rounding": "double"}
        return self._op("relu", (x,), self.tensors[x].type.shape, attrs)

    def graph(self, *outputs: str) -> Graph:
        return Graph("images", self.tensors, tuple(self.ops), ("x",), outputs)
