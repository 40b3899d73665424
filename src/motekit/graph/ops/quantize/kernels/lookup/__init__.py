"""int8 to int8 as a table of 256 bytes."""

from dataclasses import replace

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.target import TargetSpec
from motekit.graph.ops import quantize
from motekit.graph.ops._shared import types, unary
from motekit.graph.ops._shared.lookup import lookup_kernel


def table(op: Op, graph: Graph) -> unary.Table:
    """Stored output for every stored input."""
    return quantize.requantized(op, graph, unary.STORED).astype(np.int8)


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    both = (types.operand(op, graph).dtype, graph.type(op.outputs[0]).dtype)
    return None if both == ("int8", "int8") else f"only int8 to int8, not {both[0]} to {both[1]}"


KERNEL = replace(lookup_kernel(table), applies=applies)
