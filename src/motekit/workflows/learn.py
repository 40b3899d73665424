"""Learn a pipeline from windows: choose by inner folds, judge on held-out groups, fit on all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motekit import models
from motekit.core.learner import FeatureSet, Fold, Progress
from motekit.core.pipeline import Decision
from motekit.models.audit import LeakAudit, audit
from motekit.models.augment import AugmentParams
from motekit.models.data import FeatureTable
from motekit.models.jobs import Candidate, Job, train_all
from motekit.models.nested import Nested, nested_cv
from motekit.models.normalize import standard
from motekit.models.store import FoldStore, Trained

from . import features
from .assemble import assemble
from .features import Data
from .folds import FoldTask
from .project import LearnerUse, Recipe

Report = Callable[..., None]


@dataclass(frozen=True)
class Learned:
    """Everything that was learned from one set of windows.

    Args:
        tables: features of each recipe.
        nested: held-out accuracy, with the choice among recipes made inside.
        choice: the recipe that inner folds over all groups prefer.
        classifier: trained with it on all groups.
        anomaly: detector on all groups, or None; fold_anomaly: one per outer fold.
        leaks: accuracy under a split that leaks, beside the one that does not.
    """

    data: Data
    recipes: tuple[Recipe, ...]
    tables: tuple[FeatureTable, ...]
    nested: Nested
    classifier: Trained
    anomaly: Trained | None
    fold_anomaly: tuple[Trained | None, ...]
    leaks: LeakAudit

    @property
    def choice(self) -> int:
        return self.nested.choice

    @property
    def recipe(self) -> Recipe:
        return self.recipes[self.choice]

    @property
    def table(self) -> FeatureTable:
        """Features of the chosen recipe."""
        return self.tables[self.choice]


def learn(
    data: Data,
    recipes: Sequence[Recipe],
    *,
    seeds: Sequence[int],
    split_by: str,
    anomaly: LearnerUse | None = None,
    altered: AugmentParams | None = None,
    folder: Path | None = None,
    report: Report,
) -> Learned:
    """Train everything a project asks for.

    Args:
        recipes: from the cheapest to the dearest; with one there is nothing to choose.
        folder: where finished models are kept, so that an interrupted run goes on.
        report: told (what, done, total, note).
    """
    tables = []
    for i, recipe in enumerate(recipes):
        report("features", i, len(recipes), recipe.name)
        tables.append(features.table(data, recipe.blocks, split_by, altered))
    report("features", len(recipes), len(recipes))
    candidates = [
        Candidate(r.name, t, r.classifier.learner, r.classifier.params)
        for r, t in zip(recipes, tables, strict=True)
    ]
    store = FoldStore(folder)
    nested = nested_cv(candidates, seeds, _named(report, "cross-validation"), store)
    chosen = candidates[nested.choice]
    job = Job(nested.choice, frozenset(), seeds[0])
    classifier = train_all(candidates, [job], store, _named(report, "final model"))[job]
    leaks = audit(chosen, nested.accuracy, seeds[:1], _named(report, "leak audit"))
    final_anomaly: Trained | None = None
    per_fold: list[Trained | None] = [None] * len(nested.outer)
    if anomaly is not None:
        final_anomaly = fit_anomaly(chosen.table, (), classifier, anomaly, seeds[0])
        for i, outer in enumerate(nested.outer):
            report("anomaly", i, len(nested.outer))
            table = tables[outer.choice]
            per_fold[i] = fit_anomaly(table, outer.held, outer.models[0], anomaly, seeds[0])
        report("anomaly", len(nested.outer), len(nested.outer))
    return Learned(
        data, tuple(recipes), tuple(tables), nested, classifier, final_anomaly,
        tuple(per_fold), leaks,
    )  # fmt: skip


def _named(report: Report, what: str) -> Progress:
    def progress(done: int, total: int, note: str = "") -> None:
        report(what, done, total, note)

    return progress


def fit_anomaly(
    table: FeatureTable, held: Sequence[str], classifier: Trained, use: LearnerUse, seed: int
) -> Trained:
    """The detector that shares the classifier's features and scale.

    It is fitted on real windows of all groups but the held-out ones; its threshold is
    calibrated on groups that the clusters which judge them have not seen.
    """
    rows = np.flatnonzero(table.real & ~np.isin(table.groups, list(held)))
    data = FeatureSet(table.values, table.labels, table.classes, table.groups, table.names)
    plugin = models.learner(use.learner)
    nobody = np.empty(0, np.int64)
    fold = Fold(rows, nobody, seed, standard(classifier.normalizer))
    (fitted,) = plugin.fit(data, use.params, (fold,), _quiet)
    return Trained(classifier.normalizer, fitted)


def _quiet(done: int, total: int, note: str = "") -> None:
    """Detectors fit in a moment."""


def fold_tasks(learned: Learned, name: str, decision: Decision) -> list[FoldTask]:
    """A program for every outer fold and seed, with the windows it never saw.

    Activation ranges come from the fold's own training windows.
    """
    tasks = []
    for i, outer in enumerate(learned.nested.outer):
        table, recipe = learned.tables[outer.choice], learned.recipes[outer.choice]
        rows = table.rows(table.real & ~np.isin(table.groups, outer.held))
        for s, trained in enumerate(outer.models):
            detector = learned.fold_anomaly[i]
            if detector is not None:
                detector = Trained(trained.normalizer, detector.fitted)
            spec = assemble(
                name, learned.data.signal, recipe.blocks, table.classes, table.values[rows],
                decision, trained, detector,
            )  # fmt: skip
            tasks.append(FoldTask((i, s), spec, learned.data.windows.values[outer.rows]))
    return tasks
