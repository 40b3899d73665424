"""Trees: the learner's contract, and the device's integers against scikit-learn itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.core.learner import Fold
from motekit.core.pipeline import Q
from motekit.graph.ops.trees import walk
from motekit.graph.run import run_many
from motekit.graph.spec import check
from motekit.models.learners.trees import LEARNER
from motekit.models.learners.trees.fit import estimator, steps
from motekit.models.learners.trees.lower import pruned, shares
from motekit.models.learners.trees.params import Params
from motekit.models.normalize import fit_normalizer, standard
from motekit.testing.learner import NOTHING, LearnerContract, blobs, quiet

KINDS = ("extra_trees", "random_forest", "tree")
QUICK = Params(trees=5, depth=5, leaf_windows=1, levels=63)


class TestContract(LearnerContract):
    name = "trees"
    params: ClassVar[dict[str, Any]] = {"trees": 12, "depth": 7, "levels": 63}


@pytest.mark.parametrize("kind", KINDS)
def test_integers_decide_like_scikit_learn(kind: str) -> None:
    """Whole features around every threshold: the graph's shares against predict_proba."""
    data, params = blobs(), replace(QUICK, kind=kind)
    train = np.flatnonzero(data.groups != "d")
    norm = fit_normalizer(data.z[train])
    fold = Fold(train, NOTHING, 3, standard(norm))
    (fitted,) = LEARNER.fit(data, params, (fold,), quiet)
    graph = check(LEARNER.lower(fitted, fold.z(data, train), norm.z_lsb, "model"))
    assert fitted.facts["unit"] == pytest.approx(norm.z_lsb / Q)
    nodes = fitted.arrays["nodes"]
    rng = np.random.default_rng(0)
    x = steps(fold.z(data, np.arange(len(data.z))), fitted.facts["unit"])
    x = x[rng.integers(0, len(x), 600)]
    for row in x:  # one feature of each row is moved to a threshold, or one beside it
        feature, value, *_ = nodes[rng.choice(np.flatnonzero(nodes[:, 0] >= 0))]
        row[feature] = np.clip(value + rng.integers(-1, 2), -32768, 32767)
    unit = fitted.facts["unit"]
    whole = steps(fold.z(data, train), unit).astype(np.float32)
    expected = estimator(params, 3, 6).fit(whole, data.labels[train])
    shares_of = expected.predict_proba(x.astype(np.float32))
    np.testing.assert_allclose(LEARNER.predict(fitted, (x * unit).astype(np.float32)), shares_of,
                               atol=1e-6)  # fmt: skip
    out = run_many(graph, x.astype(np.int16)).reshape(len(x), 3).astype(float)
    assert np.abs((out + 128) / 256 - shares_of).max() <= 1 / 63 + 1 / 256


def test_shares_are_whole_and_add_up() -> None:
    rng = np.random.default_rng(0)
    exact = rng.dirichlet(np.full(4, 0.3), 200).astype(np.float32)
    exact[0] = (1, 0, 0, 0)
    found = shares(exact, 7)
    assert (found.sum(axis=1) == 7).all() and found[0].tolist() == [7, 0, 0, 0]
    assert np.abs(found / 7 - exact).max() < 1 / 7


def test_pruning_changes_no_answer() -> None:
    rng = np.random.default_rng(0)
    data = blobs()
    (fitted,) = LEARNER.fit(data, replace(QUICK, depth=8), (Fold(np.arange(240), NOTHING, 0),),
                            quiet)  # fmt: skip
    nodes, roots = (fitted.arrays[n].astype(np.int64) for n in ("nodes", "roots"))
    leaf = nodes[:, 0] < 0
    nodes[leaf, 1] //= 4  # so that many pairs of leaves are one
    fewer, starts = pruned(nodes, roots)
    assert len(fewer) < len(nodes)
    x = rng.integers(-3000, 3000, (500, 6))
    assert np.array_equal(walk(nodes, roots, x), walk(fewer, starts, x))


def test_a_class_missing_in_a_fold_has_no_share() -> None:
    data = blobs()
    rows = np.flatnonzero(data.labels != 1)
    (fitted,) = LEARNER.fit(data, QUICK, (Fold(rows, NOTHING, 0),), quiet)
    scores = LEARNER.predict(fitted, data.z)
    assert scores.shape == (240, 3) and (scores[:, 1] == 0).all()


def test_one_class_is_refused() -> None:
    data = blobs()
    one = replace(data, labels=np.zeros_like(data.labels))
    with pytest.raises(InputError, match="two classes"):
        LEARNER.fit(one, QUICK, (Fold(np.arange(100), NOTHING, 0),), quiet)
