"""Models over a sliding window for tests: random layers, all of them without padding in time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import TensorType
from motekit.graph.ops import OPS
from motekit.testing.graphs import int8, quant

ONE = {"rounding": "double"}


@dataclass
class Model:
    """Adds one op after another; `x` is the newest tensor."""

    rng: np.random.Generator
    shape: tuple[int, ...]
    tensors: dict[str, Tensor] = field(default_factory=dict)
    ops: list[Op] = field(default_factory=list)
    x: str = "x"

    def __post_init__(self) -> None:
        self.tensors["x"] = Tensor(
            "x", int8(*self.shape, scale=0.05, zero=int(self.rng.integers(-9, 9)))
        )

    def constant(self, shape: tuple[int, ...], dtype: str, scale: float, most: int) -> str:
        name = f"c{len(self.tensors)}"
        values = self.rng.integers(-most, most + 1, shape).astype(dtype)
        self.tensors[name] = Tensor(name, TensorType(shape, dtype, quant(scale)), values)
        return name

    def add(self, kind: str, *inputs: str, new: bool = True, **attrs: Any) -> str:
        """One op on `x` and other inputs; new: its output has a quantization of its own."""
        name, number = f"y{len(self.tensors)}", len(self.ops)
        given = (self.x, *inputs)
        first = self.tensors[self.x].type
        type_ = int8(1, scale=0.04 + 0.01 * number, zero=number - 3) if new else first
        self.tensors[name] = Tensor(name, type_)
        op = Op(kind, f"{kind}_{number}", given, (name,), attrs)
        graph = Graph("g", self.tensors, (op,), (), ())
        (self.tensors[name],) = (Tensor(name, t) for t in OPS.get(kind).infer(op, graph))
        self.ops.append(op)
        self.x = name
        return name

    def layer(self, kind: str, size: tuple[int, int], out: int = 3, **attrs: Any) -> str:
        """A convolution or pool over height and width."""
        depth = self.tensors[self.x].type.shape[3]
        given = {
            "stride": (1, 1),
            "dilation": (1, 1),
            "padding": (0, 0, 0, 0),
            "activation": "none",
        }
        given |= attrs
        if kind.endswith("pool_2d"):
            return self.add(kind, new=False, size=size, **given)
        wide = (out, *size, depth) if kind == "conv_2d" else (1, *size, depth)
        count = out if kind == "conv_2d" else depth
        weights = self.constant(wide, "int8", 0.01, 127)
        bias = self.constant((count,), "int32", 0.0005, 300)
        return self.add(kind, weights, bias, **given, **ONE)

    def dense(self, n: int, out: int = 3, **attrs: Any) -> str:
        weights = self.constant((out, n), "int8", 0.01, 127)
        bias = self.constant((out,), "int32", 0.0005, 300)
        return self.add(
            "fully_connected", weights, bias, activation="none", rounding="single", **attrs
        )

    def crop(self, source: str, begin: int, frames: int) -> str:
        """A stretch of frames (axis 1) of a tensor, as `x`."""
        self.x = source
        shape = self.tensors[source].type.shape
        count = (shape[0], frames, *shape[2:])
        return self.add("strided_slice", new=False, begin=(0, begin, 0, 0), count=count,
                        step=(1,) * 4, shape=count)  # fmt: skip

    def graph(self) -> Graph:
        return Graph("g", self.tensors, tuple(self.ops), ("x",), (self.x,))


def random_model(seed: int) -> Graph:
    """Two to five layers that slide along axis 1, then an end."""
    rng = np.random.default_rng(seed)
    m = Model(rng, (1, int(rng.integers(11, 19)), int(rng.integers(1, 4)), int(rng.integers(1, 4))))
    for _ in range(int(rng.integers(2, 6))):
        frames = m.tensors[m.x].type.shape[1]
        size = (int(rng.integers(1, min(4, frames) + 1)), 1)
        kind = str(rng.choice(["conv_2d", "depthwise_conv_2d", "max_pool_2d", "average_pool_2d",
                               "relu", "residual", "join"]))  # fmt: skip
        if kind == "relu":
            m.add("relu", bounds=(0.0,), **ONE)
        elif kind == "join":
            source = m.x
            other = m.add("relu", bounds=(0.0, 6.0), **ONE)
            m.x = source
            m.add("mul", other, activation="none", **ONE)
        elif kind == "residual":
            source = m.x
            other = m.layer("conv_2d", size, m.tensors[source].type.shape[3])
            kept = m.tensors[other].type.shape[1]
            m.crop(source, int(rng.integers(0, size[0])), kept)
            m.add("add", other, activation="none", **ONE)
        else:
            stride = (2, 1) if "pool" in kind and rng.random() < 0.5 else (1, 1)
            dilation = (2, 1) if "conv" in kind and 2 * size[0] - 1 <= frames else (1, 1)
            m.layer(kind, size, int(rng.integers(1, 5)), stride=stride, dilation=dilation)
    _end(m, str(rng.choice(["flatten", "mean", "most", "none"])))
    return m.graph()


def _end(m: Model, kind: str) -> None:
    type_ = m.tensors[m.x].type
    if kind == "flatten":
        m.add("reshape", new=False, shape=(1, type_.size))
        m.dense(type_.size)
    elif kind == "mean":
        m.add("mean", axes=(1, 2), keep_dims=False, **ONE)
        m.dense(type_.shape[3])
    elif kind == "most":
        m.add("reduce_max", new=False, axes=(1,), keep_dims=True)
