"""Small graphs for tests."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import QuantParams, TensorType


def quant(scale: float, zero: int = 0) -> QuantParams:
    """Per-tensor quantization with a float32 scale."""
    return QuantParams((float(np.float32(scale)),), (zero,))


def int8(*shape: int, scale: float = 0.05, zero: int = 0) -> TensorType:
    """A quantized int8 type."""
    return TensorType(shape, "int8", quant(scale, zero))


def classifier(inputs: int = 6, hidden: int = 5, classes: int = 3, seed: int = 0) -> Graph:
    """dense, relu, dense, softmax with random weights."""
    rng = np.random.default_rng(seed)
    tensors = [Tensor("x", int8(1, inputs, zero=3))]
    ops: list[Op] = []
    sizes = (inputs, hidden, classes)
    for i, (n, out) in enumerate(itertools.pairwise(sizes)):
        weights = rng.integers(-127, 128, (out, n)).astype(np.int8)
        bias = rng.integers(-400, 400, out).astype(np.int32)
        source = tensors[-1].name if i == 0 else f"y{i - 1}"
        tensors += [
            Tensor(f"w{i}", TensorType((out, n), "int8", quant(0.01)), weights),
            Tensor(f"b{i}", TensorType((out,), "int32", quant(0.0005)), bias),
            Tensor(f"y{i}", int8(1, out, zero=-128 if i == 0 else 4)),
        ]
        attrs = {"activation": "relu" if i == 0 else "none", "rounding": "single"}
        ops.append(
            Op("fully_connected", f"dense_{i}", (source, f"w{i}", f"b{i}"), (f"y{i}",), attrs)
        )
    tensors.append(Tensor("p", int8(1, classes, scale=1 / 256, zero=-128)))
    ops.append(Op("softmax", "softmax", ("y1",), ("p",), {"beta": 1.0}))
    return Graph("toy", {t.name: t for t in tensors}, tuple(ops), ("x",), ("p",))


def chain(*ops: Op, types: dict[str, TensorType], inputs: tuple[str, ...], outputs: tuple[str, ...],
          constants: Mapping[str, npt.NDArray[np.generic]] | None = None) -> Graph:  # fmt: skip
    """A graph from its parts."""
    data = constants or {}
    tensors = {name: Tensor(name, type_, data.get(name)) for name, type_ in types.items()}
    return Graph("toy", tensors, ops, inputs, outputs)
