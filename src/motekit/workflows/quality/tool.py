"""`motekit features`: compute, rank, propose, draw."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.learner import FeatureSet
from motekit.models.data import FeatureTable
from motekit.models.detector import choose_axes
from motekit.models.inner import Part
from motekit.models.judge import SWAPPED
from motekit.models.normalize import fit_normalizer, standardise
from motekit.recordings.store import Store
from motekit.report.data import FeatureMap
from motekit.report.map import feature_map
from motekit.report.page import write_map
from motekit.workflows.parallel import workers
from motekit.workflows.project import Project, Recipe, load
from motekit.workflows.report_tasks import ranges, readable, target_unit

from . import compute, rank, yardstick
from .advice import Advice, Bench, advise, price_only
from .moves import FrontEnd
from .words import tables
from .yardstick import Yardstick

Report = Callable[..., None]


@dataclass(frozen=True)
class Quality:
    """What was found about the features of a recipe.

    Args:
        folds: the quick model on held-out groups; None where nothing can be judged.
        cannot: why not; else "".
        unseen: features that the recipe's detector does not look at, which are not ranked.
        map_path: the drawing.
    """

    recipe: str
    task: str
    found: compute.Computed
    yardstick: Yardstick
    ranks: tuple[rank.Rank, ...]
    folds: rank.Folds | None
    cannot: str
    unseen: tuple[str, ...]
    advice: Advice | None
    map_path: Path

    @property
    def warnings(self) -> list[str]:
        """What the score says against itself."""
        area = self.folds if self.yardstick.kind == "auc" else None
        return [SWAPPED] if area is not None and area.merit < 0.5 else []

    def as_dict(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        advice, told = self.advice, self.yardstick
        return {
            "recipe": self.recipe,
            "task": self.task,
            "windows": self.found.windows,
            "features": len(self.found.table.names),
            "blocks_computed": self.found.computed,
            "blocks_cached": self.found.cached,
            "blocks": [
                {"block": w.block, "computed": w.computed, "cached": w.cached}
                for w in self.found.work
            ],
            "score": None if self.folds is None else {
                "kind": told.kind, "unit": told.unit if told.is_error else "",
                "value": told.value(self.folds.merit), "tag": "measured",
                "by_part": [None if np.isnan(m) else told.value(m) for m in self.folds.by_part],
            },
            "warnings": self.warnings,
            "cannot_rank": self.cannot,
            "not_looked_at": list(self.unseen),
            "ranks": [r.as_dict() for r in self.ranks],
            "advice": None if advice is None else {
                "margin": advice.margin,
                "base": advice.base.as_dict(told),
                "proposal": None if advice.proposal is None else advice.proposal.as_dict(told),
                "tried": [o.as_dict(told) for o in advice.tried],
                "refused": [{"change": c, "why": why} for c, why in advice.refused],
            },
            "paths": {"map": str(self.map_path)},
        }  # fmt: skip


def quality(
    folder: Path, recipe: str, lose: float | None, advice: bool, report: Report
) -> Quality:  # fmt: skip
    """Everything about the features of one recipe of a project.

    Args:
        recipe: its name; "" for the first.
        lose: what a cheaper front end may lose: points of accuracy or of the area under the ROC
            curve, or error in the unit of the value; None for 1 point, or 5 % of the error.
        advice: whether to look for a cheaper front end.

    Raises InputError for a recipe that is not there, or data that nothing can be learned from.
    """
    project = load(folder)
    chosen = _recipe(project, recipe)
    with workers() as pool:
        try:
            return _judged(folder, project, chosen, lose, advice, pool, report)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _judged(
    folder: Path, project: Project, chosen: Recipe, lose: float | None, advice: bool,
    pool: Executor, report: Report,
) -> Quality:  # fmt: skip
    signal, blocks, task = project.signal, chosen.blocks, project.task
    found = compute.run(folder, signal, blocks, report, pool, task=task)
    look = _look(chosen)
    seen = look(found.table)
    groups = rank.parts(seen)
    why = rank.cannot(seen, groups)
    measure = yardstick.of(seen, _unit(folder, project))
    front, target = FrontEnd(signal, blocks), project.target
    bench = Bench(folder, task, look, groups, pool, target.core, target.board)
    folds, advised = None, None
    ranks: tuple[rank.Rank, ...] = ()
    if why:
        advised = price_only(bench, front, found) if advice else None
    else:
        folds = rank.judge(seen, groups)
        measure = measure.fine(folds.merit)
        ranks = rank.rank(seen, groups, lambda done, total: report("ranking", done, total))
        if advice:
            margin = measure.margin(lose, folds.merit)
            advised = advise(bench, front, found, folds, margin, report)
    drawn = draw(found, groups)
    path = write_map(
        drawn, folder / "report", project.name, tables(ranks, advised, measure),
        f"Not ranked: {why}" if why else "",
    )  # fmt: skip
    unseen = tuple(n for n in found.table.names if n not in seen.names)
    return Quality(chosen.name, task, found, measure, ranks, folds, why, unseen, advised, path)


def _recipe(project: Project, name: str) -> Recipe:
    if not name:
        return project.recipes[0]
    for recipe in project.recipes:
        if recipe.name == name:
            return recipe
    raise InputError("there is no recipe of this name", where="--recipe", value=name,
                     way_out=f"there are: {', '.join(r.name for r in project.recipes)}"
                     )  # fmt: skip


def _look(recipe: Recipe) -> Callable[[FeatureTable], FeatureTable]:
    """The features that a recipe's learner sees: a detector may look at some of them only."""
    axes: tuple[str, ...] = getattr(recipe.learner.params, "axes", ())

    def look(table: FeatureTable) -> FeatureTable:
        if not axes:
            return table
        return table.subset(
            tuple(table.names[i] for i in choose_axes(axes, table.names, len(table.names)))
        )

    return look


def _unit(folder: Path, project: Project) -> str:
    """Of what a regressor tells; "" for labels."""
    store, target = Store.of_project(folder), project.signal.target
    if project.task != "regressor" or not target:
        return ""
    return target_unit([store.load(store.names()[0])], target)


def draw(found: compute.Computed, groups: tuple[Part, ...]) -> FeatureMap:
    """The windows in two dimensions: classes, those ringed that the quick model takes for
    another one; ranges of a value; or the labels that a detector's windows have."""
    table = found.table
    z = standardise(fit_normalizer(table.values), table.values)
    labels, classes, kind = table.labels, table.classes, "classes"
    judged = table.targets is None and table.strange is None
    if table.targets is not None:
        labels, classes, kind = *ranges(table.targets), "ranges of the value"
    elif table.strange is not None:
        kind = "kinds"
        if (labels < 0).any():
            labels, classes = np.where(labels < 0, len(classes), labels), (*classes, "no label")
    predicted = labels
    if judged:
        told = rank.held_out_classes(table, groups)
        predicted = np.where(told < 0, np.maximum(labels, 0), told)
    shown = np.array([readable(name) for name in table.groups.tolist()])
    return feature_map(
        FeatureSet(z, labels, classes, shown, table.names), predicted, found.recording,
        found.start / found.signal.rate_hz, judged=judged, kind=kind,
    )  # fmt: skip
