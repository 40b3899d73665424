"""Figures of values and of anomalies, against independent ones and at their edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score, roc_curve

from motekit.core.errors import InputError
from motekit.models import detection, learner, values
from motekit.models.data import FeatureTable
from motekit.models.jobs import Candidate
from motekit.models.judge import merit, warnings
from motekit.models.nested import FEW_OF_A_DETECTOR, nested_cv, parts
from motekit.testing.learner import quiet


@given(st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=2, max_size=40))
def test_the_area_is_scikit_learns_also_with_ties(rows: list[tuple[int, bool]]) -> None:
    scores = np.array([float(s) for s, _ in rows])
    strange = np.array([b for _, b in rows])
    if strange.all() or not strange.any():
        assert detection.auc(scores, strange) is None and detection.roc(scores, strange) == ()
        return
    assert detection.auc(scores, strange) == pytest.approx(roc_auc_score(strange, scores))
    false, found, _ = roc_curve(strange, scores, drop_intermediate=False)
    assert np.allclose(detection.roc(scores, strange), np.stack([false, found], 1), atol=1e-5)


def test_a_threshold_is_exceeded_not_reached() -> None:
    above, strange = np.array([0.0, 1e-9, 0.0, 2.0]), np.array([False, False, True, True])
    found = detection.evaluate(above, strange, np.array(["a", "a", "b", "b"]))
    assert (found.alarms, found.found, found.anomalies) == (0.5, 0.5, 2)
    assert [g.auc for g in found.groups] == [None, None] and found.group_auc is None
    assert found.figure == found.auc == 0.625


def test_an_area_below_chance_is_warned_of() -> None:
    groups, strange = np.array(["a", "a", "a"]), np.array([False, True, True])
    good, bad = (detection.evaluate(np.array([v, 1.0, 2.0]), strange, groups) for v in (0.0, 3.0))
    assert warnings([good]) == [] and "wrong labels" in warnings([bad])[0]
    assert warnings([good, bad]) == []  # their mean is chance
    none = detection.evaluate(np.array([-1.0, -2.0]), np.zeros(2, bool), groups[:2])
    assert none.figure == 0 and warnings([none]) == []


def test_without_anomalies_the_alarms_are_the_figure() -> None:
    above, groups = np.array([-1.0, 1.0, -1.0, -1.0]), np.array(["a", "a", "b", "b"])
    found = detection.evaluate(above, np.zeros(4, bool), groups)
    assert found.found is None and found.auc is None and found.roc == ()
    assert found.figure == 0.25 and found.group_figures == {"a": 0.5, "b": 0.0}


def test_errors_by_hand() -> None:
    told, true = np.array([1.0, 3.0, 10.0, 5.0]), np.array([2.0, 1.0, 10.0, np.nan])
    found = values.evaluate(told, true, np.array(["a", "a", "b", "b"]))
    assert (found.windows, found.error, found.bias) == (3, 1.0, pytest.approx(1 / 3))
    assert found.rmse == pytest.approx(np.sqrt(5 / 3)) and found.guess == 3.0
    assert [(g.error, g.bias, g.windows) for g in found.groups] == [(1.5, 0.5, 2), (0.0, 0.0, 1)]
    assert found.figure == 0.75 and found.group_spread == pytest.approx(1.5 / np.sqrt(2))


@pytest.mark.parametrize("windows", [0, 1])
def test_hardly_any_windows(windows: int) -> None:
    one = np.ones(windows)
    found = values.evaluate(one, one * 3, np.array(["a"] * windows))
    assert found.windows == windows and found.error == 2.0 * windows
    assert found.interval == (found.error, found.error)


def detectors(strange: bool, groups: int = 4) -> FeatureTable:
    """Normal windows around 0; anomalies, if there are any, farther out along the first axis."""
    rng, n = np.random.default_rng(3), 30 * groups
    odd = (np.arange(n) % 3 == 0) & strange
    x = rng.normal(size=(n, 2)) + np.outer(odd * 6.0, [1.0, 0.0])
    names = np.array([f"g{i % groups:02}" for i in range(n)])
    return FeatureTable(x.astype(np.float32), ("near", "far"), np.full(n, -1), (), names,
                        np.arange(n), strange=odd)  # fmt: skip


def test_a_detector_is_chosen_and_never_learns_an_anomaly() -> None:
    table, params = detectors(True), learner("gmm").params
    blind, sees = (Candidate(axis, table, "gmm", params(components=1, axes=(axis,)))
                   for axis in ("far", "near"))  # fmt: skip
    found = nested_cv([blind, sees], (0,), quiet)
    assert found.choice == 1 and all(o.choice == 1 for o in found.outer)
    assert found.figure > 0.99
    for outer in found.outer:  # a mixture that had learned anomalies would be centred on them
        assert abs(outer.models[0].normalizer.mean[0]) < 0.6
    judged = found.by_seed[0]
    assert isinstance(judged, detection.DetectionEvaluation)
    assert judged.found is not None and judged.found > 0.9 and judged.anomalies == 40


def test_detectors_cannot_be_compared_without_anomalies() -> None:
    table, params = detectors(False), learner("gmm").params(components=1)
    one = Candidate("one", table, "gmm", params)
    assert nested_cv([one], (0,), quiet).by_seed[0].figure < 0.1
    with pytest.raises(InputError, match="known anomalies"):
        nested_cv([one, Candidate("two", table, "gmm", params)], (0,), quiet)


def test_many_groups_are_each_held_out_by_a_detector() -> None:
    assert len(parts(detectors(True, FEW_OF_A_DETECTOR))) == FEW_OF_A_DETECTOR
    assert len(parts(detectors(True, FEW_OF_A_DETECTOR + 1))) == 5


def test_less_error_is_more_merit() -> None:
    n = 6
    table = FeatureTable(np.zeros((n, 1), np.float32), ("x",), np.full(n, -1), (),
                         np.array(["a"] * n), np.arange(n), targets=np.arange(6.0))  # fmt: skip
    rows = np.arange(n)
    near, far = (merit(table, rows, table.targets + off) for off in (0.5, -2.0))
    assert (near, far) == (-0.5, -2.0)
