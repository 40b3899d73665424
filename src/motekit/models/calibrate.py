"""The threshold from a false-alarm rate, on groups that the detector has not seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from . import intervals

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
TIGHTER = (1.0, 0.8, 0.65, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1, 0.07, 0.05, 0.03, 0.02, 0.01, 0.0)
PARTS = 8  # at most so many parts of groups are held out in turn


@dataclass(frozen=True)
class Calibration:
    """A threshold and what is known of it.

    Args:
        threshold: scores above it are anomalies; standard deviations.
        rate: false alarms on each held-out group at the threshold that the other groups give,
            pooled: what a group that took no part in the calibration meets.
        interval: 95 % interval of `rate`, from a bootstrap over groups.
        windows, groups: how many the threshold rests on.
    """

    threshold: float
    rate: float
    interval: tuple[float, float]
    windows: int
    groups: int


def held_out_parts(groups: npt.NDArray[np.str_]) -> I64:
    """The part of each row: whole groups, or with one group only, stretches of its rows."""
    names, number = np.unique(groups, return_inverse=True)
    if len(names) < 2:
        return np.arange(len(groups)) * PARTS // max(len(groups), 1)
    return np.asarray(number % PARTS)


def cross_scores(
    parts: I64, fit_and_score: Callable[[I64, I64], F64], report: Callable[[int, int], None]
) -> F64:
    """Score of each row by a model that did not see its part.

    Args:
        fit_and_score: (rows to fit, rows to score) → scores.
    """
    out = np.zeros(len(parts))
    found = np.unique(parts)
    for i, part in enumerate(found):
        held = np.flatnonzero(parts == part)
        out[held] = fit_and_score(np.flatnonzero(parts != part), held)
        report(i + 1, len(found) + 1)
    return out


def quantile(scores: F64, rate: float) -> float:
    """The lowest threshold that a new score exceeds with probability `rate` at most.

    The ⌈(n + 1)(1 − rate)⌉-th smallest score; the largest if there are too few scores.
    Source: split conformal prediction, Vovk, Gammerman, Shafer (2005).
    """
    rank = int(np.ceil((len(scores) + 1) * (1 - rate)))
    return float(np.sort(scores)[min(rank, len(scores)) - 1])


def _alarms(scores: F64, groups: npt.NDArray[np.str_], rate: float) -> tuple[list[int], list[int]]:
    """(alarms, windows) of each group at the threshold that the other groups give."""
    names = np.unique(groups)
    hits, counts = [], []
    for name in names:
        own = groups == name
        others = scores[~own] if len(names) > 1 else scores
        hits.append(int((scores[own] > quantile(others, rate)).sum()))
        counts.append(int(own.sum()))
    return hits, counts


def calibrate(scores: F64, groups: npt.NDArray[np.str_], rate: float) -> Calibration:
    """A Calibration from the scores of normal windows that were held out.

    A quantile of all scores keeps the rate for more windows of these groups. New groups differ
    more, so the quantile is raised until groups left out of it keep the rate as well, if that
    can be had below the largest score.
    """
    for share in TIGHTER:
        hits, counts = _alarms(scores, groups, rate * share)
        if sum(hits) <= rate * sum(counts):
            break
    return Calibration(
        quantile(scores, rate * share), sum(hits) / sum(counts),
        intervals.over_groups(hits, counts), len(scores), len(np.unique(groups)),
    )  # fmt: skip
