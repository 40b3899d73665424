"""The K-means detector: the learner's contract, axes, the threshold and what it promises."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.core.learner import FeatureSet, Fold
from motekit.graph.run import run_many
from motekit.models.anomaly import edges, judge, threshold_q
from motekit.models.calibrate import calibrate, held_out_parts, quantile
from motekit.models.detector import choose_axes
from motekit.models.learners.kmeans import LEARNER
from motekit.models.learners.kmeans.cluster import Clusters, cluster, score
from motekit.models.learners.kmeans.params import KmeansParams
from motekit.models.normalize import fit_normalizer, standard, standardise
from motekit.testing.learner import NOTHING, LearnerContract, blobs, quiet

QUICK = KmeansParams(clusters=5, starts=2)


class TestContract(LearnerContract):
    name = "kmeans"
    params: ClassVar[dict[str, Any]] = {"clusters": 5, "starts": 2}


def test_the_score_is_the_distance_beyond_the_nearest_radius() -> None:
    clusters = Clusters(np.array([[0.0, 0.0], [10.0, 0.0]]), np.array([1.0, 3.0]))
    points = np.array([[0.0, 0.0], [0.0, 4.0], [6.0, 0.0], [10.0, 0.0]])
    assert score(clusters, points) == pytest.approx([-1.0, 3.0, 1.0, -3.0])


def test_no_training_window_lies_outside() -> None:
    points = np.random.default_rng(0).normal(size=(300, 3))
    clusters = cluster(points, 8, 2, seed=0)
    assert score(clusters, points).max() <= 1e-6
    assert (clusters.radii >= 0).all()


def test_the_largest_cluster_comes_first() -> None:
    rng = np.random.default_rng(0)
    points = np.concatenate([rng.normal(size=(20, 2)), rng.normal(size=(200, 2)) + 50])
    assert cluster(points, 2, 2, seed=0).centres[0].mean() > 40


def test_axes_by_name_pattern_and_default() -> None:
    names = ("x.rms", "x.kurtosis", "y.rms")
    assert choose_axes(("*.rms",), names, 3).tolist() == [0, 2]
    assert choose_axes(("y.rms", "x.rms"), names, 3).tolist() == [0, 2]
    assert choose_axes((), names, 3).tolist() == [0, 1, 2]
    with pytest.raises(InputError, match=r"z\.rms"):
        choose_axes(("z.rms",), names, 3)


def test_fewer_windows_than_clusters_is_refused() -> None:
    with pytest.raises(InputError, match="fewer different windows"):
        cluster(np.zeros((50, 2)), 2, 1, seed=0)


@pytest.mark.parametrize(("rate", "expected"), [(0.5, 5.0), (0.2, 8.0), (0.1, 9.0), (0.01, 9.0)])
def test_quantile(rate: float, expected: float) -> None:
    assert quantile(np.arange(1.0, 10.0), rate) == expected


def test_a_new_group_keeps_the_rate() -> None:
    rng = np.random.default_rng(0)
    rates = []
    for _ in range(60):  # groups that differ in spread, as people do
        spread = np.exp(rng.normal(0, 0.3, 9))
        scores = rng.normal(size=(9, 200)) * spread[:, None]
        names = np.repeat([f"g{i}" for i in range(8)], 200)
        found = calibrate(scores[:8].ravel(), names, 0.05)
        rates.append((scores[8] > found.threshold).mean())
        assert found.interval[0] <= found.rate <= found.interval[1]
        assert found.rate <= 0.05
        assert found.threshold >= quantile(scores[:8].ravel(), 0.05)
    assert np.mean(rates) < 0.05


def test_one_group_is_split_into_stretches() -> None:
    parts = held_out_parts(np.full(80, "a"))
    assert len(np.unique(parts)) == 8 and (np.diff(parts) >= 0).all()
    assert held_out_parts(np.array(["a", "b", "a"])).tolist() == [0, 1, 0]


def test_the_integer_threshold_decides_like_the_float_one() -> None:
    data = blobs(per_group=150)
    train = np.flatnonzero(data.groups != "d")
    norm = fit_normalizer(data.z[train])
    fold = Fold(train, NOTHING, 0, standard(norm))
    params = replace(QUICK, false_alarm_rate=0.05, axes=("axis0.rms", "axis3.rms"))
    (fitted,) = LEARNER.fit(data, params, (fold,), quiet)
    assert fitted.facts["threshold_q8"] == threshold_q(fitted, norm.z_lsb)
    assert fitted.facts["calibration_groups"] == 3
    graph = LEARNER.lower(fitted, fold.z(data, train), norm.z_lsb, "anomaly")
    rng = np.random.default_rng(1)
    far = data.z * rng.uniform(0.2, 4.0, data.z.shape).astype(np.float32)
    stored = run_many(graph, norm.q(far)).ravel() > threshold_q(fitted, norm.z_lsb)
    real = LEARNER.predict(fitted, standardise(norm, far)) > fitted.facts["threshold"]
    assert 0.05 < real.mean() < 0.95
    assert (stored == real).mean() > 0.99


def test_validation_rows_calibrate() -> None:
    data = blobs(per_group=150)
    train, held = np.flatnonzero(data.groups != "d"), np.flatnonzero(data.groups == "d")
    fold = Fold(train, held, 0, standard(fit_normalizer(data.z[train])))
    (fitted,) = LEARNER.fit(data, QUICK, (fold,), quiet)
    assert fitted.facts["calibration_windows"] == 150
    scores = LEARNER.predict(fitted, fold.z(data, held))
    assert (scores > fitted.facts["threshold"]).mean() <= QUICK.false_alarm_rate


def test_judge() -> None:
    scores = np.array([-1.0, 0.0, 0.5, 2.0])
    found = judge("held out", scores, np.array(["a", "a", "b", "b"]), 0.4, edges(scores, 0.4))
    assert found.above == 0.5 and sum(found.counts) == 4
    assert found.interval[0] <= 0.5 <= found.interval[1]
    assert np.isclose(edges(scores, 0.4), 0.4).any()


def test_one_row_set_is_enough_for_a_feature_set_without_names() -> None:
    data = blobs()
    bare = FeatureSet(data.z, data.labels, data.classes, data.groups)
    (fitted,) = LEARNER.fit(bare, replace(QUICK, axes=("1",)), (Fold(np.arange(240), NOTHING, 0),),
                            quiet)  # fmt: skip
    assert fitted.arrays["axes"].tolist() == [1]
