"""The features of windows in two dimensions, for the eye only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from motekit.core.learner import FeatureSet

from .data import FeatureMap, MapPoint

F64 = npt.NDArray[np.float64]


def project(z: F64, labels: npt.NDArray[np.int64]) -> tuple[str, F64, tuple[float, float]]:
    """(method, places of shape (windows, 2), share of variance on each axis).

    Linear discriminants (shrunk covariance, Ledoit and Wolf) from three classes on, principal
    components below, where there are fewer than two discriminants. Axes point so that the
    window farthest out is on the positive side: the same data gives the same picture.
    """
    known = labels >= 0
    if len(np.unique(labels[known])) >= 3 and z.shape[1] >= 2:
        axes, share = _discriminants(z[known], labels[known])
        places = (z - z[known].mean(axis=0)) @ axes
        method = "LDA"
    else:
        centred = z - z.mean(axis=0)
        _, spread, axes = np.linalg.svd(centred, full_matrices=False)
        axes = np.vstack([axes, np.zeros((2, z.shape[1]))])[:2]
        power = np.append(spread**2, [0.0, 0.0])
        places = centred @ axes.T
        share = (float(power[0] / (power.sum() or 1.0)), float(power[1] / (power.sum() or 1.0)))
        method = "PCA"
    far = places[np.abs(places).argmax(axis=0), [0, 1]]
    places = places * np.where(far < 0, -1.0, 1.0)
    return method, np.asarray(places, dtype=np.float64), share


def _discriminants(z: F64, labels: npt.NDArray[np.int64]) -> tuple[F64, tuple[float, float]]:
    """(two axes, shape (features, 2); the share of each in what separates the classes).

    Written out, as scikit-learn takes the scatter of the means for a difference of two covariances
    that are shrunk apart: its second axis may then be no discriminant at all.
    Source: Fisher, "The use of multiple measurements in taxonomic problems" (1936).
    """
    from scipy.linalg import eigh
    from sklearn.covariance import ledoit_wolf

    classes, number = np.unique(labels, return_inverse=True)
    means = np.stack([z[number == i].mean(axis=0) for i in range(len(classes))])
    within, _ = ledoit_wolf(z - means[number], assume_centered=True)
    off = means[number] - z.mean(axis=0)
    power, axes = eigh(off.T @ off / len(z), within + 1e-9 * np.eye(z.shape[1]))
    share = np.maximum(power[::-1], 0.0)
    share /= share.sum() or 1.0
    return axes[:, ::-1][:, :2], (float(share[0]), float(share[1]))


def sample(wrong: npt.NDArray[np.bool_], limit: int) -> npt.NDArray[np.int64]:
    """Windows to draw: evenly spaced, with as large a share of misclassified ones as there is."""
    if len(wrong) <= limit:
        return np.arange(len(wrong), dtype=np.int64)
    bad, good = np.flatnonzero(wrong), np.flatnonzero(~wrong)
    share = -(-len(bad) * limit // len(wrong))  # rounded up: a rare mistake stays visible
    bad, good = bad[_even(len(bad), share)], good[_even(len(good), limit - share)]
    return np.sort(np.concatenate([bad, good])).astype(np.int64)


def _even(count: int, wanted: int) -> npt.NDArray[np.int64]:
    return np.linspace(0, count - 1, wanted).astype(np.int64) if wanted else np.zeros(0, np.int64)


def feature_map(
    features: FeatureSet,
    predicted: npt.NDArray[np.int64],
    recording: npt.NDArray[np.str_],
    start_s: F64,
    limit: int = 900,
    judged: bool = True,
    kind: str = "classes",
) -> FeatureMap:
    """The map of labelled windows.

    Args:
        features: standardised features; `groups` are shown as subjects.
        predicted: class index of each window, by a model that did not train on it.
        recording, start_s: where each window was cut, shape (windows,).
        limit: at most this many points are drawn.
        judged: whether `predicted` says anything.
        kind: what the labels are.
    """
    z = np.asarray(features.z, dtype=np.float64)
    method, places, share = project(z, features.labels)
    labelled = np.flatnonzero(features.labels >= 0)
    wrong = features.labels[labelled] != predicted[labelled]
    shown = labelled[sample(wrong, limit)]
    points = tuple(
        MapPoint(
            x=round(float(places[i, 0]), 4),
            y=round(float(places[i, 1]), 4),
            label=features.classes[features.labels[i]],
            predicted=features.classes[predicted[i]],
            subject=str(features.groups[i]),
            recording=str(recording[i]),
            start_s=round(float(start_s[i]), 3),
        )
        for i in shown
    )
    names = ("LDA 1", "LDA 2") if method == "LDA" else ("PC 1", "PC 2")
    return FeatureMap(
        method, names, share, points, len(labelled), int(wrong.sum()), int(z.shape[1]), judged,
        features.classes, kind,
    )  # fmt: skip
