"""Learn a pipeline from windows: choose by inner folds, judge on held-out groups, fit on all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from motekit.core.learner import Progress
from motekit.core.pipeline import Decision
from motekit.models.augment import AugmentParams
from motekit.models.data import FeatureTable
from motekit.models.integer import calibration_rows
from motekit.models.jobs import Candidate
from motekit.models.nested import Nested
from motekit.models.runs import Run
from motekit.models.store import Trained
from motekit.models.train import Detector, fit_detector, train

from . import features
from .assemble import assemble
from .features import Data
from .folds import FoldTask
from .project import FILE, LearnerUse, Recipe

Report = Callable[..., None]


@dataclass(frozen=True)
class Learned:
    """Everything that was learned from one set of windows.

    Args:
        recipes: the ways to build the model; tables: the features of each.
        run: models and figures, the choice among recipes made inside.
        fold_anomaly: a detector per outer fold, or None where there is none.
    """

    data: Data
    recipes: tuple[Recipe, ...]
    tables: tuple[FeatureTable, ...]
    run: Run
    fold_anomaly: tuple[Trained | None, ...]

    @property
    def nested(self) -> Nested:
        return self.run.nested

    @property
    def recipe(self) -> Recipe:
        """The recipe that inner folds over all groups prefer."""
        return self.recipes[self.nested.choice]

    @property
    def table(self) -> FeatureTable:
        """Features of that recipe."""
        return self.tables[self.nested.choice]


def learn(
    data: Data,
    recipes: Sequence[Recipe],
    *,
    seeds: Sequence[int],
    split_by: str,
    anomaly: LearnerUse | None = None,
    altered: AugmentParams | None = None,
    runs: Path | None = None,
    report: Report,
) -> Learned:
    """Train everything a project asks for.

    Args:
        recipes: from the cheapest to the dearest; with one there is nothing to choose.
        runs: the folder of all runs; finished models there are reused, so that an interrupted
            run goes on.
        report: told (what, done, total, note).
    """
    tables = []
    for i, recipe in enumerate(recipes):
        report("features", i, len(recipes), recipe.name)
        tables.append(
            features.table(data, recipe.blocks, split_by, altered, f"{FILE}: {recipe.name}")
        )
    report("features", len(recipes), len(recipes))
    candidates = [
        Candidate(r.name, t, r.learner.learner, r.learner.params)
        for r, t in zip(recipes, tables, strict=True)
    ]
    detector = None if anomaly is None else Detector(anomaly.learner, anomaly.params)
    run = train(
        candidates, seeds, _named(report), root=runs, split={"by": split_by}, detector=detector
    )
    per_fold: list[Trained | None] = [None] * len(run.nested.outer)
    if detector is not None:
        for i, outer in enumerate(run.nested.outer):
            report("held-out detectors", i, len(per_fold))
            per_fold[i] = fit_detector(
                tables[outer.choice], outer.held, outer.models[0], detector, seeds[0], _quiet
            )
        report("held-out detectors", len(per_fold), len(per_fold))
    return Learned(data, tuple(recipes), tuple(tables), run, tuple(per_fold))


def _named(report: Report) -> Progress:
    """The stage ("cross-validation: small") becomes the bar's name and its note."""

    def progress(done: int, total: int, note: str = "") -> None:
        what, _, detail = note.partition(": ")
        report(what or "training", done, total, detail)

    return progress


def _quiet(done: int, total: int, note: str = "") -> None:
    """Detectors fit in a moment."""


def fold_tasks(learned: Learned, name: str, decision: Decision) -> list[FoldTask]:
    """A program for every outer fold and seed, with the windows it never saw.

    Activation ranges come from the fold's own training windows.
    """
    tasks = []
    for i, outer in enumerate(learned.nested.outer):
        table, recipe = learned.tables[outer.choice], learned.recipes[outer.choice]
        calibration = table.values[calibration_rows(table, outer.held)]
        for s, trained in enumerate(outer.models):
            detector = learned.fold_anomaly[i]
            if detector is not None:
                detector = Trained(trained.normalizer, detector.fitted)
            models = {learned.run.task: trained}
            if detector is not None:
                models["anomaly"] = detector
            spec = assemble(
                name, learned.data.signal, recipe.blocks, table.classes, calibration, decision,
                **models,
            )  # fmt: skip
            tasks.append(FoldTask((i, s), spec, learned.data.windows.values[outer.rows]))
    return tasks
