"""Fit the mixture to training rows; the threshold comes from rows it has not seen."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.learner import F32, FeatureSet, Fitted, Fold, Progress
from motekit.models import detector

from .params import Params

NAME = "gmm"
F64 = npt.NDArray[np.float64]
CHUNK = 4096  # rows scored at a time: bounds memory


@dataclass(frozen=True)
class Mixture:
    """Gaussians in standard deviations of the features.

    Args:
        means: shape (k, axes).
        factors: shape (k, axes, axes), lower triangular, or (k, axes): factors @ (x − mean) has
            unit covariance.
        offsets: shape (k,): what less likely Gaussians are farther away, squared; the least is 0.
    """

    means: F64
    factors: F64
    offsets: F64


def mixture(points: F64, p: Params, seed: int) -> Mixture:
    """The mixture of some windows, most likely Gaussians first.

    Bit-reproducible: one thread, so that sums keep their order.

    Raises InputError if there are fewer windows than two a Gaussian.
    """
    if len(points) < 2 * p.components:
        raise InputError(
            "there are too few windows for so many Gaussians", where="anomaly.components",
            value=f"{len(points)} windows, {p.components} components",
            way_out=f"at most {len(points) // 2} components, or record more",
        )  # fmt: skip
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture
    from threadpoolctl import threadpool_limits

    kind = "full" if p.covariance == "full" else "diag"
    model = GaussianMixture(
        p.components, covariance_type=kind, reg_covar=p.floor**2, n_init=p.starts,
        random_state=seed, max_iter=200,
    )  # fmt: skip
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # 200 rounds are near enough
        model.fit(points)
    factors = model.precisions_cholesky_
    if kind == "full":
        factors = factors.transpose(0, 2, 1)
    diagonal = np.diagonal(factors, axis1=1, axis2=2) if kind == "full" else factors
    offsets = -2 * np.log(diagonal).sum(axis=1) - 2 * np.log(model.weights_)
    order = np.argsort(offsets, kind="stable")
    return Mixture(model.means_[order], factors[order], offsets[order] - offsets.min())


def score(found: Mixture, points: F64) -> F64:
    """√(2 · negative log density of the most likely Gaussian, less the least there is)."""
    out = np.empty(len(points))
    for at in range(0, len(points), CHUNK):
        away = points[at : at + CHUNK, None, :] - found.means
        if found.factors.ndim == 3:
            y = np.einsum("rki,kji->rkj", away, found.factors)
        else:
            y = away * found.factors
        out[at : at + CHUNK] = np.sqrt(((y**2).sum(axis=2) + found.offsets).min(axis=1))
    return out


def fit(
    data: FeatureSet, params: Params, folds: tuple[Fold, ...], progress: Progress
) -> tuple[Fitted, ...]:
    """One detector per fold (see `models.detector.fit`).

    Raises InputError for axes that do not exist, or too few windows.
    """
    kind = detector.Kind(
        NAME, lambda points, seed: mixture(points, params, seed), score, _arrays
    )  # fmt: skip
    return detector.fit(kind, data, params, folds, progress)


def _arrays(found: Mixture) -> dict[str, npt.NDArray[np.generic]]:
    return {
        "means": found.means.astype(np.float32),
        "factors": found.factors.astype(np.float32),
        "offsets": found.offsets.astype(np.float32),
    }


def mixture_of(fitted: Fitted) -> Mixture:
    """The mixture of a fitted detector."""
    parts = (fitted.arrays[name].astype(np.float64) for name in ("means", "factors", "offsets"))
    return Mixture(*parts)


def predict(fitted: Fitted, z: F32) -> F64:
    """Anomaly scores, shape (windows,), in standard deviations; compare with "threshold"."""
    return score(mixture_of(fitted), detector.chosen(fitted, z))
