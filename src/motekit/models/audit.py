"""Leak audit: the same model under random windows and under groups, side by side.

Windows of one recording overlap and resemble each other; split at random they sit on both sides
and the model is asked what it has already seen. The gap is what such a figure would lie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from motekit.core.learner import Fold, Progress

from . import learner as learner_of
from .jobs import Candidate, predict
from .judge import merit
from .normalize import fit_normalizer, standard
from .store import Trained


@dataclass(frozen=True)
class LeakAudit:
    """Accuracies from 0 to 1, or a regressor's errors; `gap` is what the leaking split promises
    too much."""

    random_split: float
    grouped_split: float

    @property
    def gap(self) -> float:
        return abs(self.random_split - self.grouped_split)


def random_figure(
    candidate: Candidate, seeds: Sequence[int], progress: Progress, folds: int = 4
) -> float:
    """Accuracy (or mean absolute error) of k-fold cross-validation over shuffled windows: the
    split not to use."""
    table = candidate.table
    known = np.flatnonzero(table.real & table.known)
    part = np.full(len(table.labels), -1)
    part[known] = np.random.default_rng(0).permutation(len(known)) % folds
    jobs, normalizers, tests = [], [], []
    for k in range(folds):
        train = table.rows((part >= 0) & (part != k))
        normalizer = fit_normalizer(table.values[train])
        for seed in seeds:
            jobs.append(Fold(train, np.empty(0, np.int64), seed, standard(normalizer)))
            normalizers.append(normalizer)
            tests.append(np.flatnonzero(part == k))
    plugin = learner_of(candidate.learner)
    models = plugin.fit(table.feature_set(), candidate.params, tuple(jobs), progress)
    found = [
        merit(table, rows, predict(candidate, Trained(norm, fitted), rows)) or 0.0
        for norm, fitted, rows in zip(normalizers, models, tests, strict=True)
    ]
    return abs(float(np.mean(found)))


def audit(
    candidate: Candidate, grouped: float, seeds: Sequence[int], progress: Progress
) -> LeakAudit | None:  # fmt: skip
    """Both figures of one candidate; None for a detector, which is not asked what it has seen.

    Args:
        grouped: its figure on held-out groups (`Nested.figure`).
    """
    if candidate.table.strange is not None:
        return None
    return LeakAudit(random_figure(candidate, seeds, progress), grouped)
