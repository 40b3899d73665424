"""How good a regressor is on windows it has not seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from . import intervals

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class GroupError:
    """Mean absolute error on one held-out group, and its mean with its sign (told − true)."""

    group: str
    error: float
    bias: float
    windows: int


@dataclass(frozen=True)
class ValueEvaluation:
    """Figures of one set of values, in the unit of the targets.

    Args:
        error: mean absolute error over windows; interval: 95 %, from a bootstrap over groups.
        rmse: root of the mean squared error.
        p95: absolute error that 95 % of the windows stay below.
        bias: mean of told − true.
        guess: mean absolute error of the one number that is best for these windows, their
            median: what a regressor must beat to be worth anything.
        group_error: mean over groups of each one's mean absolute error; group_spread: standard
            deviation of that over groups (n − 1).
    """

    windows: int
    error: float
    interval: tuple[float, float]
    rmse: float
    p95: float
    bias: float
    guess: float
    group_error: float
    group_spread: float
    groups: tuple[GroupError, ...]

    @property
    def figure(self) -> float:
        """The figure it is judged by: mean error over groups."""
        return self.group_error

    @property
    def group_figures(self) -> Mapping[str, float]:
        """That of each group."""
        return {g.group: g.error for g in self.groups}

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON-like values."""
        return asdict(self)


def evaluate(told: F64, targets: F64, groups: npt.NDArray[np.str_]) -> ValueEvaluation:
    """Figures of values against targets; windows without a target (NaN) are left out."""
    known = np.isfinite(targets)
    told, targets, groups = told[known], targets[known], groups[known]
    off = told - targets
    each = tuple(
        GroupError(
            str(name), float(np.abs(off[groups == name]).mean()),
            float(off[groups == name].mean()), int((groups == name).sum()),
        )
        for name in np.unique(groups)
    )  # fmt: skip
    if not each:
        return ValueEvaluation(0, 0.0, (0.0, 0.0), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, ())
    own = np.array([g.error for g in each])
    return ValueEvaluation(
        windows=len(off),
        error=float(np.abs(off).mean()),
        interval=_interval(each),
        rmse=float(np.sqrt((off**2).mean())),
        p95=float(np.quantile(np.abs(off), 0.95)),
        bias=float(off.mean()),
        guess=float(np.abs(targets - np.median(targets)).mean()),
        group_error=float(own.mean()),
        group_spread=float(own.std(ddof=1)) if len(own) > 1 else 0.0,
        groups=each,
    )


def _interval(each: tuple[GroupError, ...]) -> tuple[float, float]:
    """Nothing is known of the spread of a single group: its error on both sides."""
    if len(each) < 2:
        return each[0].error, each[0].error
    sums = [g.error * g.windows for g in each]
    return intervals.over_groups(sums, [g.windows for g in each])
