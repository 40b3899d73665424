"""One application: the project of examples/, from recordings to proven binaries."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from motekit.models.data import FeatureTable
from motekit.models.values import evaluate
from motekit.recordings.store import Store
from motekit.workflows.everything import Everything, everything
from motekit.workflows.new import make, write
from motekit.workflows.project import FILE
from motekit.workflows.summary import lines

from .baseline import extra_trees
from .data import DATA

EXAMPLES = Path(__file__).parents[2] / "examples"
# Published with the notes of the data sets. Activities and keywords: 300 extra trees on window
# statistics and log spectrum bands, same grouping; vibration: a plain z-score; heart: a spectral
# peak.
BASELINES = {"activities": 0.919, "keywords": 0.717, "vibration": 0.857, "heart": 1.79}


def project(name: str, data: Path, out: Path) -> Path:
    """The project folder of an application, with its recordings."""
    folder = out / name
    make(folder)
    write(folder / FILE, (EXAMPLES / name / FILE).read_text(encoding="utf-8"))
    for _ in Store.of_project(folder).add(DATA[name](data)):
        pass
    return folder


def run(name: str, data: Path, out: Path, report: Callable[..., None]) -> dict[str, Any]:
    """Train, cross-validate the binaries, build, prove; what was found beside the baseline."""
    folder = project(name, data, out)
    done = everything(folder, name, f"python -m benchmarks.applications {name}", (), report)
    nested = done.learned.nested
    found = {**done.as_dict(), "baseline": BASELINES[name]}
    found["inner"] = {
        recipe.name: abs(competitor.merit)
        for recipe, competitor in zip(done.learned.recipes, nested.overall, strict=True)
    }
    found["chosen"] = [done.learned.recipes[o.choice].name for o in nested.outer]
    found["text"] = [
        *lines(done),
        f"baseline, published with the data set: {BASELINES[name]:.3f}",
        "by seed: " + ", ".join(f"{e.figure:.3f}" for e in done.found.emulated.by_seed),
        f"by {done.project.signal.split_by}: "
        + ", ".join(f"{k} {np.mean(v):.3f}" for k, v in done.found.emulated.group_values.items()),
        "outer parts: " + "; ".join(", ".join(o.held) for o in nested.outer),
        "inner folds: " + ", ".join(f"{k} {v:.3f}" for k, v in found["inner"].items()),
        f"chosen by outer part: {', '.join(found['chosen'])}; of all: {done.learned.recipe.name}",
    ]
    if done.learned.run.task == "classifier":
        found["trees"] = beside_trees(done)
        found["text"] += [
            f"{what}: {figures['trees']:.3f} by 300 extra trees, {figures['program']:.3f} by the "
            "held-out binaries"
            for what, figures in found["trees"].items()
        ]
    if name == "heart":
        found["block"] = beside_block(done)
        found["text"] += [
            f"{kind}, {e['windows']} windows: block alone {e['block']:.2f} "
            f"({e['block_p95']:.2f} at 95 %), held-out binaries {e['program']:.2f} "
            f"({e['program_p95']:.2f})"
            for kind, e in found["block"].items()
        ]
    return found


def beside_trees(done: Everything) -> dict[str, dict[str, float]]:
    """Mean over groups of extra trees beside the binaries: of all, and of each outer part."""
    table, emulated = done.learned.table, done.found.emulated
    windows = done.learned.data.windows.values.astype(np.float64)
    real = len(windows)
    parts = [o.held for o in done.learned.nested.outer]
    trees = extra_trees(windows, table.labels[:real], table.groups[:real], parts)
    shown = {"all parts": [g for part in parts for g in part]}
    shown |= {f"part {i + 1} ({', '.join(part)})": list(part) for i, part in enumerate(parts)}
    return {
        what: {
            "trees": float(np.mean([trees[g] for g in which])),
            "program": float(np.mean([np.mean(emulated.group_values[g]) for g in which])),
        }
        for what, which in shown.items()
    }


def beside_block(done: Everything) -> dict[str, dict[str, float]]:
    """Mean absolute error and its 95th percentile of the block's own rate (0 where it finds
    none) beside the first seed's binaries: of all windows, and of those it answers."""
    table: FeatureTable = done.learned.table
    rows, said = done.found.rows, done.found.scores.astype(np.float64)
    truth = table.targets
    assert truth is not None
    rate = table.values[rows, [n.endswith("rate") for n in table.names].index(True)]
    out = {}
    for kind, which in (("all", np.ones(len(rows), bool)), ("answered", rate > 0)):
        groups = table.groups[rows][which]
        block = evaluate(rate[which].astype(np.float64), truth[rows][which], groups)
        program = evaluate(said[which], truth[rows][which], groups)
        out[kind] = {
            "windows": block.windows, "block": block.error, "block_p95": block.p95,
            "program": program.error, "program_p95": program.p95,
        }  # fmt: skip
    return out
