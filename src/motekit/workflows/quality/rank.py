"""Which features matter: alone (mutual information), and to a model (permutation importance).

Importance is what accuracy falls by on groups that the model has not seen, when the feature is
shuffled among their windows. Source: Breiman, "Random forests" (2001), section 10; Kraskov,
Stögbauer, Grassberger, "Estimating mutual information" (2004), as scikit-learn has it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.models.data import FeatureTable
from motekit.models.inner import Part
from motekit.models.nested import parts

TREES = 60
TRAIN, TEST, INFORMATION = 6000, 1200, 3000  # rows at most
MANY = 150  # features beyond which a feature is shuffled once and fewer windows are judged
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Rank:
    """One feature.

    Args:
        information: mutual information with the class, in bits.
        importance: accuracy lost when it is shuffled, mean over held-out parts; spread over them.
    """

    name: str
    information: float
    importance: float
    spread: float

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Folds:
    """Accuracy of a quick model on held-out groups.

    Args:
        by_part: accuracy on each part of the groups.
    """

    by_part: tuple[float, ...]

    @property
    def accuracy(self) -> float:
        return float(np.mean(self.by_part))


def _spread(rows: npt.NDArray[np.int64], most: int) -> npt.NDArray[np.int64]:
    return rows[np.unique(np.linspace(0, len(rows) - 1, min(len(rows), most)).astype(np.int64))]


def _model(seed: int) -> Any:
    from sklearn.ensemble import ExtraTreesClassifier

    return ExtraTreesClassifier(
        TREES, min_samples_leaf=2, class_weight="balanced", random_state=seed, n_jobs=1
    )


def _sides(
    table: FeatureTable, groups: Sequence[Part] | None = None
) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """(rows to train on, rows to judge) for every part of the groups."""
    known = table.labels >= 0
    out = []
    for part in groups or parts(table):
        held = np.isin(table.groups, part)
        train, test = np.flatnonzero(known & ~held), np.flatnonzero(known & held)
        out.append((_spread(train, TRAIN), test))
    return out


def judge(table: FeatureTable, groups: Sequence[Part] | None = None) -> Folds:
    """Accuracy of extra trees on held-out groups: quick, and the same for every candidate.

    Args:
        groups: the parts to hold out in turn; made from the table if None.
    """
    found = []
    for train, test in _sides(table, groups):
        model = _model(0).fit(table.values[train], table.labels[train])
        found.append(float((model.predict(table.values[test]) == table.labels[test]).mean()))
    return Folds(tuple(found))


def rank(table: FeatureTable, progress: Progress) -> tuple[Rank, ...]:
    """Every feature, the most important first."""
    sides = _sides(table)
    progress(0, len(sides) + 1)
    lost = []
    for i, (train, test) in enumerate(sides):
        lost.append(_lost(table, train, test, i))
        progress(i + 1, len(sides) + 1)
    importance, spread = np.mean(lost, axis=0), np.std(lost, axis=0)
    information = _information(table)
    progress(len(sides) + 1, len(sides) + 1)
    rows = [
        Rank(name, float(information[i]), float(importance[i]), float(spread[i]))
        for i, name in enumerate(table.names)
    ]
    return tuple(sorted(rows, key=lambda r: (-r.importance, -r.information)))


def _lost(
    table: FeatureTable, train: npt.NDArray[np.int64], test: npt.NDArray[np.int64], seed: int
) -> npt.NDArray[np.float64]:
    """Accuracy lost by shuffling each feature of one held-out part."""
    many = len(table.names) > MANY
    test = _spread(test, TEST // 3 if many else TEST)
    rng, repeats = np.random.default_rng(seed), 1 if many else 3
    model = _model(seed).fit(table.values[train], table.labels[train])
    x, labels = table.values[test], table.labels[test]
    right = (model.predict(x) == labels).mean()
    out = np.zeros(len(table.names))
    for j in range(len(table.names)):
        shuffled = np.tile(x, (repeats, 1))
        shuffled[:, j] = np.concatenate([rng.permutation(x[:, j]) for _ in range(repeats)])
        out[j] = right - (model.predict(shuffled) == np.tile(labels, repeats)).mean()
    return out


def _information(table: FeatureTable) -> npt.NDArray[np.float64]:
    from sklearn.feature_selection import mutual_info_classif

    rows = _spread(np.flatnonzero(table.labels >= 0), INFORMATION)
    nats = mutual_info_classif(table.values[rows], table.labels[rows], random_state=0)
    return np.asarray(nats / np.log(2))


def held_out_predictions(table: FeatureTable) -> npt.NDArray[np.int64]:
    """The class of every labelled window by a model that did not see its group; −1 for others."""
    out = np.full(len(table.labels), -1, dtype=np.int64)
    for train, test in _sides(table):
        out[test] = (
            _model(0).fit(table.values[train], table.labels[train]).predict(table.values[test])
        )
    return out
