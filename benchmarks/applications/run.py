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
OWN = ("rate", "beat_rate", "spectral_rate", "quality")  # features of the block heart
TRUSTED = 0.7  # quality
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
            f"{kind}, {e['windows']} windows: "
            + ", ".join(f"{who} {v[0]:.2f} ({v[1]:.2f} at 95 %)" for who, v in e["errors"].items())
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


def beside_block(done: Everything) -> dict[str, dict[str, Any]]:
    """(Mean absolute error, its 95th percentile) of the block's own rates beside the first seed's
    binaries: of all windows (no beats: a rate of 0), of those with beats, and of those whose
    beats are to be trusted."""
    table: FeatureTable = done.learned.table
    rows, said = done.found.rows, done.found.scores.astype(np.float64)
    assert table.targets is not None
    truth, groups = table.targets[rows], table.groups[rows]
    ends = [name.rpartition(".")[2] for name in table.names]
    own = {name: table.values[rows, ends.index(name)].astype(np.float64) for name in OWN}
    beats, quality = own["beat_rate"], own.pop("quality")
    out: dict[str, dict[str, Any]] = {}
    kinds = (("all", beats >= 0), ("with beats", beats > 0), ("trusted", quality >= TRUSTED))
    for kind, which in kinds:
        judged = {
            name: evaluate(values[which], truth[which], groups[which])
            for name, values in {**own, "program": said}.items()
        }
        errors = {name: (e.error, e.p95) for name, e in judged.items()}
        out[kind] = {"windows": int(which.sum()), "errors": errors}
    return out
