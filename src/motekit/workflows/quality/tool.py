"""`motekit features`: compute, rank, propose, draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.learner import FeatureSet
from motekit.models.nested import parts
from motekit.models.normalize import fit_normalizer, standardise
from motekit.report.data import FeatureMap
from motekit.report.map import feature_map
from motekit.report.page import write_map
from motekit.workflows.parallel import workers
from motekit.workflows.project import FILE, Project, Recipe, load

from . import compute, rank
from .advice import Advice, advise
from .moves import FrontEnd
from .words import tables

Report = Callable[..., None]


@dataclass(frozen=True)
class Quality:
    """What was found about the features of a recipe.

    Args:
        accuracy: of the quick model on held-out groups, by part.
        map_path: the drawing.
    """

    recipe: str
    found: compute.Computed
    ranks: tuple[rank.Rank, ...]
    accuracy: rank.Folds
    advice: Advice | None
    map_path: Path

    def as_dict(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        advice = self.advice
        return {
            "recipe": self.recipe,
            "windows": self.found.windows,
            "features": len(self.found.table.names),
            "blocks_computed": self.found.computed,
            "blocks_cached": self.found.cached,
            "accuracy": {"value": self.accuracy.accuracy, "tag": "measured",
                         "by_part": list(self.accuracy.by_part)},
            "ranks": [r.as_dict() for r in self.ranks],
            "advice": None if advice is None else {
                "margin": advice.margin,
                "base": advice.base.as_dict(),
                "proposal": None if advice.proposal is None else advice.proposal.as_dict(),
                "tried": [o.as_dict() for o in advice.tried],
            },
            "paths": {"map": str(self.map_path)},
        }  # fmt: skip


def quality(
    folder: Path, recipe: str, margin: float, advice: bool, report: Report
) -> Quality:  # fmt: skip
    """Everything about the features of one recipe of a project.

    Args:
        recipe: its name; "" for the first.
        margin: accuracy that a cheaper front end may lose, 0 to 1.
        advice: whether to look for a cheaper front end.

    Raises InputError for a recipe that is not there, or data that nothing can be learned from.
    """
    project = load(folder)
    if project.task == "regressor":
        raise InputError(
            "features are ranked by how well they tell classes apart, and this project tells a "
            "value", where=folder / FILE, value="[regressor]",
            way_out="let recipes compete instead: motekit train compares their errors",
        )  # fmt: skip
    chosen = _recipe(project, recipe)
    with workers() as pool:
        try:
            found = compute.run(folder, project.signal, chosen.blocks, report, pool)
            groups = parts(found.table)
            ranks = rank.rank(found.table, lambda done, total: report("ranking", done, total))
            folds = rank.judge(found.table, groups)
            advised = None
            if advice:
                front = FrontEnd(project.signal, chosen.blocks)
                target = project.target
                advised = advise(
                    folder, front, found, groups, margin, target.core, target.board, pool, report
                )
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    shown = tables(ranks, advised)
    path = write_map(draw(found), folder / "report", project.name, shown)
    return Quality(chosen.name, found, ranks, folds, advised, path)


def _recipe(project: Project, name: str) -> Recipe:
    if not name:
        return project.recipes[0]
    for recipe in project.recipes:
        if recipe.name == name:
            return recipe
    raise InputError("there is no recipe of this name", where="--recipe", value=name,
                     way_out=f"there are: {', '.join(r.name for r in project.recipes)}"
                     )  # fmt: skip


def draw(found: compute.Computed) -> FeatureMap:
    """The windows in two dimensions, those ringed that the quick model takes for another class."""
    table = found.table
    z = standardise(fit_normalizer(table.values), table.values)
    data = FeatureSet(z, table.labels, table.classes, table.groups, table.names)
    predicted = rank.held_out_predictions(table)
    return feature_map(
        data, np.where(predicted < 0, np.maximum(table.labels, 0), predicted), found.recording,
        found.start / found.signal.rate_hz,
    )  # fmt: skip
