"""What features are judged by: a quick model for each task, and how its figures are written.

Classes: extra trees, by accuracy. Values: extra trees, by the mean absolute error. A detector on
its own: the distance to the nearest normal windows, by the area under the ROC curve. Inside,
more is always better (`models.judge.merit`: an error counts with a minus).
Source: Geurts, Ernst, Wehenkel, "Extremely randomized trees" (2006); Ramaswamy, Rastogi, Shim,
"Efficient algorithms for mining outliers from large data sets" (2000).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.models.data import FeatureTable

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Model = Callable[[npt.NDArray[np.float32]], F64]  # features → scores as models.judge reads them

TREES = 60
NEIGHBOURS = 5
NORMAL = 2000  # windows that distances are taken to, at most
POINTS = 100.0  # in one: of an accuracy or an area
LOSE_POINTS, LOSE_SHARE = 1.0, 0.05  # what may be lost if nobody says: points, share of an error


@dataclass(frozen=True)
class Yardstick:
    """One task's way to judge features.

    Args:
        kind: "accuracy", "error" or "auc", as in --json.
        name: the same for people.
        unit: of what is lost: "points", "points of AUC", or the unit of the value.
        tells: what a feature's mutual information is with.
        model: the quick model, for people.
        fit: (table, rows, seed) → model.
        truth: what mutual information is taken with, of some rows.
        digits: of what is lost, behind the point.
    """

    kind: str
    name: str
    unit: str
    tells: str
    model: str
    fit: Callable[[FeatureTable, I64, int], Model]
    truth: Callable[[FeatureTable, I64], npt.NDArray[Any]]
    digits: int = 1

    @property
    def is_error(self) -> bool:
        return self.kind == "error"

    @property
    def factor(self) -> float:
        """From a merit to its unit."""
        return 1.0 if self.is_error else POINTS

    def fine(self, merit: float) -> Yardstick:
        """The same with digits enough for a hundredth of an error of that size."""
        if not self.is_error or not merit:
            return self
        return replace(self, digits=min(max(2 - math.floor(math.log10(-merit)), 0), 9))

    @property
    def lost(self) -> str:
        """The heading of what shuffling a feature costs."""
        if self.is_error:
            return "error added without" + (f" [{self.unit}]" if self.unit else "")
        return f"{self.unit} lost without"

    def value(self, merit: float) -> float:
        """The figure behind a merit: an error is positive."""
        return -merit if self.is_error else merit

    def said(self, merit: float) -> str:
        """The figure for people, with its unit."""
        unit = f" {self.unit}" if self.is_error and self.unit else ""
        return f"{self.value(merit):.{self.digits if self.is_error else 3}f}{unit}"

    def shift(self, gain: float, error: float) -> str:
        """A gain and its standard error in the unit, such as "−0.3 ± 0.2": more error is worse."""
        by = round(self.factor * (-gain if self.is_error else gain), self.digits) + 0.0  # no −0
        text = f"{by:+.{self.digits}f} ± {self.factor * error:.{self.digits}f}"
        return text.replace("-", "−")

    def change(self, gain: float, error: float) -> str:
        """The same in a sentence: "−0.3 ± 0.2 points", "error +0.10 ± 0.05 beat/min"."""
        ahead = "error " if self.is_error else ""
        return f"{ahead}{self.shift(gain, error)} {self.unit}".rstrip()

    def margin(self, lose: float | None, merit: float) -> float:
        """How much merit may be lost.

        Args:
            lose: in the unit; None for one point, or a twentieth of the error.
            merit: of the front end as it is.
        """
        if lose is None:
            return LOSE_SHARE * -merit if self.is_error else LOSE_POINTS / POINTS
        return lose / self.factor

    def allowed(self, margin: float) -> str:
        """A margin for people."""
        number = f"{self.factor * margin:.3g}"
        unit = self.unit.replace("points", "point", 1) if number == "1" else self.unit
        return f"{number} {unit}".rstrip()


def of(table: FeatureTable, unit: str = "") -> Yardstick:
    """The yardstick of a table.

    Args:
        unit: of its targets.
    """
    if table.targets is not None:
        return Yardstick(
            "error", "mean absolute error", unit, "value", "60 extra trees",
            _value_trees, lambda t, rows: _targets(t)[rows], 2,
        )  # fmt: skip
    if table.strange is not None:
        return Yardstick(
            "auc", "area under the ROC curve", "points of AUC", "normal or not",
            f"distance to the {NEIGHBOURS} nearest normal windows",
            _distance, lambda t, rows: _strange(t)[rows],
        )  # fmt: skip
    return Yardstick(
        "accuracy", "accuracy", "points", "class", "60 extra trees", _class_trees,
        lambda t, rows: t.labels[rows],
    )  # fmt: skip


def _targets(table: FeatureTable) -> F64:
    assert table.targets is not None
    return table.targets


def _strange(table: FeatureTable) -> npt.NDArray[np.bool_]:
    assert table.strange is not None
    return table.strange


def _class_trees(table: FeatureTable, rows: I64, seed: int) -> Model:
    from sklearn.ensemble import ExtraTreesClassifier

    trees = ExtraTreesClassifier(
        TREES, min_samples_leaf=2, class_weight="balanced", random_state=seed, n_jobs=1
    ).fit(table.values[rows], table.labels[rows])
    known = np.arange(len(table.classes))
    return lambda x: (trees.predict(x)[:, None] == known).astype(np.float64)


def _value_trees(table: FeatureTable, rows: I64, seed: int) -> Model:
    from sklearn.ensemble import ExtraTreesRegressor

    trees = ExtraTreesRegressor(TREES, min_samples_leaf=2, random_state=seed, n_jobs=1)
    trees.fit(table.values[rows], _targets(table)[rows])
    return lambda x: np.asarray(trees.predict(x), dtype=np.float64)


def _distance(table: FeatureTable, rows: I64, seed: int) -> Model:
    from sklearn.neighbors import NearestNeighbors

    some = rows[np.linspace(0, len(rows) - 1, min(len(rows), NORMAL)).astype(np.int64)]
    x = table.values[some].astype(np.float64)
    mean, spread = x.mean(axis=0), x.std(axis=0)
    spread[spread == 0] = 1.0
    near = NearestNeighbors(n_neighbors=min(NEIGHBOURS, len(x)), algorithm="brute", n_jobs=1)
    near.fit((x - mean) / spread)

    def score(x: npt.NDArray[np.float32]) -> F64:
        distances, _ = near.kneighbors((x.astype(np.float64) - mean) / spread)
        return np.asarray(distances.mean(axis=1), dtype=np.float64)

    return score
