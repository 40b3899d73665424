"""The kernel of sums and differences of int16 tensors."""

from __future__ import annotations

from motekit.core.graph import Graph, Op
from motekit.core.op import Emitted, Kernel
from motekit.core.target import TargetSpec

from . import binary, elementwise, types
from . import emit as shared


def kernel(sign: int) -> Kernel:
    """The kernel of an addition (sign 1) or subtraction (−1)."""

    def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
        factors = binary.sum_factors(op, graph, sign)
        fields = {**factors, **binary.limits(op, graph)}
        return elementwise.emitted(op, graph, "weighted_sum16", shared.HERE, fields)

    return Kernel(
        name="wide",
        summary="C99 for int16 activations, any broadcast",
        applies=types.only("int16", elementwise.applies),
        cost=elementwise.cost,
        emit=emit,
        overlap=elementwise.overlap,
        code_bytes=542,
    )
