"""Lower the trees to a graph of one op: Q8.8 features → int8 probabilities."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.learner import F32, Fitted
from motekit.core.pipeline import Q
from motekit.core.tensors import QuantParams, TensorType
from motekit.graph.ops.trees import LEAF

from .fit import HALF, unit_of

I64 = npt.NDArray[np.int64]
SAME_UNIT = 1e-6  # relative


def shares(leaves: npt.NDArray[np.float32], levels: int) -> npt.NDArray[np.uint8]:
    """Class shares in whole steps of 1 / levels that add up to 1: largest remainders win."""
    exact = leaves.astype(np.float64) * levels
    whole = np.floor(exact + 1e-6).astype(np.int64)
    missing = levels - whole.sum(axis=1)
    order = np.argsort(-(exact - whole), axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    return np.asarray(whole + (rank < missing[:, None]), dtype=np.uint8)


def pruned(nodes: I64, roots: I64) -> tuple[I64, I64]:
    """The same trees without splits whose two sides are one leaf; parents before children."""
    merged = nodes.copy()
    for i in range(len(nodes) - 1, -1, -1):  # children come after their parents
        feature, _, left, right = merged[i]
        same = feature != LEAF and (merged[left] == merged[right]).all()
        if same and merged[left, 0] == LEAF:
            merged[i] = merged[left]
    out: list[list[int]] = []
    starts = []
    for root in roots.tolist():
        starts.append(len(out))
        todo = [(root, -1, 0)]
        while todo:
            at, parent, side = todo.pop()
            if parent >= 0:
                out[parent][side] = len(out)
            feature, value, left, right = merged[at].tolist()
            out.append([feature, value, 0, 0])
            if feature != LEAF:
                own = len(out) - 1
                todo += [(right, own, 3), (left, own, 2)]
    return np.array(out, np.int64), np.array(starts, np.int64)


def lower(fitted: Fitted, calibration: F32, z_lsb: float, name: str) -> Graph:
    """The trees as a graph: int16 Q8.8 features [1, n] → int8 probabilities [1, classes].

    Args:
        calibration: not used; comparisons need no ranges.
        z_lsb: standard deviations per int8 step, 256 units of Q8.8.
        name: C identifier of the graph.
    """
    nodes = fitted.arrays["nodes"].astype(np.int64)
    factor = unit_of(fitted) * Q / z_lsb
    if abs(factor - 1) > SAME_UNIT:
        moved = np.floor((nodes[:, 1] + 0.5) * factor)
        clipped = np.clip(moved, -HALF, HALF - 1).astype(np.int64)
        nodes[:, 1] = np.where(nodes[:, 0] == LEAF, nodes[:, 1], clipped)
    levels = int(fitted.facts["levels"])
    stored = shares(fitted.arrays["leaves"].astype(np.float32), levels)
    leaves, row = np.unique(stored, axis=0, return_inverse=True)
    nodes[:, 1] = np.where(
        nodes[:, 0] == LEAF, row.ravel()[np.where(nodes[:, 0] == LEAF, nodes[:, 1], 0)], nodes[:, 1]
    )
    nodes, roots = pruned(nodes, fitted.arrays["roots"].astype(np.int64))
    constants = (
        ("nodes", nodes.astype(np.int32)), ("roots", roots.astype(np.int32)), ("leaves", leaves),
    )  # fmt: skip
    tensors = [Tensor("features", TensorType((1, int(fitted.facts["features"])), "int16"))]
    tensors += [Tensor(n, TensorType(a.shape, a.dtype.name), a) for n, a in constants]
    quant = QuantParams((1 / 256,), (-128,))
    tensors.append(Tensor("probabilities", TensorType((1, leaves.shape[1]), "int8", quant)))
    inputs = ("features", "nodes", "roots", "leaves")
    op = Op("trees", "trees", inputs, ("probabilities",), {"levels": levels})
    return Graph(name, {t.name: t for t in tensors}, (op,), ("features",), ("probabilities",))
