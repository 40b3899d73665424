"""Kernels with their output as far into their input as they declare, on an emulated core."""

import pytest

from motekit import targets
from motekit.core.graph import Graph
from motekit.graph.ops import kernels
from motekit.graph.ops.average_pool_2d.kernels.fours.test_average_pool_fours import pool
from motekit.testing.kernel_cases import check_overlap, conv

M4F = targets.core("cortex-m4f").spec
CONV = (
    conv((6, 8, 4), 8, kernel=(3, 3)),  # grows
    conv((9, 8, 8), 2, kernel=(3, 3), stride=(2, 2)),
    conv((5, 5, 3), 7),
    conv((5, 5, 7), 3),
    conv((4, 4, 8), 8),
    conv((7, 6, 4), 6, kernel=(2, 3), padding=(1, 1, 0, 2), stride=(1, 2)),
    conv((11, 8, 1), 4, kernel=(5, 2), stride=(2, 2), in_zero=9),
)
DEPTHWISE = (
    conv((7, 9, 6), 6, kernel=(3, 3), depthwise=True),
    conv((13, 10, 4), 4, kernel=(3, 3), stride=(2, 2), depthwise=True),
    conv((33, 5, 5), 5, kernel=(3, 3), depthwise=True, in_zero=7),
    conv((19, 18, 4), 4, kernel=(3, 3), depthwise=True, stride=(1, 2)),
    conv((9, 4, 4), 4, kernel=(3, 1), depthwise=True, padding=(2, 0, 0, 0)),
)
POOLS = (pool((6, 7, 4), (2, 3), (1, 2)), pool((4, 4, 8), (4, 4)), pool((5, 6, 4), (1, 1)))
GRAPHS = (*CONV, *DEPTHWISE, *POOLS)


def able() -> list[tuple[str, str]]:
    """(op, kernel) of every kernel that declares something for one of the graphs."""
    found = {}
    for graph in GRAPHS:
        (op,) = graph.ops
        for kernel in kernels(op.kind):
            if kernel.applies(op, graph, M4F) is None and kernel.overlap(op, graph, M4F):
                found[op.kind, kernel.name] = None
    return list(found)


@pytest.mark.parametrize(("kind", "name"), able())
def test_a_kernel_may_overlap_as_it_declares(kind: str, name: str) -> None:
    kernel = kernels(kind).get(name)
    graphs: list[Graph] = [
        g
        for g in GRAPHS
        if g.ops[0].kind == kind
        and kernel.applies(g.ops[0], g, M4F) is None
        and kernel.overlap(g.ops[0], g, M4F)
    ]
    check_overlap(name, graphs)


def test_nearly_every_kernel_of_images_declares_something() -> None:
    kinds = {kind for kind, _ in able()}
    assert kinds == {"conv_2d", "depthwise_conv_2d", "average_pool_2d"}
    assert len(able()) >= 9
