"""Which features matter: alone (mutual information), and to a model (permutation importance).

Importance is what a quick model loses on groups that it has not seen, when the feature is
shuffled among their windows. Source: Breiman, "Random forests" (2001), section 10; Kraskov,
Stögbauer, Grassberger, "Estimating mutual information" (2004), as scikit-learn has it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.models.data import FeatureTable
from motekit.models.inner import Part
from motekit.models.judge import merit
from motekit.models.nested import PARTS
from motekit.models.nested import parts as usual_parts

from . import yardstick

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

TRAIN, TEST, INFORMATION = 6000, 1200, 3000  # rows at most
MANY = 150  # features beyond which a feature is shuffled once and fewer windows are judged
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Rank:
    """One feature.

    Args:
        information: mutual information with what is to be told, in bits.
        importance: merit lost when it is shuffled, mean over held-out parts: accuracy, area
            under the ROC curve, or error added in the unit of the value; spread over the parts.
    """

    name: str
    information: float
    importance: float
    spread: float

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Folds:
    """How well a quick model does on held-out groups; more is better.

    Args:
        by_part: merit on each part of the groups, NaN where it cannot be judged.
    """

    by_part: tuple[float, ...]

    @property
    def merit(self) -> float:
        return float(np.nanmean(self.by_part))

    def gain(self, base: Folds) -> tuple[float, float]:
        """(mean, standard error) of the gain over `base`, of the parts that both can judge.

        Raises InputError if there is none.
        """
        gains = np.array(self.by_part) - np.array(base.by_part)
        gains = gains[~np.isnan(gains)]
        if not len(gains):
            raise InputError("no group is left to judge by", where="groups")
        error = float(gains.std(ddof=1) / np.sqrt(len(gains))) if len(gains) > 1 else 0.0
        return float(gains.mean()), error


def parts(table: FeatureTable) -> tuple[Part, ...]:
    """Parts of the groups to hold out in turn.

    A detector is judged where there are both normal windows and anomalies: if no group has both,
    groups of either kind are put together. Raises InputError for too few groups.
    """
    usual = usual_parts(table)
    if table.strange is None or any(_both(table, part) for part in usual):
        return usual
    names = np.unique(table.groups)
    odd = [str(n) for n in names if table.strange[table.groups == n].any()]
    plain = [str(n) for n in names if str(n) not in odd]
    count = min(PARTS, len(odd), len(plain))
    if count < 2:  # one to learn from, one to judge by
        return usual
    return tuple((*plain[i::count], *odd[i::count]) for i in range(count))


def _both(table: FeatureTable, part: Part) -> bool:
    assert table.strange is not None
    held = table.strange[np.isin(table.groups, part)]
    return bool(held.any() and not held.all())


def cannot(table: FeatureTable, groups: Sequence[Part]) -> str:
    """Why nothing can be ranked; "" if it can."""
    if table.strange is None:
        return ""
    if not table.strange.any():
        said = f"; labels there are: {', '.join(table.classes)}" if table.classes else ""
        return (
            "no window is a known anomaly, so nothing tells which features would find one; record "
            f'some and say what is normal: normal = ["LABEL"] below [signal]{said}'
        )
    if not any(_both(table, part) for part in groups):
        return (
            "no held-out groups have both normal windows and anomalies; record at least two groups "
            "of each, or split by recording"
        )
    return ""


def _spread(rows: I64, most: int) -> I64:
    return rows[np.unique(np.linspace(0, len(rows) - 1, min(len(rows), most)).astype(np.int64))]


def _sides(table: FeatureTable, groups: Sequence[Part]) -> list[tuple[I64, I64]]:
    """(rows to train on, rows to judge) for every part of the groups."""
    out = []
    for part in groups:
        held = np.isin(table.groups, part)
        train, test = np.flatnonzero(table.learned & ~held), np.flatnonzero(table.known & held)
        out.append((_spread(train, TRAIN), test))
    return out


def _merit(table: FeatureTable, rows: I64, scores: F64) -> float:
    found = merit(table, rows, scores) if len(rows) else None
    return np.nan if found is None else found


def judge(table: FeatureTable, groups: Sequence[Part]) -> Folds:
    """The quick model on held-out groups: the same for every candidate.

    Args:
        groups: the parts to hold out in turn.

    Raises InputError if no part can be judged.
    """
    fit = yardstick.of(table).fit
    found = [
        _merit(table, test, fit(table, train, 0)(table.values[test]))
        if len(train) and len(test) else np.nan
        for train, test in _sides(table, groups)
    ]  # fmt: skip
    if np.isnan(found).all():
        raise InputError("no group is left to judge by", where="groups")
    return Folds(tuple(found))


def rank(table: FeatureTable, groups: Sequence[Part], progress: Progress) -> tuple[Rank, ...]:
    """Every feature, the most important first."""
    sides = _sides(table, groups)
    progress(0, len(sides) + 1)
    lost = []
    for i, (train, test) in enumerate(sides):
        if len(train) and len(test):
            lost.append(_lost(table, train, test, i))
        progress(i + 1, len(sides) + 1)
    importance, spread = np.nanmean(lost, axis=0), np.nanstd(lost, axis=0)
    information = _information(table)
    progress(len(sides) + 1, len(sides) + 1)
    rows = [
        Rank(name, float(information[i]), float(importance[i]), float(spread[i]))
        for i, name in enumerate(table.names)
    ]
    return tuple(sorted(rows, key=lambda r: (-r.importance, -r.information)))


def _lost(table: FeatureTable, train: I64, test: I64, seed: int) -> F64:
    """Merit lost by shuffling each feature of one held-out part; NaN where it has none."""
    many = len(table.names) > MANY
    test = _spread(test, TEST // 3 if many else TEST)
    rng, repeats = np.random.default_rng(seed), 1 if many else 3
    model = yardstick.of(table).fit(table, train, seed)
    x = table.values[test]
    right = _merit(table, test, model(x))
    out = np.full(len(table.names), np.nan)
    if np.isnan(right):
        return out
    rows = np.tile(test, repeats)
    for j in range(len(table.names)):
        shuffled = np.tile(x, (repeats, 1))
        shuffled[:, j] = np.concatenate([rng.permutation(x[:, j]) for _ in range(repeats)])
        out[j] = right - _merit(table, rows, model(shuffled))
    return out


def _information(table: FeatureTable) -> F64:
    from sklearn.feature_selection import mutual_info_classif, mutual_info_regression

    rows = _spread(np.flatnonzero(table.known), INFORMATION)
    truth = yardstick.of(table).truth(table, rows)
    found = mutual_info_classif if table.targets is None else mutual_info_regression
    return np.asarray(found(table.values[rows], truth, random_state=0) / np.log(2))


def held_out_classes(table: FeatureTable, groups: Sequence[Part]) -> I64:
    """The class of every labelled window by a model that did not see its group; −1 for others."""
    out = np.full(len(table.labels), -1, dtype=np.int64)
    fit = yardstick.of(table).fit
    for train, test in _sides(table, groups):
        if len(train) and len(test):
            out[test] = fit(table, train, 0)(table.values[test]).argmax(axis=1)
    return out
