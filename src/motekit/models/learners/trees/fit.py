"""Grow the trees on whole Q8.8 numbers, so that the device's comparisons are the trainer's."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.learner import F32, FeatureSet, Fitted, Fold, Progress
from motekit.graph.ops.trees import LEAF, walk
from motekit.models.networks.fitting import check

from .params import Params

NAME = "trees"
I64 = npt.NDArray[np.int64]
HALF = 32768  # Q8.8 units on either side of zero
UNKNOWN_LIMIT = 8.0  # standard deviations at the end of the range, where a fold does not say
CHUNK = 4096  # rows that walk the trees at a time: bounds memory


def steps(z: F32, unit: float) -> I64:
    """Standardised features as whole Q8.8 numbers.

    Args:
        unit: standard deviations per number.
    """
    return np.clip(np.rint(z.astype(np.float64) / unit), -HALF, HALF - 1).astype(np.int64)


def fit(
    data: FeatureSet, params: Params, folds: tuple[Fold, ...], progress: Progress
) -> tuple[Fitted, ...]:
    """One ensemble per fold. Raises InputError for data that cannot be learned from."""
    if folds:
        check(data, folds)
    done = []
    for fold in folds:
        done.append(_fit_fold(data, params, fold))
        progress(len(done), len(folds), NAME)
    return tuple(done)


def _fit_fold(data: FeatureSet, p: Params, fold: Fold) -> Fitted:
    unit = (fold.standard.limit if fold.standard else UNKNOWN_LIMIT) / HALF
    x = steps(fold.z(data, fold.train), unit).astype(np.float32)  # exact: 16 bits
    labels = data.labels[fold.train]
    grown = estimator(p, fold.seed, x.shape[1]).fit(x, labels)
    trees = [e.tree_ for e in getattr(grown, "estimators_", [grown])]
    nodes, roots, leaves = tables(trees, grown.classes_.astype(np.int64), len(data.classes))
    facts: dict[str, Any] = {
        "seed": int(fold.seed), "unit": unit, "features": x.shape[1], "levels": p.levels,
        "kind": p.kind, "splits": int((nodes[:, 0] != LEAF).sum()),
    }  # fmt: skip
    return Fitted(NAME, {"nodes": nodes, "roots": roots, "leaves": leaves}, facts, {})


def estimator(p: Params, seed: int, features: int) -> Any:
    """The scikit-learn estimator of these parameters."""
    from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
    from sklearn.tree import DecisionTreeClassifier

    share: Any = p.features or "sqrt"
    common = {
        "max_depth": p.depth, "max_leaf_nodes": max(p.leaves, 2) if p.leaves else None,
        "min_samples_leaf": p.leaf_windows, "random_state": seed,
        "class_weight": "balanced" if p.balance else None,
    }  # fmt: skip
    if p.kind == "tree":
        return DecisionTreeClassifier(max_features=p.features or None, **common)
    kind = ExtraTreesClassifier if p.kind == "extra_trees" else RandomForestClassifier
    return kind(n_estimators=p.trees, max_features=share, n_jobs=1, **common)


def tables(
    trees: list[Any], present: I64, classes: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """(nodes, roots, leaves) of scikit-learn's trees, as the op `trees` has them.

    Thresholds become whole numbers: for whole x, x ≤ t says the same as x ≤ ⌊t⌋.

    Args:
        present: classes of the columns of a leaf, a subset of all `classes`.
    """
    nodes, roots, leaves, first, row = [], [], [], 0, 0
    for tree in trees:
        roots.append(first)
        leaf = tree.children_left < 0
        rows = row + np.cumsum(leaf) - 1
        value = np.where(leaf, rows, np.clip(np.floor(tree.threshold), -HALF, HALF - 1))
        feature = np.where(leaf, LEAF, tree.feature)
        left, right = (
            np.where(leaf, 0, side + first) for side in (tree.children_left, tree.children_right)
        )
        nodes.append(np.stack([feature, value, left, right], axis=1))
        share = tree.value[leaf][:, 0]
        full = np.zeros((len(share), classes))
        full[:, present] = share / share.sum(axis=1, keepdims=True)
        leaves.append(full)
        first, row = first + len(leaf), row + len(share)
    return (
        np.concatenate(nodes).astype(np.int32), np.array(roots, np.int32),
        np.concatenate(leaves).astype(np.float32),
    )  # fmt: skip


def unit_of(fitted: Fitted) -> float:
    """Standard deviations per whole number of the thresholds."""
    return float(fitted.facts["unit"])


def predict(fitted: Fitted, z: F32) -> npt.NDArray[np.float64]:
    """Class probabilities, shape (windows, classes): the mean of the leaves' shares."""
    nodes, roots = (fitted.arrays[name].astype(np.int64) for name in ("nodes", "roots"))
    leaves = fitted.arrays["leaves"].astype(np.float64)
    if nodes.ndim != 2 or not len(roots):
        raise InputError("the model holds no trees", where=NAME, way_out="train again")
    x = steps(z, unit_of(fitted))
    parts = [
        leaves[walk(nodes, roots, x[i : i + CHUNK])].mean(axis=1) for i in range(0, len(x), CHUNK)
    ]
    return np.concatenate(parts) if parts else np.zeros((0, leaves.shape[1]))
