"""A classifier's application: the project of examples/, from recordings to proven binaries."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from motekit.recordings.store import Store
from motekit.workflows.everything import everything
from motekit.workflows.new import make, write
from motekit.workflows.project import FILE
from motekit.workflows.summary import lines

from .data import DATA

EXAMPLES = Path(__file__).parents[2] / "examples"
# Extra trees, 300, on window statistics and log spectrum bands, same grouping; published with the
# notes of the data sets.
BASELINES = {"activities": 0.919, "keywords": 0.717}


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
    found = {**done.as_dict(), "baseline": BASELINES[name]}
    found["inner"] = {
        recipe.name: competitor.accuracy
        for recipe, competitor in zip(
            done.learned.recipes, done.learned.nested.overall, strict=True
        )
    }
    found["chosen"] = [done.learned.recipes[o.choice].name for o in done.learned.nested.outer]
    found["text"] = [
        *lines(done),
        f"baseline (extra trees, same grouping): {BASELINES[name]:.3f}",
        "inner folds: " + ", ".join(f"{k} {v:.3f}" for k, v in found["inner"].items()),
        f"chosen by outer part: {', '.join(found['chosen'])}",
    ]
    return found
