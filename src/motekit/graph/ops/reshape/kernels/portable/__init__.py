"""A reshape between two places that are both given from outside: a copy."""

from motekit.core.graph import Graph, Op
from motekit.graph.ops._shared.copying import Copy, copy_kernel


def describe(op: Op, graph: Graph) -> Copy:
    """All elements in order."""
    return Copy((graph.type(op.outputs[0]).size,), (1,), (1,))


KERNEL = copy_kernel(describe)
