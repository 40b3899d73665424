"""Hypothesis strategies for graphs of one op: shapes, quantizations and weights that hurt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array
from motekit.core.tensors import QuantParams, TensorType

SIZES = st.sampled_from((1, 1, 2, 3, 5, 7, 8, 11, 13))
CHANNELS = st.sampled_from((1, 2, 3, 4, 5, 7, 8, 13, 16, 17))
ZEROS = st.sampled_from((-128, 127, 0, -1, 1, 5, -77, 100))
FACTORS = st.sampled_from(  # of a requantization: both ends of what a shift can be, and between
    (2.0**-33, 2.0**-31, 1e-6, 0.001, 0.0123, 0.03, 0.11, 0.25, 0.4999, 0.5, 0.77, 1.0, 1.9, 64.0)
)
SCALES = st.sampled_from((0.0039, 0.0117, 0.05, 0.125, 0.31, 1.7))
SEEDS = st.integers(0, 2**32 - 1)


def quant(scale: float, zero: int = 0) -> QuantParams:
    """Per-tensor quantization with a float32 scale."""
    return QuantParams((float(np.float32(scale)),), (zero,))


def int8(shape: Sequence[int], scale: float, zero: int) -> TensorType:
    """A quantized int8 type."""
    return TensorType(tuple(shape), "int8", quant(scale, zero))


def integers(shape: Sequence[int], dtype: str, scale: float, zero: int) -> TensorType:
    """A quantized int8 type, or an int16 one, whose zero point is 0 and whose steps are finer."""
    if dtype == "int8":
        return int8(shape, scale, zero)
    return TensorType(tuple(shape), dtype, quant(scale / 256))


@st.composite
def int8_types(draw: st.DrawFn, shape: Sequence[int], dtype: str = "int8") -> TensorType:
    """A quantized int8 type of this shape, or an int16 one."""
    return integers(shape, dtype, draw(SCALES), draw(ZEROS))


@st.composite
def shapes(draw: st.DrawFn, low: int = 1, high: int = 4) -> tuple[int, ...]:
    """A shape of `low` to `high` small axes."""
    return tuple(draw(st.lists(SIZES, min_size=low, max_size=high)))


@dataclass
class Builder:
    """Collects the tensors of a graph with one op."""

    tensors: dict[str, Tensor] = field(default_factory=dict)

    def add(self, name: str, type_: TensorType, data: Array | None = None) -> str:
        """Add a tensor; its name."""
        self.tensors[name] = Tensor(name, type_, data)
        return name

    def graph(
        self, kind: str, inputs: Sequence[str | None], outputs: Sequence[str],
        attrs: Mapping[str, Any],
    ) -> Graph:  # fmt: skip
        """The graph: inputs are the op's computed ones."""
        op = Op(kind, kind, tuple(inputs), tuple(outputs), attrs)
        fed = dict.fromkeys(n for n in inputs if n and not self.tensors[n].is_constant)
        return Graph("case", self.tensors, (op,), tuple(fed), tuple(outputs))


@dataclass(frozen=True)
class Weights:
    """Weights and bias for a layer.

    Args:
        axis: axis of the output channels.
        fan_in: products summed for one output.
    """

    shape: tuple[int, ...]
    axis: int
    fan_in: int


@st.composite
def layer(
    draw: st.DrawFn, b: Builder, x: TensorType, w: Weights, narrow: bool = False
) -> tuple[list[str | None], float]:
    """Add weights and perhaps a bias; (their tensor names, a fitting output scale).

    Args:
        narrow: an int16 layer has an int32 bias.
    """
    rng = np.random.default_rng(draw(SEEDS))
    channels = w.shape[w.axis]
    per_channel = draw(st.booleans())
    scales = rng.uniform(0.001, 0.02, channels if per_channel else 1).astype(np.float32)
    per = QuantParams(
        tuple(map(float, scales)), (0,) * len(scales), w.axis if len(scales) > 1 else None
    )
    kind = draw(st.sampled_from(("any", "any", "extreme", "small")))
    low, high = {"any": (-127, 128), "extreme": (-128, 128), "small": (-2, 3)}[kind]
    values = rng.integers(low, high, w.shape)
    if kind == "extreme":
        values = np.where(values < 0, -128, 127)
    b.add("w", TensorType(w.shape, "int8", per), values.astype(np.int8))
    x_scale = x.quant.scale[0] if x.quant else 1.0
    names: list[str | None] = ["w", None]
    if narrow or draw(st.booleans()):
        reach = draw(st.sampled_from((1, 500, 20_000, 2_000_000)))
        stored = "int32"
        if x.dtype == "int16" and not narrow:
            reach, stored = reach << draw(st.sampled_from((0, 8, 18))), "int64"
        bias = rng.integers(-reach, reach + 1, channels).astype(stored)
        bias_scales = tuple(float(np.float32(x_scale) * s) for s in scales)
        b.add("b", TensorType((channels,), stored, QuantParams(bias_scales, per.zero_point,
              0 if len(scales) > 1 else None)), bias)  # fmt: skip
        names[1] = "b"
    if draw(st.booleans()):  # outputs that use the whole range
        spread = float(np.sqrt(w.fan_in)) * 40 * (high - low) / 2
        scale = x_scale * float(scales.mean()) * spread / 60
    else:
        scale = x_scale * float(scales.mean()) / draw(FACTORS)
    if x.dtype == "int16":  # sums with 8 more bits, outputs too; LiteRT's shift is at most 7
        scale = max(scale, x_scale * float(scales.mean()) / 8) * (4 if kind == "extreme" else 1)
    return names, float(np.clip(scale, 1e-12, 1e12))


def inputs(graph: Graph, seed: int, random: int = 3) -> list[list[Array]]:
    """Inputs for a graph: all lowest, all highest, alternating, and random ones."""
    rng = np.random.default_rng(seed)
    return [[_values(graph.type(n), i, rng) for n in graph.inputs] for i in range(3 + random)]


def _values(type_: TensorType, which: int, rng: np.random.Generator) -> Array:
    if type_.dtype == "float32":
        scale = (1e6, 1e-3, 1.0)[which] if which < 3 else 10.0 ** rng.uniform(-2, 3)
        return (rng.normal(0, 1, type_.shape) * scale).astype(np.float32)
    info = np.iinfo(type_.dtype)
    low, high = info.min, info.max
    if which < 3:
        places = np.arange(type_.size).reshape(type_.shape)
        values = np.where((places + which) % 2 == 0, low, high) if which == 2 else None
        filled = np.full(type_.shape, (low, high)[which % 2]) if values is None else values
        return filled.astype(type_.dtype)
    return rng.integers(low, high, type_.shape, dtype=type_.dtype, endpoint=True)


@st.composite
def unary_cases(
    draw: st.DrawFn, kind: str, attrs: Mapping[str, Any] | None = None,
    output: QuantParams | None = None, dtype: str = "int8",
) -> Graph:  # fmt: skip
    """An elementwise op of one input; every int8 value is among the inputs."""
    b = Builder()
    shape = draw(st.sampled_from(((1, 256), (1,), (2, 3, 5))))
    x = draw(int8_types(shape, dtype))
    y = draw(int8_types(shape, dtype)) if output is None else TensorType(shape, dtype, output)
    return b.graph(kind, [b.add("x", x)], [b.add("y", y)], attrs or {})


BROADCASTS = st.sampled_from(
    (
        ((1, 5, 7, 3), (1, 5, 7, 3)), ((2, 3, 4), (4,)), ((3, 1, 5), (1, 4, 1)), ((1,), (7,)),
        ((2, 3, 4, 5), (2, 1, 4, 1)), ((1, 1), (1, 1)), ((6,), (2, 3, 6)), ((2, 5), (2, 1)),
    )
)  # fmt: skip


@st.composite
def binary_cases(
    draw: st.DrawFn, kind: str, attrs: Mapping[str, Any] | None = None, shared: bool = False,
    dtype: str = "int8",
) -> Graph:  # fmt: skip
    """An elementwise op of two inputs, one of them a constant sometimes.

    Args:
        shared: all three tensors have one quantization.
    """
    b = Builder()
    shape_a, shape_b = draw(BROADCASTS)
    x = draw(int8_types(shape_a, dtype))
    z = TensorType(shape_b, dtype, x.quant) if shared else draw(int8_types(shape_b, dtype))
    out_shape = np.broadcast_shapes(shape_a, shape_b)
    if shared:
        y = TensorType(out_shape, dtype, x.quant)
    else:
        reach = 2.0**-15 if dtype == "int8" else 2.0**-5
        least = max(t.quant.scale[0] for t in (x, z) if t.quant) * reach
        y = integers(out_shape, dtype, draw(st.sampled_from((least, 0.01, 0.4, 30.0))), draw(ZEROS))
    constant = None
    if draw(st.integers(0, 3)) == 0:
        rng = np.random.default_rng(draw(SEEDS))
        info = np.iinfo(dtype)
        constant = rng.integers(info.min, info.max + 1, shape_b).astype(dtype)
    names = [b.add("a", x), b.add("b", z, constant)]
    return b.graph(kind, names, [b.add("y", y)], attrs or {})


@st.composite
def reductions(
    draw: st.DrawFn, kind: str, attrs: Mapping[str, Any] | None = None, shared: bool = True,
    dtype: str = "int8",
) -> Graph:  # fmt: skip
    """An op that reduces over axes.

    Args:
        shared: input and output have one quantization.
    """
    b = Builder()
    apart = draw(st.sampled_from((None, None, {0, 2, 4}, {1, 3})))  # as many loops as there can be
    shape = (2, 3, 4, 5, 3) if apart else draw(shapes(1, 5))
    x = draw(int8_types(shape, dtype))
    axes = apart or draw(st.sets(st.integers(0, len(shape) - 1), min_size=1))
    keep = draw(st.booleans())
    left = [1 if i in axes else n for i, n in enumerate(shape) if keep or i not in axes]
    y = draw(int8_types(left, dtype))
    if shared or draw(st.booleans()):
        y = TensorType(tuple(left), dtype, x.quant)
    given = {"axes": tuple(sorted(axes)), "keep_dims": keep, **(attrs or {})}
    return b.graph(kind, [b.add("x", x)], [b.add("y", y)], given)
