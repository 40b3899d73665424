"""Judge scores by what a table says they should be: classes, values, or normal and strange."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from . import detection, values
from . import evaluate as classes
from .data import FeatureTable

Judgement: TypeAlias = classes.Evaluation | values.ValueEvaluation | detection.DetectionEvaluation
Scores = npt.NDArray[np.number[Any]]


def judge(table: FeatureTable, rows: npt.NDArray[np.int64], scores: Scores) -> Judgement:
    """Held-out figures of some rows.

    Args:
        scores: of these rows: class scores, shape (rows, classes); values, shape (rows,); or
            anomaly scores less the threshold of their model, shape (rows,).
    """
    groups = table.groups[rows]
    if table.targets is not None:
        return values.evaluate(scores.astype(np.float64), table.targets[rows], groups)
    if table.strange is not None:
        return detection.evaluate(scores.astype(np.float64), table.strange[rows], groups)
    return classes.evaluate(scores, table.labels[rows], groups, table.classes)


SWAPPED = (
    "an area under the ROC curve below 0.5 is worse than guessing: either the features do not tell "
    "anomalies from normal windows, or normal = [...] below [signal] names the wrong labels"
)


def warnings(judged: Sequence[Judgement]) -> list[str]:
    """What figures (of one model, one per seed) say against themselves, for people."""
    areas = [
        j.figure
        for j in judged
        if isinstance(j, detection.DetectionEvaluation) and j.auc is not None
    ]
    return [SWAPPED] if areas and float(np.mean(areas)) < 0.5 else []


def merit(table: FeatureTable, rows: npt.NDArray[np.int64], scores: Scores) -> float | None:
    """What candidates are compared by on one group, more is better: accuracy, minus the mean
    absolute error, or area under the ROC curve; None if the group cannot tell."""
    if table.targets is not None:
        return -float(np.abs(scores - table.targets[rows]).mean())
    if table.strange is not None:
        return detection.auc(scores.astype(np.float64), table.strange[rows])
    return float((scores.argmax(axis=1) == table.labels[rows]).mean())
