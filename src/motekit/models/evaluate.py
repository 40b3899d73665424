"""How good a classifier is on windows it has not seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from . import intervals, reliability
from .reliability import ReliabilityBin

I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ClassScore:
    """How well one class is found; all 0 where nothing was labelled or predicted so."""

    label: str
    precision: float
    recall: float
    f1: float
    windows: int


@dataclass(frozen=True)
class GroupScore:
    """One held-out group."""

    group: str
    accuracy: float
    windows: int


@dataclass(frozen=True)
class Evaluation:
    """Figures of one set of predictions. All shares from 0 to 1.

    Args:
        accuracy: share of windows that are right.
        interval: 95 % interval of `accuracy`, from a bootstrap over groups.
        balanced_accuracy: mean recall over the classes that occur.
        macro_f1: mean F1 over the classes that occur.
        group_accuracy: mean over groups of each one's accuracy.
        group_spread: standard deviation of that over groups (n − 1).
        confusion: counts[i][j] of true class i, predicted class j.
        calibration_error: expected calibration error of the probabilities.
    """

    windows: int
    accuracy: float
    interval: tuple[float, float]
    balanced_accuracy: float
    macro_f1: float
    group_accuracy: float
    group_spread: float
    classes: tuple[ClassScore, ...]
    groups: tuple[GroupScore, ...]
    confusion: tuple[tuple[int, ...], ...]
    reliability: tuple[ReliabilityBin, ...]
    calibration_error: float

    @property
    def figure(self) -> float:
        """The figure it is judged by: mean accuracy over groups."""
        return self.group_accuracy

    @property
    def group_figures(self) -> Mapping[str, float]:
        """That of each group."""
        return {g.group: g.accuracy for g in self.groups}

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON-like values."""
        return asdict(self)


def confusion_matrix(labels: I64, predicted: I64, classes: int) -> I64:
    """Counts, shape (classes, classes): row true, column predicted."""
    flat = np.bincount(labels * classes + predicted, minlength=classes * classes)
    return flat.reshape(classes, classes).astype(np.int64)


def _ratio(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    return np.asarray(a / np.maximum(b, 1))


def _class_scores(counts: I64, classes: tuple[str, ...]) -> tuple[ClassScore, ...]:
    right, true, found = counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0)
    precision, recall, f1 = (
        _ratio(right, found),
        _ratio(right, true),
        _ratio(2 * right, true + found),
    )
    return tuple(
        ClassScore(name, float(precision[i]), float(recall[i]), float(f1[i]), int(true[i]))
        for i, name in enumerate(classes)
    )


def _group_scores(
    right: npt.NDArray[np.bool_], groups: npt.NDArray[np.str_]
) -> tuple[GroupScore, ...]:
    return tuple(
        GroupScore(str(name), float(right[groups == name].mean()), int((groups == name).sum()))
        for name in np.unique(groups)
    )


def evaluate(
    scores: npt.NDArray[np.number[Any]], labels: I64, groups: npt.NDArray[np.str_],
    classes: tuple[str, ...],
) -> Evaluation:  # fmt: skip
    """Figures of class scores against labels; windows without a label (−1) are left out.

    Args:
        scores: shape (windows, classes): probabilities, or the int8 output of a network
            ((score + 128) / 256 is the probability).
    """
    known = labels >= 0
    scores, labels, groups = scores[known], labels[known], groups[known]
    probabilities = scores.astype(np.float64)
    if np.issubdtype(scores.dtype, np.integer):
        probabilities = (probabilities + 128) / 256
    predicted = scores.argmax(axis=1) if len(scores) else np.empty(0, np.int64)
    right = predicted == labels
    counts = confusion_matrix(labels, predicted, len(classes))
    per_class, per_group = _class_scores(counts, classes), _group_scores(right, groups)
    present = [c for c in per_class if c.windows]
    shares = np.array([g.accuracy for g in per_group])
    bins = reliability.bins(probabilities, labels)
    return Evaluation(
        windows=len(labels),
        accuracy=float(right.mean()) if len(right) else 0.0,
        interval=intervals.over_groups(
            [g.accuracy * g.windows for g in per_group], [g.windows for g in per_group]
        ),
        balanced_accuracy=float(np.mean([c.recall for c in present])) if present else 0.0,
        macro_f1=float(np.mean([c.f1 for c in present])) if present else 0.0,
        group_accuracy=float(shares.mean()) if len(shares) else 0.0,
        group_spread=float(shares.std(ddof=1)) if len(shares) > 1 else 0.0,
        classes=per_class,
        groups=per_group,
        confusion=tuple(tuple(row) for row in counts.tolist()),
        reliability=bins,
        calibration_error=reliability.calibration_error(bins),
    )
