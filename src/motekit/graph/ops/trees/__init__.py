"""An ensemble of decision trees whose leaves hold class shares; the output is their mean.

    leaf(t)  = walk tree t from its root: left if x[feature] ≤ threshold, else right
    sum[c]   = Σ over trees leaves[leaf(t), c]
    out[c]   = min(127, floor((512 · sum[c] + d) / (2 · d)) − 128),  d = levels · trees

so that a probability p is stored as 256 · p − 128, halves upwards, like the output of softmax.

Inputs: x, int16 rows of n features; nodes, int32 [count, 4]: feature, threshold, left, right, or
−1, row of the leaf, 0, 0; roots, int32 [trees]: the node each tree begins with; leaves, uint8
[rows, classes], the shares of a row in steps of 1 / levels. Children come after their parents.
Output: int8 [rows of x, classes]. Attributes: levels, 1 to 255.

Source of the meaning: scikit-learn's forests (`x[feature] <= threshold` goes left; the mean of the
leaves' class shares). The integer form is ours.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op
from motekit.core.op import Array, OpSpec
from motekit.core.tensors import TensorType

LEAF = -1  # in place of a feature
MOST_ROWS = 32768  # leaves: their rows are negative 16-bit words
MOST_SUM = 65535  # levels · trees: sums are 16-bit
I64 = npt.NDArray[np.int64]


def levels(op: Op) -> int:
    """Steps of a leaf's shares."""
    return int(str(op.attrs["levels"]))


def constants(op: Op, graph: Graph) -> tuple[I64, I64, Array]:
    """(nodes, roots, leaves) of an op."""
    nodes, roots, leaves = (graph.constant(str(name)) for name in op.inputs[1:])
    return nodes.astype(np.int64), roots.astype(np.int64), leaves


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    if len(op.inputs) != 4 or None in op.inputs:
        raise InputError("trees take features, nodes, roots and leaves", value=op.inputs)
    x = graph.type(str(op.inputs[0]))
    if x.dtype != "int16" or len(x.shape) != 2:
        raise InputError("features must be int16 rows", value=(x.dtype, x.shape))
    nodes, roots, leaves = constants(op, graph)
    if leaves.dtype != np.uint8 or leaves.ndim != 2 or not 0 < len(leaves) <= MOST_ROWS:
        raise InputError(f"leaves must be uint8, 1 to {MOST_ROWS} rows", value=leaves.shape)
    if roots.ndim != 1 or not 0 < levels(op) * len(roots) <= MOST_SUM:
        raise InputError(
            f"levels times trees must lie between 1 and {MOST_SUM}", value=levels(op) * len(roots)
        )
    if (leaves.max(initial=0) > levels(op)) or ((roots < 0) | (roots >= len(nodes))).any():
        raise InputError("a share beyond its levels, or a root that is no node", value=op.name)
    _check_nodes(nodes, x.shape[1], len(leaves))
    return (TensorType((x.shape[0], leaves.shape[1]), "int8", graph.type(op.outputs[0]).quant),)


def _check_nodes(nodes: I64, features: int, rows: int) -> None:
    """Raise InputError for nodes that lead nowhere or in circles."""
    if nodes.ndim != 2 or nodes.shape[1] != 4:
        raise InputError("nodes must be [count, 4]", value=nodes.shape)
    feature, value, left, right = nodes.T
    leaf, at = feature == LEAF, np.arange(len(nodes))
    wrong = np.where(
        leaf,
        (value < 0) | (value >= rows),
        (feature < 0) | (feature >= features) | (value < -32768) | (value > 32767)
        | (np.minimum(left, right) <= at) | (np.maximum(left, right) >= len(nodes)),
    )  # fmt: skip
    if wrong.any():
        i = int(wrong.argmax())
        raise InputError("a node leads nowhere", where=f"node {i}", value=nodes[i].tolist())


def walk(nodes: I64, roots: I64, x: I64) -> I64:
    """Row of the leaf of every tree, shape (rows of x, trees)."""
    at = np.broadcast_to(roots, (len(x), len(roots))).copy()
    rows = np.arange(len(x))[:, None]
    while True:
        feature, threshold, left, right = nodes[at].transpose(2, 0, 1)
        leaf = feature == LEAF
        if leaf.all():
            return np.asarray(threshold)
        goes_left = x[rows, np.where(leaf, 0, feature)] <= threshold
        at = np.where(leaf, at, np.where(goes_left, left, right))


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    nodes, roots, leaves = (array.astype(np.int64) for array in inputs[1:])
    sums = leaves[walk(nodes, roots, inputs[0].astype(np.int64))].sum(axis=1)
    d = levels(op) * len(roots)
    return (np.minimum((512 * sums + d) // (2 * d) - 128, 127).astype(np.int8),)


def depths(nodes: I64, roots: I64) -> I64:
    """The longest path of each tree, in comparisons."""
    depth = np.zeros(len(nodes), np.int64)
    for i in range(len(nodes) - 1, -1, -1):  # children come after their parents
        if nodes[i, 0] != LEAF:
            depth[i] = 1 + max(depth[nodes[i, 2]], depth[nodes[i, 3]])
    return np.asarray(depth[roots])


def macs(op: Op, graph: Graph) -> int:
    """No products; comparisons of the longest paths instead."""
    nodes, roots, _ = constants(op, graph)
    return graph.type(op.outputs[0]).shape[0] * int(depths(nodes, roots).sum())


OP = OpSpec(
    kind="trees",
    summary="mean of the leaves of several decision trees",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(),
    package=__name__,
    arity=(4, 4),
)
