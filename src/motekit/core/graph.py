"""The graph: ops over named tensors, in execution order. A value; passes return a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from .tensors import TensorType


@dataclass(frozen=True)
class Tensor:
    """A named tensor. `data` holds the stored values of a constant, shape as in `type`."""

    name: str
    type: TensorType
    data: npt.NDArray[np.generic] | None = None

    @property
    def is_constant(self) -> bool:
        return self.data is not None


@dataclass(frozen=True)
class Op:
    """One operation.

    Args:
        kind: name of the op plugin (a folder of motekit.graph.ops).
        name: unique in the graph, a C identifier; names the layer in the generated code.
        inputs: tensor names; None for an optional input that is absent.
        outputs: tensor names.
        attrs: the op's own attributes; rounding is explicit among them where it matters
            ("single": one rounding of the 64-bit product; "double": SRDHM, then a rounding
            shift). A JSON-like mapping: numbers, strings, booleans, tuples of these.
    """

    kind: str
    name: str
    inputs: tuple[str | None, ...]
    outputs: tuple[str, ...]
    attrs: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Graph:
    """Tensors by name and ops in execution order.

    Args:
        name: a C identifier.
        tensors: every tensor by name, constants included.
        ops: in an order in which each input is made before it is used.
        inputs, outputs: names of the graph's interface tensors.
        state: (before, after) pairs: what a run leaves in `after`, the next run finds in
            `before`. The first run, and every one after a reset, finds the zero point, or what
            `initial` has under the name of `before`.
    """

    name: str
    tensors: Mapping[str, Tensor]
    ops: tuple[Op, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    state: tuple[tuple[str, str], ...] = ()
    initial: Mapping[str, npt.NDArray[np.generic]] = field(default_factory=dict)

    def type(self, tensor: str) -> TensorType:
        return self.tensors[tensor].type

    def constant(self, tensor: str) -> npt.NDArray[np.generic]:
        """Stored values of a constant tensor. Raises ValueError if it is not one."""
        data = self.tensors[tensor].data
        if data is None:
            raise ValueError(f"tensor {tensor!r} is not a constant")
        return data

    def producer(self, tensor: str) -> Op | None:
        """The op that makes a tensor, or None for inputs and constants."""
        return next((op for op in self.ops if tensor in op.outputs), None)

    def consumers(self, tensor: str) -> tuple[Op, ...]:
        return tuple(op for op in self.ops if tensor in op.inputs)
