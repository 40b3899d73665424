"""Put what follows a layer into it while the numbers are still real: a constant factor a channel
(batch normalisation), a constant term a channel (a bias), an activation.

Only where nothing else uses what lies between, and where the source does not say that it is
rounded to integers there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import TensorType, dequantize
from motekit.graph.ops import OPS
from motekit.graph.passes.fuse_activation import FUSED

F64 = npt.NDArray[np.float64]


def fuse(real: Graph) -> Graph:
    """The graph with everything fused that can be. Constants that are no numbers stay so, for
    `quantize` to refuse."""
    with np.errstate(all="ignore"):
        return _fused(real)


def _fused(real: Graph) -> Graph:
    work = _Work(real)
    for op in real.ops:
        rule = RULES.get(op.kind)
        if rule is None or not rule(work, op):
            work.ops.append(op)
    used = {n for op in work.ops for n in (*op.inputs, *op.outputs)} | {*real.inputs, *real.outputs}
    tensors = {n: t for n, t in work.tensors.items() if n in used}
    return replace(real, tensors=tensors, ops=tuple(work.ops))


@dataclass
class _Work:
    real: Graph

    def __post_init__(self) -> None:
        self.tensors = dict(self.real.tensors)
        self.ops: list[Op] = []
        self.uses: dict[str, int] = {}
        for op in self.real.ops:
            for name in op.inputs:
                if name is not None:
                    self.uses[name] = self.uses.get(name, 0) + 1

    def layer(self, op: Op) -> tuple[int, Op] | None:
        """(position, layer) whose output `op` alone uses, plainly, without an activation."""
        for name in op.inputs:
            for at in range(len(self.ops) - 1, -1, -1):
                if name is None or name not in self.ops[at].outputs:
                    continue
                plain = self.ops[at].attrs.get("activation") == "none"
                alone = self.uses[name] == 1 and name not in self.real.outputs
                return (at, self.ops[at]) if plain and alone else None
        return None

    def values(self, name: str) -> F64 | None:
        """Real values of a constant, or None."""
        tensor = self.tensors[name]
        return None if tensor.data is None else dequantize(tensor.data, tensor.type)

    def per_channel(self, op: Op, layer: Op) -> F64 | None:
        """The other operand as one value a channel, or None if it is not that."""
        (other,) = [n for n in op.inputs if n not in layer.outputs] or [None]
        shape = self.tensors[layer.outputs[0]].type.shape
        given = None if other is None else self.values(other)
        if given is None or not shape or self.tensors[op.outputs[0]].type.shape != shape:
            return None
        if given.size != 1 and (given.shape[-1] != given.size or given.size != shape[-1]):
            return None
        return np.broadcast_to(given.reshape(-1), shape[-1:]).astype(np.float64)

    def constant(self, name: str, values: F64) -> str:
        """A new float32 constant."""
        fresh, n = name, 2
        while fresh in self.tensors:
            fresh, n = f"{name}.{n}", n + 1
        type_ = TensorType(values.shape, "float32")
        self.tensors[fresh] = Tensor(fresh, type_, values.astype(np.float32))
        return fresh

    def with_bias(self, layer: Op, bias: F64) -> tuple[str | None, ...]:
        name = (layer.inputs[2] if len(layer.inputs) > 2 else None) or f"{layer.name}/bias"
        return (*layer.inputs[:2], self.constant(name, bias))

    def bias(self, layer: Op) -> F64 | None:
        name = layer.inputs[2] if len(layer.inputs) > 2 else None
        return np.zeros(1) if name is None else self.values(name)


def _rounded(work: _Work, layer: Op) -> bool:
    return work.tensors[layer.outputs[0]].type.quant is not None


def _add(work: _Work, op: Op) -> bool:
    found = work.layer(op)
    if found is None or OPS.get(found[1].kind).weights_axis is None or _rounded(work, found[1]):
        return False
    at, layer = found
    term, bias = work.per_channel(op, layer), work.bias(layer)
    if term is None or bias is None:
        return False
    work.ops[at] = replace(
        layer, inputs=work.with_bias(layer, bias + term), outputs=op.outputs,
        attrs={**layer.attrs, "activation": op.attrs.get("activation", "none")},
    )  # fmt: skip
    return True


def _mul(work: _Work, op: Op) -> bool:
    found = work.layer(op)
    axis = None if found is None else OPS.get(found[1].kind).weights_axis
    if found is None or axis is None or _rounded(work, found[1]):
        return False
    at, layer = found
    factor, bias = work.per_channel(op, layer), work.bias(layer)
    weights = work.values(str(layer.inputs[1]))
    if factor is None or bias is None or weights is None:
        return False
    along = [-1 if a == axis else 1 for a in range(weights.ndim)]
    scaled = work.constant(str(layer.inputs[1]), weights * factor.reshape(along))
    inputs = work.with_bias(layer, np.broadcast_to(bias, factor.shape) * factor)
    work.ops[at] = replace(
        layer, inputs=(inputs[0], scaled, inputs[2]), outputs=op.outputs,
        attrs={**layer.attrs, "activation": op.attrs.get("activation", "none")},
    )  # fmt: skip
    return True


def _relu(work: _Work, op: Op) -> bool:
    found, bounds = work.layer(op), op.attrs["bounds"]
    if found is None or bounds not in FUSED:
        return False
    at, layer = found
    quant, after = (work.tensors[o.outputs[0]].type.quant for o in (layer, op))
    if quant is not None and quant != after:
        return False
    name = FUSED[bounds]
    attrs = {**layer.attrs, "activation": name}
    work.ops[at] = replace(layer, outputs=op.outputs, attrs=attrs)
    return True


RULES: dict[str, Callable[[_Work, Op], bool]] = {"add": _add, "mul": _mul, "relu": _relu}
