"""The mixture: the learner's contract, scikit-learn's densities, what it refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.core.learner import Fold
from motekit.graph.run import run_many
from motekit.models.anomaly import threshold_q
from motekit.models.learners.gmm import LEARNER
from motekit.models.learners.gmm.fit import mixture, score
from motekit.models.learners.gmm.params import Params
from motekit.models.normalize import fit_normalizer, standard, standardise
from motekit.testing.learner import NOTHING, LearnerContract, blobs, quiet

COVARIANCES = ("full", "diagonal")


class TestFull(LearnerContract):
    name = "gmm"
    params: ClassVar[dict[str, Any]] = {"components": 3, "starts": 1}


class TestDiagonal(LearnerContract):
    name = "gmm"
    params: ClassVar[dict[str, Any]] = {"components": 3, "starts": 1, "covariance": "diagonal"}


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_the_score_is_scikit_learns_density(covariance: str) -> None:
    """2 · weighted log density of the likeliest component, by multivariate normal densities."""
    from scipy.stats import multivariate_normal
    from sklearn.mixture import GaussianMixture

    rng = np.random.default_rng(0)
    points = np.concatenate([rng.normal(size=(150, 3)), rng.normal(size=(50, 3)) * 0.3 + 4])
    params = Params(components=2, covariance=covariance, starts=1)
    found = mixture(points, params, 0)
    kind = "full" if covariance == "full" else "diag"
    model = GaussianMixture(2, covariance_type=kind, reg_covar=params.floor**2, random_state=0,
                            max_iter=200).fit(points)  # fmt: skip
    far = points * 1.7
    each = np.stack([
        multivariate_normal.logpdf(far, m, c if c.ndim == 2 else np.diag(c)) + np.log(w)
        for m, c, w in zip(model.means_, model.covariances_, model.weights_, strict=True)
    ])  # fmt: skip
    seen, expected = score(found, far) ** 2, -2 * each.max(axis=0)
    assert np.ptp(seen - expected) < 1e-6  # equal but for what the score leaves out
    assert score(found, found.means[:1]).item() == 0.0


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_the_integer_threshold_decides_like_the_float_one(covariance: str) -> None:
    data = blobs(per_group=150)
    train = np.flatnonzero(data.groups != "d")
    norm = fit_normalizer(data.z[train])
    fold = Fold(train, NOTHING, 0, standard(norm))
    params = Params(components=3, covariance=covariance, starts=1, false_alarm_rate=0.05)
    (fitted,) = LEARNER.fit(data, params, (fold,), quiet)
    graph = LEARNER.lower(fitted, fold.z(data, train), norm.z_lsb, "anomaly")
    far = data.z * np.random.default_rng(1).uniform(0.7, 1.6, data.z.shape).astype(np.float32)
    stored = run_many(graph, norm.q(far)).ravel() > threshold_q(fitted, norm.z_lsb)
    real = LEARNER.predict(fitted, standardise(norm, far)) > fitted.facts["threshold"]
    assert 0.05 < real.mean() < 0.95
    assert (stored == real).mean() > 0.99


def test_a_floor_keeps_directions_without_noise_wide() -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(200, 2)) * np.array([1.0, 0.0])
    narrow, wide = (
        score(mixture(points, Params(components=1, floor=floor), 0), np.array([[0.0, 0.1]]))
        for floor in (0.01, 0.1)
    )
    assert narrow > 5 and wide < 2


def test_too_few_windows_are_refused() -> None:
    data = blobs()
    with pytest.raises(InputError, match="too few windows"):
        LEARNER.fit(data, replace(Params(), components=121), (Fold(np.arange(240), NOTHING, 0),),
                    quiet)  # fmt: skip
