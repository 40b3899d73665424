"""How good an anomaly detector is on groups it has not seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from . import intervals

F64 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
POINTS = 200  # of a ROC curve that are kept


@dataclass(frozen=True)
class GroupDetection:
    """One held-out group; None where it has no such windows.

    Args:
        auc: area under the ROC curve.
        alarms: share of normal windows above the threshold.
        found: share of anomalies above it.
    """

    group: str
    auc: float | None
    alarms: float | None
    found: float | None
    windows: int


@dataclass(frozen=True)
class DetectionEvaluation:
    """Figures of one set of scores; None where there are no known anomalies (or no normal ones).

    Args:
        windows: judged; anomalies: how many of them are known to be strange.
        group_auc: mean over groups of each one's area under the ROC curve; group_spread:
            standard deviation of that over groups (n − 1).
        auc: of all windows together, each as far above the threshold of its own model.
        alarms: share of normal windows above the threshold, with its 95 % interval over groups.
        found: share of anomalies above it, likewise.
        roc: (false alarms, found) of all windows together, from (0, 0) to (1, 1).
    """

    windows: int
    anomalies: int
    group_auc: float | None
    group_spread: float
    auc: float | None
    alarms: float | None
    alarms_interval: tuple[float, float]
    found: float | None
    found_interval: tuple[float, float]
    groups: tuple[GroupDetection, ...]
    roc: tuple[tuple[float, float], ...]

    @property
    def figure(self) -> float:
        """The figure it is judged by: mean area over groups; without anomalies the alarms."""
        if self.group_auc is not None:
            return self.group_auc
        return self.auc if self.auc is not None else self.alarms or 0.0

    @property
    def group_figures(self) -> Mapping[str, float]:
        """That of each group that has one."""
        kind = "auc" if self.group_auc is not None else "alarms"
        each = {g.group: getattr(g, kind) for g in self.groups}
        return {name: value for name, value in each.items() if value is not None}

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON-like values."""
        return asdict(self)


def auc(scores: F64, strange: Mask) -> float | None:
    """Area under the ROC curve: how often a strange window scores above a normal one, ties
    counting half; None unless there are both."""
    n = int(strange.sum())
    if not 0 < n < len(strange):
        return None
    from scipy.stats import rankdata

    ranks = rankdata(scores)
    return float((ranks[strange].sum() - n * (n + 1) / 2) / (n * (len(strange) - n)))


def roc(scores: F64, strange: Mask) -> tuple[tuple[float, float], ...]:
    """Points of the ROC curve, at most about POINTS of them."""
    n = int(strange.sum())
    if not 0 < n < len(strange):
        return ()
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    hits = np.cumsum(strange[order])[ends]
    false = ends + 1 - hits
    some = np.unique(np.linspace(0, len(ends) - 1, min(len(ends), POINTS)).astype(np.int64))
    points = zip(false[some] / (len(strange) - n), hits[some] / n, strict=True)
    return ((0.0, 0.0), *((round(float(a), 5), round(float(b), 5)) for a, b in points))


def evaluate(
    above: F64, strange: Mask, groups: npt.NDArray[np.str_]
) -> DetectionEvaluation:  # fmt: skip
    """Figures of scores less the threshold of the model each comes from.

    Args:
        above: shape (windows,), an anomaly above 0.
        strange: which windows are known anomalies.
    """
    names = np.unique(groups)
    each = tuple(_group(str(n), above[groups == n], strange[groups == n]) for n in names)
    areas = np.array([g.auc for g in each if g.auc is not None])
    alarms, alarms_interval = _share(above, ~strange, groups)
    found, found_interval = _share(above, strange, groups)
    return DetectionEvaluation(
        windows=len(above),
        anomalies=int(strange.sum()),
        group_auc=float(areas.mean()) if len(areas) else None,
        group_spread=float(areas.std(ddof=1)) if len(areas) > 1 else 0.0,
        auc=auc(above, strange),
        alarms=alarms,
        alarms_interval=alarms_interval,
        found=found,
        found_interval=found_interval,
        groups=each,
        roc=roc(above, strange),
    )


def _group(name: str, above: F64, strange: Mask) -> GroupDetection:
    return GroupDetection(
        name, auc(above, strange), _above(above[~strange]), _above(above[strange]), len(above)
    )


def _above(scores: F64) -> float | None:
    return float((scores > 0).mean()) if len(scores) else None


def _share(
    above: F64, which: Mask, groups: npt.NDArray[np.str_]
) -> tuple[float | None, tuple[float, float]]:
    """Share of some windows above 0, with its interval over groups."""
    names = np.unique(groups[which])
    hits = [int((above[which & (groups == n)] > 0).sum()) for n in names]
    counts = [int((which & (groups == n)).sum()) for n in names]
    if not counts:
        return None, (0.0, 1.0)
    return sum(hits) / sum(counts), intervals.over_groups(hits, counts)
