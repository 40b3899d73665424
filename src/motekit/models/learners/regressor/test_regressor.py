"""The regressor: the learner's contract, targets in their unit, what it refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.core.learner import Fold
from motekit.graph.exporters import to_tflite
from motekit.graph.oracle import Oracle
from motekit.graph.run import run
from motekit.models.learners.regressor import LEARNER
from motekit.models.learners.regressor.params import Params
from motekit.models.normalize import fit_normalizer, standard, standardise
from motekit.testing.learner import NOTHING, LearnerContract, blobs, quiet

QUICK = Params(hidden=(8,), steps=300, checkpoints=6)


class TestContract(LearnerContract):
    name = "regressor"
    params: ClassVar[dict[str, Any]] = {"hidden": (8,), "steps": 300, "checkpoints": 6}


def test_values_of_an_unseen_group_in_their_unit() -> None:
    data = blobs()
    train, held = np.flatnonzero(data.groups != "d"), np.flatnonzero(data.groups == "d")
    norm = fit_normalizer(data.z[train])
    fold = Fold(train, held, 0, standard(norm), 99)
    (fitted,) = LEARNER.fit(data, QUICK, (fold,), quiet)
    assert data.targets is not None
    off = LEARNER.predict(fitted, fold.z(data, held)) - data.targets[held]
    assert np.abs(off).mean() < 0.3 * data.targets.std()
    history = fitted.history
    assert history["validation_loss/d"][-1] < 0.6 * history["validation_loss/d"][0]
    near = (np.abs(off) < 0.5 * fitted.facts["target_std"]).mean()
    assert history["validation_accuracy/d"][-1] == pytest.approx(near, abs=1e-6)


def test_litert_computes_the_same_bytes() -> None:
    data = blobs()
    train = np.flatnonzero(data.groups != "d")
    norm = fit_normalizer(data.z[train])
    (fitted,) = LEARNER.fit(data, QUICK, (Fold(train, NOTHING, 0, standard(norm)),), quiet)
    graph = LEARNER.lower(fitted, standardise(norm, data.z[train]), norm.z_lsb, "net")
    rng = np.random.default_rng(0)
    cases = [[rng.integers(-128, 128, (1, 6)).astype(np.int8)] for _ in range(100)]
    with Oracle() as oracle:
        expected = oracle.run(to_tflite(graph), cases)
    for case, outputs in zip(cases, expected, strict=True):
        np.testing.assert_array_equal(run(graph, case)[0], outputs[0])


@pytest.mark.parametrize("targets", [None, np.zeros(240), np.full(240, np.nan), np.ones(3)])
def test_targets_that_teach_nothing_are_refused(targets: Any) -> None:
    data = replace(blobs(), targets=targets)
    with pytest.raises(InputError, match="target"):
        LEARNER.fit(data, QUICK, (Fold(np.arange(240), NOTHING, 0),), quiet)
